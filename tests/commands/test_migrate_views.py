"""`manage.py migrate_views`: forward, back, by two hosts at once, and killed half-way (O3, D3)."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import WriteError

from lambdaserve.server.embedded_stores import free_port
from merger.errors import StoreUnavailable
from merger.migrations_mongo.log import COLLECTION, LOCK, LockHeld, LockLost, MigrationLog
from tests.unit.merger.examples import EXAMPLES

Stored = Database[dict[str, Any]]

ROOT = Path(__file__).parents[2]
HOUR = datetime(2026, 5, 4, 12, tzinfo=UTC)


def migrate(*arguments: str, **options: Any) -> str:
    told = io.StringIO()
    call_command("migrate_views", *arguments, stdout=told, stderr=told, **options)
    return told.getvalue()


def process(*arguments: str) -> subprocess.Popen[str]:
    """Another host: a process of its own, with the settings of the tests."""
    command = [sys.executable, "manage.py", "migrate_views", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def trends(number: int) -> list[dict[str, Any]]:
    payload = {"metric": "rating", "date": "2026-03-01", "value": 6.5, "count": 4}
    return [{"view_type": "temporal_trends", "data": payload, "computed_at": HOUR} for _ in range(number)]


def buckets(number: int) -> list[dict[str, Any]]:
    return [{"movie_id": 1, "data_type": "trending", "hour": HOUR + timedelta(hours=n)} for n in range(number)]


def records(database: Stored) -> dict[str, dict[str, Any]]:
    return {each["_id"]: each for each in database[COLLECTION].find()}


def content(database: Stored) -> list[dict[str, Any]]:
    found = [*database["batch_views"].find(), *database["speed_views"].find()]
    return sorted(found, key=lambda each: str(each["_id"]))


def test_collections_get_validators_that_warn(database: Stored) -> None:
    assert "applied  0001_validators" in migrate()
    options = {each["name"]: each["options"] for each in database.list_collections()}
    for name in ("batch_views", "speed_views"):
        assert options[name]["validationAction"] == "warn"
        assert options[name]["validator"]["$jsonSchema"]["title"] == "what lambdaserve can read"
    database["batch_views"].insert_one({"view_type": "nonsense"})


def test_a_setting_makes_them_refuse_or_takes_them_away(database: Stored, settings: Any) -> None:
    migrate()
    database["batch_views"].insert_one({"_id": 1, "view_type": "nonsense"})
    settings.CONTRACT_VALIDATION = "error"
    assert "applied  0001_validators" in migrate()
    with pytest.raises(WriteError, match="failed validation"):
        database["batch_views"].insert_one({"view_type": "nonsense"})
    database["batch_views"].update_one({"_id": 1}, {"$set": {"note": "what was there before may be changed"}})
    database["batch_views"].insert_one({**EXAMPLES[0]})
    settings.CONTRACT_VALIDATION = "off"
    migrate()
    database["batch_views"].insert_one({"view_type": "nonsense"})
    assert "0 steps now" in migrate()


def test_a_validator_of_somebody_else_stays(database: Stored) -> None:
    theirs = {"$jsonSchema": {"required": ["their_field"]}}
    database.create_collection("batch_views", validator=theirs)
    assert "batch_views has a validator of somebody else's, which stays" in migrate()
    migrate("zero")
    (found,) = database.list_collections(filter={"name": "batch_views"})
    assert found["options"]["validator"] == theirs


def test_a_dropped_collection_is_made_again(database: Stored) -> None:
    migrate()
    database.drop_collection("speed_views")
    assert "0001_validators      outdated" in migrate("--list")
    assert "applied  0001_validators" in migrate()
    assert "speed_views" in database.list_collection_names()


def test_documents_get_their_version_and_expiry_and_keep_what_they_say(database: Stored) -> None:
    database["batch_views"].insert_many([{"_id": 1}, {"_id": 2, "schema_version": 3}])
    theirs = {"hour": HOUR, "ttl_expires_at": HOUR}
    texts = [{"_id": 3, "hour": "2026-05-04T12:00:00Z"}, {"_id": 4, "hour": "never"}, {"_id": 5, **theirs}]
    database["speed_views"].insert_many([*texts, {"_id": 6, "hour": HOUR, "ttl_expires_at": None}])
    told = migrate()
    assert "speed_views: 1 documents can't be changed and stay" in told
    assert {each["_id"]: each["schema_version"] for each in content(database)} == {1: 1, 2: 3, 3: 1, 4: 1, 5: 1, 6: 1}
    expiries = {each["_id"]: each.get("ttl_expires_at") for each in database["speed_views"].find()}
    assert expiries == {3: HOUR + timedelta(hours=48), 4: None, 5: HOUR, 6: HOUR + timedelta(hours=48)}


def test_names_of_trends_change_there_and_back_when_asked(database: Stored) -> None:
    database["batch_views"].insert_many([*trends(3), {**trends(1)[0], "view_type": "temporal_analytics"}])
    assert "0004_temporal_names  optional" in migrate("--list")
    migrate()
    assert database["batch_views"].count_documents({"view_type": "temporal_trends"}) == 3
    assert "applied  0004_temporal_names" in migrate("--with", "0004")
    assert database["batch_views"].count_documents({"view_type": "temporal_analytics"}) == 4
    assert "taken back  0004_temporal_names" in migrate("0003")
    assert database["batch_views"].count_documents({"view_type": "temporal_trends"}) == 3
    assert database["batch_views"].count_documents({"renamed_from": {"$exists": True}}) == 0


def test_all_is_taken_back(database: Stored) -> None:
    database["batch_views"].insert_many(trends(3))
    database["speed_views"].insert_many([{**each, "ttl_expires_at": HOUR} for each in buckets(3)])
    before = content(database)
    migrate("--with", "0004")
    assert content(database) != before
    migrate("zero")
    assert content(database) == before
    assert records(database) == {}
    assert not any(each["options"].get("validator") for each in database.list_collections())


def test_what_was_done_is_recorded(database: Stored) -> None:
    database["batch_views"].insert_many(trends(3))
    migrate()
    found = records(database)["0002_schema_version"]
    assert found["ended"] is True
    assert found["documents"] == 3
    assert found["host"]
    assert found["seconds"] > 0
    assert len(found["checksum"]) == 16
    assert abs(found["began_at"] - datetime.now(UTC)) < timedelta(minutes=5)
    assert LOCK not in records(database)
    assert "3 documents in" in migrate("--list")


def test_a_start_leaves_long_work_to_the_operator_but_not_where_there_is_none(database: Stored) -> None:
    database["batch_views"].insert_many(trends(3))
    told = migrate("--without-rewrites")
    assert "pending: 0002_schema_version, 0003_expiry_dates (manage.py migrate_views applies them)" in told
    assert database["batch_views"].count_documents({"schema_version": 1}) == 0
    database["batch_views"].delete_many({})
    assert "4 migrations: 3 applied, 2 steps now\n" in migrate("--without-rewrites")


def test_a_plan_changes_nothing_and_a_check_fails_while_something_is_pending(database: Stored) -> None:
    assert "would apply 0001_validators" in migrate("--plan")
    with pytest.raises(CommandError, match="not as this version makes them: 0001_validators, 0002"):
        migrate("--check")
    assert database.list_collection_names() == []
    migrate()
    assert migrate("--plan") == "Nothing to do\n"
    migrate("--check")
    assert "would take back 0002_schema_version" in migrate("--plan", "0001")


def test_a_fake_is_only_recorded(database: Stored) -> None:
    assert "recorded  0001_validators" in migrate("--fake")
    assert database.list_collection_names() == [COLLECTION]
    assert records(database)["0002_schema_version"]["faked"] is True
    assert "faked 20" in migrate("--list")


def test_one_that_another_version_applied_is_told(database: Stored) -> None:
    migrate()
    database[COLLECTION].insert_one({"_id": "0009_later", "ended": True})
    assert "0009_later was applied by another version" in migrate()
    with pytest.raises(CommandError, match="0009_later"):
        migrate("--check")


def test_a_bad_name_and_an_unreachable_server_are_clear_errors(database: Stored, monkeypatch: Any) -> None:
    with pytest.raises(CommandError, match="there are 0001_validators"):
        migrate("5")
    assert database.list_collection_names() == []
    with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=200) as nobody:
        monkeypatch.setattr("merger.wiring.database", lambda: nobody["x"])
        with pytest.raises(CommandError, match="MongoDB is not reachable"):
            migrate()


def test_two_hosts_at_once_run_each_migration_once(database: Stored) -> None:
    database["batch_views"].insert_many(trends(1500))
    hosts = [process("--with", "0004") for _ in range(2)]
    told = [host.communicate(timeout=60)[0] for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0], told
    for number in ("0001", "0002", "0003", "0004"):
        assert sum(each.count(f"applied  {number}_") for each in told) == 1, told
    assert database["batch_views"].count_documents({"view_type": "temporal_analytics", "schema_version": 1}) == 1500


def test_killed_half_way_and_run_again_it_comes_to_the_same_end(database: Stored) -> None:
    database["batch_views"].insert_many(trends(1500))
    before = content(database)
    host = process("--with", "0004")
    give_up = time.monotonic() + 30
    while not database["batch_views"].find_one({"renamed_from": {"$exists": True}}):
        assert time.monotonic() < give_up
        assert host.poll() is None
    host.kill()
    host.communicate()
    assert records(database)["0004_temporal_names"]["ended"] is False
    assert "0004_temporal_names  half done" in migrate("--list")
    with pytest.raises(CommandError, match="is running migrations"):
        migrate("--wait", "0.1")
    # Half a minute later:
    database[COLLECTION].update_one({"_id": LOCK}, {"$set": {"until": datetime.now(UTC) - timedelta(seconds=1)}})
    assert "applied  0004_temporal_names" in migrate()
    marks = {"view_type": "temporal_analytics", "renamed_from": "temporal_trends", "schema_version": 1}
    assert content(database) == [{**each, **marks} for each in before]


def nobody_waits(_: str) -> None:
    raise AssertionError("somebody was waited for")


def test_a_lock_is_one_hosts_until_it_ends(database: Stored) -> None:
    log = MigrationLog(database)
    waited: list[str] = []
    with log.locked(0, nobody_waits) as go_on:
        go_on()
        with pytest.raises(LockHeld), log.locked(0.7, waited.append):
            pass
    assert len(waited) == 1
    with log.locked(0, nobody_waits):
        pass


def test_a_holder_renews_its_lock(database: Stored) -> None:
    log = MigrationLog(database, expires_after=timedelta(seconds=1), renewed_every=0.1)
    with log.locked(0, nobody_waits) as go_on:
        time.sleep(1.5)
        go_on()
        with pytest.raises(LockHeld), log.locked(0, nobody_waits):
            pass


def held_while(database: Stored, something_happens: Callable[[], object]) -> None:
    log = MigrationLog(database, expires_after=timedelta(seconds=0.4), renewed_every=0.1)
    with log.locked(0, nobody_waits) as go_on:
        something_happens()
        time.sleep(0.7)
        go_on()


def test_a_host_whose_lock_was_taken_stops_and_leaves_it(database: Stored) -> None:
    def taken() -> None:
        database[COLLECTION].update_one({"_id": LOCK}, {"$set": {"token": "another's"}})

    with pytest.raises(LockLost, match="run the command again"):
        held_while(database, taken)
    assert LOCK in records(database)


def test_a_host_that_can_not_renew_its_lock_stops(database: Stored, monkeypatch: Any) -> None:
    def away(*_: object) -> bool:
        raise StoreUnavailable("for a test")

    with pytest.raises(LockLost, match="run the command again"):
        held_while(database, lambda: monkeypatch.setattr(MigrationLog, "_renew", away))
