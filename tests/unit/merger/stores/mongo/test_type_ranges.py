"""Ranges find the values of their own type, alone and by an index."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import Binary, ObjectId, Timestamp
from pymongo.database import Database

from merger.contract.collections import SPEED
from merger.core.stamps import NO_MOMENTS
from merger.stores.mongo.store import MongoStore
from merger.stores.mongo.type_ranges import TYPE_RANGES, with_type_ranges
from merger.stores.store import Find

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
OF_TYPE: dict[str, list[Any]] = {
    "object": [{}, {"$date": "2026-05-04"}, {"start": NOON, "end": NOON}],
    "array": [[], [{}], [NOON], ["a", 1]],
    "binData": [b"", b"x" * 900, Binary(b"1" * 16, 4), Binary(b"1", 128)],
    "objectId": [ObjectId("6b0c80fea190e49a9335b356"), ObjectId("0" * 24), ObjectId("f" * 24)],
    "timestamp": [Timestamp(0, 0), Timestamp(1, 1), Timestamp(2**32 - 1, 2**32 - 1)],
}
OTHERS: list[Any] = [None, True, False, 0, 7.5, float("nan"), "", "text", NOON]


def test_other_conditions_stay_as_they_are() -> None:
    wanted = {"movie_id": 1, "hour": {"$gte": NOON}}
    assert with_type_ranges(wanted) == wanted


@pytest.mark.parametrize("name", TYPE_RANGES)
def test_values_of_a_type_are_found(indexed_database: Database[dict[str, Any]], name: str) -> None:
    documents = [
        {"_id": f"{of_type} {number}", "data_type": "stats", "hour": value}
        for of_type, values in {**OF_TYPE, "other": OTHERS}.items()
        for number, value in enumerate(values)
    ]
    indexed_database[SPEED].insert_many(documents)
    found = MongoStore(indexed_database, 5.0).find(Find(SPEED, {"data_type": "stats", "hour": {"$type": name}}))
    ids = {document["_id"] for document in found}
    assert ids >= {f"{name} {number}" for number in range(len(OF_TYPE[name]))}
    # To MongoDB, a list is each of its elements too.
    assert {each for each in ids if not each.startswith(name)} <= {f"array {n}" for n in range(4)}


@pytest.mark.parametrize("condition", NO_MOMENTS, ids=repr)
@pytest.mark.parametrize("key", ["data_type", "view_type"])
def test_values_that_are_no_moments_are_found_by_an_index(
    indexed_database: Database[dict[str, Any]], condition: dict[str, Any], key: str
) -> None:
    hours = ({"movie_id": 1, key: "stats", "hour": NOON + timedelta(hours=n)} for n in range(200))
    indexed_database[SPEED].insert_many(hours)
    plan = MongoStore(indexed_database, 5.0).explain(Find(SPEED, {key: "stats", "hour": condition}))
    assert "IXSCAN" in str(plan["queryPlanner"])
    assert "COLLSCAN" not in str(plan["queryPlanner"])
    assert plan["executionStats"]["totalDocsExamined"] == 0
