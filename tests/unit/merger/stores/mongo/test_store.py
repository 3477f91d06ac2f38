"""The store on MongoDB decodes whatever a producer wrote, and keeps its time limits."""

from __future__ import annotations

import time
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
from merger.stores.store import Find
from tests.deep_documents import nested

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


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
