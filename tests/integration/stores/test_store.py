"""Both stores pass one suite: the real one on the embedded MongoDB, and its stand-in in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
import pytest
from bson.datetime_ms import DatetimeMS
from pymongo import MongoClient, _csot
from pymongo.database import Database

from lambdaserve.server.embedded_stores import free_port
from merger.errors import StoreUnavailable
from merger.stores.mongo.store import MongoStore
from merger.stores.store import Find, Store
from tests.deep_documents import nested
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


def test_dates_that_python_can_not_hold_do_not_raise(database: Database[dict[str, Any]]) -> None:
    # The embedded server refuses to store such a date; MongoDB does store it, so the bytes are decoded here.
    raw = bson.encode({"hour": DatetimeMS(3_093_527_980_800_000)})
    assert isinstance(bson.decode(raw, database.codec_options)["hour"], DatetimeMS)


def test_text_that_is_not_utf_8_does_not_raise(database: Database[dict[str, Any]]) -> None:
    raw = bson.encode({"title": "abc"}).replace(b"abc", b"a\xffc")
    assert bson.decode(raw, database.codec_options)["title"] == "a\ufffdc"


def test_undecodable_document_is_cut_to_its_top_level_beside_whole_ones(
    database: Database[dict[str, Any]],
) -> None:
    whole = {"_id": 1, "hour": NOON, "data": {"metric": "rating"}}
    database["things"].insert_many([whole, nested(960, {"_id": 2, "hour": NOON + HOUR, "list": [1], "count": 7})])
    found = MongoStore(database, 2.0).find(Find("things", {}, newest_by="hour"))
    assert found == [{"_id": 2, "hour": NOON + HOUR, "count": 7}, whole]


def test_batches_hold_every_matching_document(filled: Filled) -> None:
    many = [{"_id": number, "movie_id": number % 2} for number in range(1_100)]
    found = list(filled(many).batches("things", {"movie_id": 1}))
    assert len(found) > 1
    assert sorted(document["_id"] for batch in found for document in batch) == list(range(1, 1_100, 2))
    assert list(filled([]).batches("nothing", {})) in ([], [[]])


def test_undecodable_document_hides_no_other_of_its_batch(database: Database[dict[str, Any]]) -> None:
    whole = {"_id": 1, "hour": NOON, "data": {"metric": "rating"}}
    database["things"].insert_many([whole, nested(960, {"_id": 2, "hour": NOON + HOUR, "list": [1], "count": 7})])
    (found,) = MongoStore(database, 2.0).batches("things", {})
    assert sorted(found, key=lambda document: document["_id"]) == [whole, {"_id": 2, "hour": NOON + HOUR, "count": 7}]


def test_no_time_limit_is_set_between_batches(database: Database[dict[str, Any]]) -> None:
    database["things"].insert_many([{"_id": number} for number in range(600)])
    for _ in MongoStore(database, 2.0).batches("things", {}):
        assert _csot.get_timeout() is None


def test_absent_server_is_unavailable_within_the_time_limit() -> None:
    away: MongoClient[dict[str, Any]] = MongoClient(f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=300)
    with away:
        started = time.monotonic()
        with pytest.raises(StoreUnavailable, match="not reachable"):
            MongoStore(away["x"], timeout=0.3).find(Find("things", {}))
        assert time.monotonic() - started < 3
