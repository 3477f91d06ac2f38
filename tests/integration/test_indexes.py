"""The declared indexes are made, and answer what the request path asks (requirements §5, O3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pymongo.database import Database

from lambdaserve.embedded import free_port
from merger.contract import Aliases
from merger.indexes import declared, missing

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def run(**options: Any) -> str:
    out = StringIO()
    call_command("create_indexes", stdout=out, **options)
    return out.getvalue()


def real(database: Database[dict[str, Any]]) -> dict[str, Any]:
    return {name: list(database[name].list_indexes()) for name in ("batch_views", "speed_views")}


def test_it_creates_every_declared_index(database: Database[dict[str, Any]]) -> None:
    wanted = declared(Aliases())
    said = run()
    assert missing(wanted, real(database)) == ()
    assert f"{len(wanted)} indexes declared: 0 present, {len(wanted)} created" in said


def test_a_second_run_changes_nothing(database: Database[dict[str, Any]]) -> None:
    run()
    before = real(database)
    assert f"{len(declared(Aliases()))} present, 0 created" in run()
    assert real(database) == before


def test_a_dry_run_creates_nothing(database: Database[dict[str, Any]]) -> None:
    assert "missing  speed_views.movie_hour (movie_id +1, hour -1): one movie's buckets" in run(dry_run=True)
    assert database.list_collection_names() == []


def test_an_index_of_another_name_counts(database: Database[dict[str, Any]]) -> None:
    database["speed_views"].create_index([("movie_id", 1), ("hour", -1)], name="theirs")
    assert "speed_views.movie_hour" not in run()


def test_a_name_that_other_keys_have_is_left_to_them(database: Database[dict[str, Any]]) -> None:
    database["speed_views"].create_index([("their_field", 1)], name="movie_hour")
    run()
    assert missing(declared(Aliases()), real(database)) == ()
    assert database["speed_views"].index_information()["movie_hour"]["key"] == [("their_field", 1)]


def test_an_unreachable_server_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from pymongo import MongoClient

    from merger.management.commands import create_indexes

    nobody: MongoClient[dict[str, Any]] = MongoClient(
        f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=200
    )
    with nobody:
        monkeypatch.setattr(create_indexes, "database", lambda: nobody["x"])
        monkeypatch.setattr(create_indexes, "ANSWER_WITHIN", 0.3)
        with pytest.raises(CommandError, match="MongoDB is not reachable"):
            run()


def test_aliases_of_a_deployment_get_their_indexes() -> None:
    names = {index.name for index in declared(Aliases().extended({"payload": ["body"], "speed_type_keys": ["kind"]}))}
    assert {"trend_body", "actor_body", "kind_hour", "kind_synced"} <= names


@pytest.mark.parametrize(
    ("collection", "wanted", "index"),
    [
        ("batch_views", {"movie_id": 1, "view_type": {"$in": ["movie_details", "sentiment"]}}, "movie_view"),
        ("batch_views", {"view_type": "movie_details"}, "view_"),
        ("batch_views", {"view_type": "sentiment", "data.date": None}, "view_date"),
        ("batch_views", {"view_type": "x", "computed_at": {"$gt": NOON, "$lte": NOON + timedelta(1)}}, "view_computed"),
        ("batch_views", {"data.metric": "rating", "data.genre": None, "data.movie_id": None}, "trend_data"),
        ("batch_views", {"stats.metric": "rating", "stats.genre": "Drama", "stats.movie_id": None}, "trend_stats"),
        ("batch_views", {"data.actor": "A"}, "actor_data"),
        ("speed_views", {"movie_id": 1, "hour": {"$gte": NOON}}, "movie_hour"),
        ("speed_views", {"data_type": "stats", "hour": {"$gte": NOON, "$lt": NOON + timedelta(1)}}, "data_type_hour"),
        ("speed_views", {"view_type": "stats", "hour": {"$gte": NOON, "$lt": NOON + timedelta(1)}}, "view_type_hour"),
        ("speed_views", {"data_type": "stats", "synced_at": {"$gt": NOON}}, "data_type_synced"),
        ("speed_views", {"view_type": "stats", "synced_at": {"$gt": NOON}}, "view_type_synced"),
        ("speed_views", {"_id": {"$in": [1, 2]}}, "_id_"),
    ],
)
def test_each_kind_of_read_uses_its_index(
    indexed_database: Database[dict[str, Any]], collection: str, wanted: dict[str, Any], index: str
) -> None:
    indexed_database[collection].insert_many([{"movie_id": n, "view_type": "x", "hour": NOON} for n in range(50)])
    used = indexes_of(indexed_database[collection].find(wanted).explain()["queryPlanner"]["winningPlan"])
    assert used
    assert all(name.startswith(index) for name in used), used


def indexes_of(plan: Any) -> list[str]:
    """The indexes of a winning plan; a collection scan counts as the index ``COLLSCAN``."""
    if isinstance(plan, list):
        return [name for part in plan for name in indexes_of(part)]
    if not isinstance(plan, dict):
        return []
    own = [plan["indexName"]] if "indexName" in plan else ["COLLSCAN"] if plan.get("stage") == "COLLSCAN" else []
    return own + [name for part in plan.values() for name in indexes_of(part)]
