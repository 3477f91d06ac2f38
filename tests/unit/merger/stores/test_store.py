"""Both stores pass one suite: the real one on the embedded MongoDB, and its stand-in in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from merger.stores.mongo.store import MongoStore
from merger.stores.store import Find, Store
from tests.memory_store import MemoryStore

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

DOCUMENTS: list[dict[str, Any]] = [
    {"_id": 1, "movie_id": 5, "data_type": "stats", "hour": NOON, "data": {"metric": "rating", "genre": "Drama"}},
    {"_id": 2, "movie_id": 5, "data_type": "sentiment", "hour": NOON + HOUR, "data": {"metric": "rating"}},
    {"_id": 3, "movie_id": 6, "data_type": "stats", "hour": NOON + 2 * HOUR, "data": None},
    {"_id": 4, "movie_id": None, "data_type": "stats", "hour": "noon", "data": "text"},
]

Filled = Callable[[Sequence[dict[str, Any]]], Store]


@pytest.fixture(params=["mongo", "memory"])
def filled(request: pytest.FixtureRequest) -> Filled:
    def fill(documents: Sequence[dict[str, Any]]) -> Store:
        if request.param == "memory":
            return MemoryStore(things=list(documents))
        database: Database[dict[str, Any]] = request.getfixturevalue("database")
        if documents:
            database["things"].insert_many([dict(document) for document in documents])
        return MongoStore(database, timeout=5)

    return fill


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, {1, 2, 3, 4}),
        ({"movie_id": 5}, {1, 2}),
        ({"movie_id": None}, {4}),
        ({"movie_id": 5, "hour": {"$gte": NOON + HOUR}}, {2}),
        ({"hour": {"$gte": NOON, "$lt": NOON + 2 * HOUR}}, {1, 2}),
        ({"hour": {"$gt": NOON, "$lte": NOON + 2 * HOUR}}, {2, 3}),
        ({"movie_id": 5, "data_type": {"$in": ["stats", "trending"]}}, {1}),
        ({"data.metric": "rating", "data.genre": None}, {2}),
        ({"data.metric": "rating", "data.genre": "Drama"}, {1}),
        ({"_id": {"$in": [1, 4, 9]}}, {1, 4}),
        ({"data.genre": {"$not": {"$gte": ""}}}, {2, 3, 4}),
    ],
)
def test_find_returns_the_documents_that_match(filled: Filled, wanted: dict[str, Any], ids: set[int]) -> None:
    assert {document["_id"] for document in filled(DOCUMENTS).find(Find("things", wanted))} == ids


def test_find_in_a_missing_collection_returns_nothing(filled: Filled) -> None:
    assert filled([]).find(Find("things", {"movie_id": 1})) == []


def test_newest_by_returns_the_newest_first(filled: Filled) -> None:
    found = filled(DOCUMENTS).find(Find("things", {"movie_id": 5}, newest_by="hour", limit=1))
    assert [document["_id"] for document in found] == [2]


def test_dates_are_aware_and_in_utc(filled: Filled) -> None:
    (found,) = filled(DOCUMENTS).find(Find("things", {"_id": 1}))
    assert found["hour"] == NOON
    assert found["hour"].utcoffset() == timedelta()


def test_only_and_without_choose_the_fields(filled: Filled) -> None:
    store = filled(DOCUMENTS)
    assert store.find(Find("things", {"_id": 1}, only=("hour",))) == [{"_id": 1, "hour": NOON}]
    (found,) = store.find(Find("things", {"_id": 1}, without=("_id", "data")))
    assert found.keys() == {"movie_id", "data_type", "hour"}


def test_limit_is_kept(filled: Filled) -> None:
    assert len(filled(DOCUMENTS).find(Find("things", {}, limit=2))) == 2


def test_batches_hold_every_matching_document(filled: Filled) -> None:
    many = [{"_id": number, "movie_id": number % 2} for number in range(1_100)]
    found = list(filled(many).batches("things", {"movie_id": 1}))
    assert len(found) > 1
    assert sorted(document["_id"] for batch in found for document in batch) == list(range(1, 1_100, 2))
    assert list(filled([]).batches("nothing", {})) in ([], [[]])
