"""Running migrations: under the lock, recorded step by step, and not at all where nothing is to be done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from merger.contract.documents import Aliases
from merger.migrations_mongo.log import COLLECTION, LOCK, LockHeld, MigrationLog
from merger.migrations_mongo.migration import Migration, Work
from merger.migrations_mongo.plan import MigrationState, MigrationStep
from merger.migrations_mongo.runner import Migrator, unfinished_migrations
from tests.integration.migrations_mongo.work import Stored


class Observer:
    """Notes what happens during a run."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def waiting(self, host: str) -> None:
        self.events.append("waiting")

    @contextmanager
    def running(self, step: MigrationStep) -> Iterator[Observer]:
        yield self
        self.events.append(f"{'-' if step.backward else '+'}{step.migration.name}")

    def say(self, sentence: str) -> None:
        self.events.append(sentence)

    def add_total(self, documents: int) -> None: ...

    def add_done(self, documents: int) -> None:
        self.events.append(f"{documents} done")


def insert(work: Work) -> None:
    work.database["made"].insert_one({"_id": 1})
    work.add_done(1)


def delete(work: Work) -> None:
    work.database["made"].delete_one({"_id": 1})


def is_made(work: Work) -> bool:
    return work.database["made"].find_one() is not None


def fail(_: Work) -> None:
    raise RuntimeError("for a test")


INSERT = Migration("0001_insert", "inserts a document", insert, delete, holds=is_made)
REWRITE = Migration("0002_rewrite", "changes documents", delete, insert, rewrites=True)


def migrator(database: Stored, *migrations: Migration) -> Migrator:
    return Migrator(database, Aliases(), "warn", MigrationLog(database), migrations or (INSERT,))


def states(runner: Migrator) -> list[MigrationState]:
    return [each.state for each in runner.statuses()]


def test_a_step_runs_under_the_lock_and_is_recorded(database: Stored) -> None:
    held: list[Any] = []

    def note_lock(work: Work) -> None:
        held.append(work.database[COLLECTION].find_one({"_id": LOCK}))
        insert(work)

    observer = Observer()
    runner = migrator(database, Migration("0001_insert", "inserts a document", note_lock, delete))
    assert [step.backward for step in runner.run(observer)] == [False]
    assert observer.events == ["1 done", "+0001_insert"]
    assert held != [None]
    record = runner.log.records()["0001_insert"]
    assert (record.ended, record.documents) == (True, 1)
    runner.run(observer, "zero")
    assert (runner.log.records(), database["made"].find_one()) == ({}, None)


def test_nothing_to_do_needs_no_lock(database: Stored) -> None:
    runner = migrator(database)
    runner.run(Observer())
    with runner.log.hold_lock(0, lambda _: None):
        assert runner.run(Observer()) == []
        with pytest.raises(LockHeld):
            runner.run(Observer(), "zero")


def test_a_step_that_fails_stays_half_done_and_runs_again(database: Stored) -> None:
    failing = migrator(database, Migration("0001_insert", "fails", fail, delete))
    with pytest.raises(RuntimeError):
        failing.run(Observer())
    assert states(failing) == [MigrationState.HALF_DONE]
    runner = migrator(database)
    assert len(runner.run(Observer())) == 1
    assert states(runner) == [MigrationState.APPLIED]


def test_a_migration_whose_effect_is_gone_is_outdated_and_unfinished(database: Stored) -> None:
    runner = migrator(database)
    runner.run(Observer())
    database["made"].drop()
    assert [each.name for each in unfinished_migrations(runner.statuses())] == ["0001_insert"]
    assert states(runner) == [MigrationState.OUTDATED]


def test_a_fake_run_only_records(database: Stored) -> None:
    runner = migrator(database)
    runner.run(Observer(), fake=True)
    assert (database["made"].find_one(), runner.log.records()["0001_insert"].faked) == (None, True)


def test_rewrites_are_planned_on_request_or_while_there_are_no_documents(database: Stored) -> None:
    runner = migrator(database, REWRITE)
    assert len(runner.plan(rewrites=False)) == 1
    database["speed_views"].insert_one({"_id": 1})
    assert runner.plan(rewrites=False) == []
    assert len(runner.plan()) == 1
