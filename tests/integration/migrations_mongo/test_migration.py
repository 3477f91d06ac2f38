"""Rewriting documents in batches: restartable, counted, and safe beside producers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from merger.migrations_mongo.migration import BATCH_SIZE, Migration
from tests.integration.migrations_mongo.work import Reports, Stored

PENDING = {"colour": None}


def paint(_: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"$set": {"colour": "red"}}


def test_documents_are_rewritten_in_batches_and_counted(database: Stored) -> None:
    database["batch_views"].insert_many([{"_id": number} for number in range(BATCH_SIZE + 5)])
    database["batch_views"].insert_one({"_id": "blue", "colour": "blue"})
    reports = Reports()
    assert reports.work(database).rewrite("batch_views", PENDING, (), paint) == BATCH_SIZE + 5
    assert (reports.totals, reports.done, reports.checks) == ([BATCH_SIZE + 5], [BATCH_SIZE, 5], 2)
    assert database["batch_views"].count_documents({"colour": "red"}) == BATCH_SIZE + 5
    assert reports.work(database).rewrite("batch_views", PENDING, (), paint) == 0


def test_documents_that_cannot_be_changed_are_reported_and_kept(database: Stored) -> None:
    database["speed_views"].insert_many([{"_id": 1, "hour": "good"}, {"_id": 2, "hour": "bad"}])
    reports, seen = Reports(), []

    def paint_good(found: Mapping[str, Any]) -> Mapping[str, Any] | None:
        seen.append(found)
        return paint(found) if found["hour"] == "good" else None

    assert reports.work(database).rewrite("speed_views", PENDING, ("hour",), paint_good) == 1
    assert seen == [{"_id": 1, "hour": "good"}, {"_id": 2, "hour": "bad"}]
    assert reports.sentences == ["speed_views: 1 documents can't be changed and stay as they are"]
    assert database["speed_views"].find_one({"_id": 2}) == {"_id": 2, "hour": "bad"}


def test_a_document_a_producer_rewrote_meanwhile_is_left_alone(database: Stored) -> None:
    database["batch_views"].insert_one({"_id": 1})

    def overtaken(found: Mapping[str, Any]) -> Mapping[str, Any]:
        database["batch_views"].replace_one({"_id": 1}, {"colour": "green"})
        return paint(found)

    assert Reports().work(database).rewrite("batch_views", PENDING, (), overtaken) == 0
    assert database["batch_views"].find_one() == {"_id": 1, "colour": "green"}


def test_a_lost_lock_stops_before_the_next_write(database: Stored) -> None:
    class Lost(Exception):
        pass

    class LostLock(Reports):
        def check_lock(self) -> None:
            raise Lost

    database["batch_views"].insert_one({"_id": 1})
    with pytest.raises(Lost):
        LostLock().work(database).rewrite("batch_views", PENDING, (), paint)
    assert database["batch_views"].find_one() == {"_id": 1}


def test_a_migration_accepts_its_own_and_its_former_checksums() -> None:
    def do_nothing(_: Any) -> None:
        """Stands for both directions."""

    migration = Migration("0001_test", "for a test", do_nothing, do_nothing, former_checksums=("former",))
    assert [migration.is_recorded_as(each) for each in (migration.checksum, "former", "")] == [True, True, False]
