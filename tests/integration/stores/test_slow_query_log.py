"""Slow queries are recorded in a capped collection, and read back by every process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from lambdaserve.server.embedded_stores import free_port
from merger.indexes.slow_query_log import COLLECTION, MAX_DOCUMENTS, SlowQueryLog, report_slow_queries
from merger.stores.mongo.query_shapes import Shape, SlowTotals
from merger.stores.mongo.slow_queries import SlowQueries

Stored = Database[dict[str, Any]]

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SLOW = SlowTotals(Shape("batch_views", ("a", "b"), (("c", -1),), ("d",), is_alternative=True), 2, 7.5, 5.0)


class Collected(SlowQueries):
    """A listener that has collected one slow query."""

    def __init__(self) -> None:
        super().__init__(1.0, ("batch_views",))
        self._add(SLOW)


def test_recorded_queries_are_read_back_since_a_time(database: Stored) -> None:
    log = SlowQueryLog(database)
    log.add([SLOW], NOW - timedelta(hours=1))
    log.add([SLOW, SLOW], NOW)
    assert log.since(NOW) == [SLOW, SLOW]
    assert len(log.since(NOW - timedelta(hours=1))) == 3


def test_collection_is_capped_and_none_is_created_for_no_query(database: Stored) -> None:
    SlowQueryLog(database).add([], NOW)
    assert database.list_collection_names() == []
    SlowQueryLog(database).add([SLOW], NOW)
    options = database[COLLECTION].options()
    assert (options["capped"], options["max"]) == (True, MAX_DOCUMENTS)


def test_records_of_the_former_version_are_read_and_foreign_ones_ignored(database: Stored) -> None:
    shape = {
        "collection": "batch_views",
        "equals": ["a", "b"],
        "sort": [["c", -1]],
        "ranges": ["d"],
        "is_alternative": True,
    }
    former = {"at": NOW, "host": "one", "shape": shape, "queries": 2, "milliseconds": 7.5, "longest": 5.0}
    database[COLLECTION].insert_many([former, {"at": NOW}, {**former, "_id": 1, "shape": {"equals": 5}}])
    assert SlowQueryLog(database).since(NOW) == [SLOW]


def test_report_moves_collected_queries_to_the_log(database: Stored) -> None:
    slow = Collected()
    report_slow_queries(slow, SlowQueryLog(database), NOW)
    assert SlowQueryLog(database).since(NOW) == [SLOW]
    assert slow.take() == []


def test_report_drops_the_queries_while_the_store_is_away() -> None:
    slow = Collected()
    address = f"mongodb://127.0.0.1:{free_port()}"
    with MongoClient[dict[str, Any]](address, serverSelectionTimeoutMS=200) as away:
        report_slow_queries(slow, SlowQueryLog(away["x"]), NOW)
    assert slow.take() == []
