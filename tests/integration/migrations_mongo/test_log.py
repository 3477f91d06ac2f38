"""The records of migrations, and the lock that one host at a time holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from merger.errors import StoreUnavailable
from merger.migrations_mongo import m0002_schema_version
from merger.migrations_mongo.log import COLLECTION, LOCK, LockHeld, LockLost, MigrationLog
from merger.migrations_mongo.plan import Record

Stored = Database[dict[str, Any]]

MIGRATION = m0002_schema_version.MIGRATION


def test_a_record_follows_a_migration_from_start_to_rollback(database: Stored) -> None:
    log = MigrationLog(database)
    log.begin(MIGRATION, backward=False)
    started = log.records()[MIGRATION.name]
    assert (started.ended, started.backward, started.checksum) == (False, False, MIGRATION.checksum)
    assert started.began_at is not None
    assert abs(started.began_at - datetime.now(UTC)) < timedelta(minutes=5)
    log.end(MIGRATION, 1.23456, 7)
    ended = log.records()[MIGRATION.name]
    assert (ended.ended, ended.seconds, ended.documents, ended.faked) == (True, 1.235, 7, False)
    log.begin(MIGRATION, backward=True)
    assert (log.records()[MIGRATION.name].ended, log.records()[MIGRATION.name].backward) == (False, True)
    log.forget(MIGRATION)
    assert log.records() == {}


@pytest.mark.parametrize("change", [{"ended": "yes"}, {"host": None}, {"documents": 1.5}])
def test_an_unreadable_record_counts_as_half_done(database: Stored, change: dict[str, Any]) -> None:
    log = MigrationLog(database)
    log.begin(MIGRATION, backward=False)
    log.end(MIGRATION, 1.0, 7)
    database[COLLECTION].update_one({"_id": MIGRATION.name}, {"$set": change})
    assert log.records()[MIGRATION.name] == Record(MIGRATION.name, ended=False)


def test_a_faked_migration_is_recorded_as_such(database: Stored) -> None:
    log = MigrationLog(database)
    log.end(MIGRATION, 0, 0, faked=True)
    record = log.records()[MIGRATION.name]
    assert (record.ended, record.faked, record.checksum) == (True, True, MIGRATION.checksum)


def fail_if_waiting(_: str) -> None:
    raise AssertionError("waited for another host")


def test_a_lock_belongs_to_one_host_until_released(database: Stored) -> None:
    log = MigrationLog(database)
    waited: list[str] = []
    with log.hold_lock(0, fail_if_waiting) as check_lock:
        check_lock()
        with pytest.raises(LockHeld), log.hold_lock(0.7, waited.append):
            pass
    assert len(waited) == 1
    with log.hold_lock(0, fail_if_waiting):
        pass


def test_a_holder_renews_its_lock(database: Stored) -> None:
    log = MigrationLog(database, expires_after=timedelta(seconds=1), renew_interval=0.1)
    with log.hold_lock(0, fail_if_waiting) as check_lock:
        time.sleep(1.5)
        check_lock()
        with pytest.raises(LockHeld), log.hold_lock(0, fail_if_waiting):
            pass


def hold_lock_while(database: Stored, act: Callable[[], object]) -> None:
    log = MigrationLog(database, expires_after=timedelta(seconds=0.4), renew_interval=0.1)
    with log.hold_lock(0, fail_if_waiting) as check_lock:
        act()
        time.sleep(0.7)
        check_lock()


def test_a_host_whose_lock_was_taken_stops_and_keeps_the_new_lock(database: Stored) -> None:
    def take_lock() -> None:
        database[COLLECTION].update_one({"_id": LOCK}, {"$set": {"token": "another's"}})

    with pytest.raises(LockLost, match="run the command again"):
        hold_lock_while(database, take_lock)
    assert database[COLLECTION].find_one({"_id": LOCK}) is not None


def test_a_host_that_cannot_renew_its_lock_stops(database: Stored, monkeypatch: Any) -> None:
    def fail(*_: object) -> bool:
        raise StoreUnavailable("for a test")

    with pytest.raises(LockLost, match="run the command again"):
        hold_lock_while(database, lambda: monkeypatch.setattr(MigrationLog, "_renew", fail))


def test_a_lock_that_expired_can_be_taken(database: Stored) -> None:
    expired = {"_id": LOCK, "token": "another's", "host": "died", "until": datetime.now(UTC) - timedelta(seconds=5)}
    database[COLLECTION].insert_one(expired)
    with MigrationLog(database).hold_lock(0, fail_if_waiting) as check_lock:
        check_lock()
    assert database[COLLECTION].find_one({"_id": LOCK}) is None
