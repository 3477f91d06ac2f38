"""`manage.py suggest_indexes` advises on indexes from the recorded slow queries."""

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
from merger.indexes.slow_query_log import COLLECTION, MAX_DOCUMENTS, SlowQueryLog
from merger.stores.mongo.query_shapes import Shape, SlowTotals
from merger.stores.mongo.slow_queries import SlowQueries

Stored = Database[dict[str, Any]]

SECRET = "the value of the query"


def suggest(*arguments: str) -> str:
    output = io.StringIO()
    call_command("suggest_indexes", *arguments, stdout=output)
    return output.getvalue()


def connect(mongo_uri: str, slow: SlowQueries) -> MongoClient[dict[str, Any]]:
    return MongoClient(mongo_uri, event_listeners=[slow], tz_aware=True)


@pytest.fixture
def queried(indexed_database: Stored, mongo_uri: str) -> Stored:
    """The database after some queries that all count as slow."""
    slow = SlowQueries(0.000_001, ("batch_views", "speed_views"))
    with connect(mongo_uri, slow) as client:
        views = client[indexed_database.name]["batch_views"]
        list(views.find({"data.director": SECRET, "view_type": "movie_details"}).sort("computed_at", -1))
        list(views.find({"data.director": SECRET}))
        list(views.find({"movie_id": 5}))
        list(views.aggregate([{"$match": {"data.studio": SECRET}}]))
        views.count_documents({"data.studio": SECRET})
        list(client[indexed_database.name]["others"].find({"x": 1}))
    SlowQueryLog(indexed_database).add(slow.take(), datetime.now(UTC))
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
    assert options["max"] == MAX_DOCUMENTS


def test_indexes_are_suggested_for_queries_without_one(queried: Stored) -> None:
    output = suggest()
    assert "create  db.batch_views.createIndex({data.director: 1, view_type: 1, computed_at: -1})" in output
    assert "for batch_views where data.director =: 1 slow queries" in output
    assert "create  db.batch_views.createIndex({data.studio: 1})" in output
    assert "batch_views where movie_id =: 1 slow queries" in output
    assert "although movie_view serves it" in output


def test_suggested_index_serves_the_query_once_it_is_created(queried: Stored) -> None:
    queried["batch_views"].create_index([("data.studio", 1)], name="studio")
    output = suggest()
    assert "createIndex({data.studio: 1})" not in output
    assert "although studio serves it" in output
    plan = queried["batch_views"].find({"data.studio": SECRET}).explain()["queryPlanner"]["winningPlan"]
    assert "studio" in str(plan)


def test_superfluous_index_is_advised_to_go(indexed_database: Stored) -> None:
    indexed_database["batch_views"].create_index([("movie_id", 1)], name="theirs")
    assert "drop    batch_views.theirs: movie_view begins with its fields and answers the same" in suggest()


def test_command_reports_that_there_is_nothing_to_suggest(indexed_database: Stored) -> None:
    assert "Nothing to suggest" in suggest()


def test_days_option_includes_older_records(queried: Stored) -> None:
    queried[COLLECTION].drop()
    slow = SlowTotals(Shape("batch_views", ("data.studio",)), 1, 5.0, 5.0)
    SlowQueryLog(queried).add([slow], datetime.now(UTC) - timedelta(days=8))
    assert "Nothing to suggest" in suggest()
    assert "data.studio" in suggest("--days", "9")


def test_json_option_prints_the_advice_as_json(queried: Stored) -> None:
    found = json.loads(suggest("--json"))
    assert found["create"][0]["collection"] == "batch_views"


def test_invalid_days_and_an_unreachable_server_are_clear_errors(queried: Stored, monkeypatch: Any) -> None:
    with pytest.raises(CommandError, match="--days takes"):
        suggest("--days", "0")
    with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=200) as away:
        monkeypatch.setattr("merger.indexes.server.database", lambda: away["x"])
        monkeypatch.setattr("merger.indexes.server.TIMEOUT_SECONDS", 0.3)
        monkeypatch.setattr("merger.indexes.shards.TIMEOUT_SECONDS", 0.3)
        with pytest.raises(CommandError, match="MongoDB is not reachable"):
            suggest()
