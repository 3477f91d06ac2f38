"""Slow queries are recorded without values, and `manage.py suggest_indexes` makes advice of them (O3)."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pymongo import MongoClient
from pymongo.database import Database

from lambdaserve.server.embedded_stores import free_port
from merger.indexes.slow_query_log import COLLECTION, MOST, SlowQueryLog, report_slow_queries
from merger.stores.mongo.query_shapes import Shape, SlowTotals
from merger.stores.mongo.slow_queries import SlowQueries

Stored = Database[dict[str, Any]]

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECRET = "the value that was asked for"


def suggest(*arguments: str) -> str:
    told = io.StringIO()
    call_command("suggest_indexes", *arguments, stdout=told)
    return told.getvalue()


def listening(mongo_uri: str, noted: SlowQueries) -> MongoClient[dict[str, Any]]:
    return MongoClient(mongo_uri, event_listeners=[noted], tz_aware=True)


@pytest.fixture
def queried(indexed_database: Stored, mongo_uri: str) -> Stored:
    """After some queries that all count as slow."""
    noted = SlowQueries(0.000_001, ("batch_views", "speed_views"))
    with listening(mongo_uri, noted) as client:
        views = client[indexed_database.name]["batch_views"]
        list(views.find({"data.director": SECRET, "view_type": "movie_details"}).sort("computed_at", -1))
        list(views.find({"data.director": SECRET}))
        list(views.find({"movie_id": 5}))
        list(views.aggregate([{"$match": {"data.studio": SECRET}}]))
        views.count_documents({"data.studio": SECRET})
        list(client[indexed_database.name]["others"].find({"x": 1}))
    SlowQueryLog(indexed_database).add(noted.take(), datetime.now(UTC))
    return indexed_database


def test_slow_queries_are_recorded_by_their_fields_alone(queried: Stored) -> None:
    found = list(queried[COLLECTION].find())
    assert {tuple(each["shape"]["equals"]) for each in found} == {
        ("data.director", "view_type"),
        ("data.director",),
        ("movie_id",),
        ("data.studio",),
    }
    assert SECRET not in str(found)
    assert {each["queries"] for each in found if each["shape"]["equals"] == ["data.studio"]} == {2}
    options = queried[COLLECTION].options()
    assert options["capped"] is True
    assert options["max"] == MOST


def test_indexes_are_suggested_for_what_none_serves(queried: Stored) -> None:
    told = suggest()
    assert "create  db.batch_views.createIndex({data.director: 1, view_type: 1, computed_at: -1})" in told
    assert "for batch_views where data.director =: 1 slow queries" in told
    assert "create  db.batch_views.createIndex({data.studio: 1})" in told
    assert "batch_views where movie_id =: 1 slow queries" in told
    assert "although movie_view serves it" in told


def test_a_suggested_index_serves_from_then_on(queried: Stored) -> None:
    queried["batch_views"].create_index([("data.studio", 1)], name="studio")
    told = suggest()
    assert "createIndex({data.studio: 1})" not in told
    assert "although studio serves it" in told
    plan = queried["batch_views"].find({"data.studio": SECRET}).explain()["queryPlanner"]["winningPlan"]
    assert "studio" in str(plan)


def test_a_superfluous_index_is_told(indexed_database: Stored) -> None:
    indexed_database["batch_views"].create_index([("movie_id", 1)], name="theirs")
    assert "drop    batch_views.theirs: movie_view begins with its fields and answers the same" in suggest()


def test_it_says_when_there_is_nothing(indexed_database: Stored) -> None:
    assert "Nothing to suggest" in suggest()


def test_old_records_and_those_that_are_none_of_ours_do_not_count(queried: Stored) -> None:
    queried[COLLECTION].drop()
    # As the version before msgspec wrote it.
    shape = {"collection": "batch_views", "equals": ["data.studio"], "sort": [], "ranges": [], "is_alternative": False}
    numbers = {"shape": shape, "queries": 1, "milliseconds": 5.0, "longest": 5.0}
    now = datetime.now(UTC)
    queried[COLLECTION].insert_many(
        [{**numbers, "at": now - timedelta(days=8)}, {"at": now}, {**numbers, "at": now, "shape": {"equals": 5}}]
    )
    assert "Nothing to suggest" in suggest()
    assert "data.studio" in suggest("--days", "9")


def test_it_is_told_as_json(queried: Stored) -> None:
    found = json.loads(suggest("--json"))
    assert found["create"][0]["collection"] == "batch_views"


def test_bad_days_and_an_unreachable_server_are_clear_errors(queried: Stored, monkeypatch: Any) -> None:
    with pytest.raises(CommandError, match="--days takes"):
        suggest("--days", "0")
    with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=200) as nobody:
        monkeypatch.setattr("merger.indexes.server.database", lambda: nobody["x"])
        monkeypatch.setattr("merger.indexes.server.ANSWER_WITHIN", 0.3)
        with pytest.raises(CommandError, match="MongoDB is not reachable"):
            suggest()


def test_report_adds_to_the_log_and_survives_a_store_that_is_away(indexed_database: Stored, monkeypatch: Any) -> None:
    noted = SlowQueries(1, ("batch_views",))

    def note() -> None:
        monkeypatch.setattr(noted, "_totals", {Shape("batch_views"): SlowTotals(Shape("batch_views"), 1, 5.0, 5.0)})

    note()
    report_slow_queries(noted, SlowQueryLog(indexed_database), NOW)
    assert indexed_database[COLLECTION].count_documents({}) == 1
    with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=200) as away:
        note()
        report_slow_queries(noted, SlowQueryLog(away["x"]), NOW)
    assert noted.take() == []
