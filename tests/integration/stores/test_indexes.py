"""``create_indexes`` creates the declared indexes, and the request path's finds use them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pymongo.database import Database

from lambdaserve.server.embedded_stores import free_port
from merger.contract.documents import Aliases
from merger.indexes.declared import declared_indexes, missing_indexes

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def run(**options: Any) -> str:
    out = StringIO()
    call_command("create_indexes", stdout=out, **options)
    return out.getvalue()


def real(database: Database[dict[str, Any]]) -> dict[str, Any]:
    return {name: list(database[name].list_indexes()) for name in ("batch_views", "speed_views")}


def test_every_declared_index_is_created(database: Database[dict[str, Any]]) -> None:
    wanted = declared_indexes(Aliases())
    said = run()
    assert missing_indexes(wanted, real(database)) == ()
    assert f"{len(wanted)} indexes declared: 0 present, {len(wanted)} created" in said


def test_a_second_run_changes_nothing(database: Database[dict[str, Any]]) -> None:
    run()
    before = real(database)
    assert f"{len(declared_indexes(Aliases()))} present, 0 created" in run()
    assert real(database) == before


def test_a_dry_run_creates_nothing(database: Database[dict[str, Any]]) -> None:
    assert "missing  speed_views.movie_hour (movie_id +1, hour -1): one movie's buckets" in run(dry_run=True)
    assert database.list_collection_names() == []


def test_an_index_with_another_name_counts(database: Database[dict[str, Any]]) -> None:
    database["speed_views"].create_index([("movie_id", 1), ("hour", -1)], name="theirs")
    assert "speed_views.movie_hour" not in run()


def test_an_index_with_the_name_but_other_keys_is_kept(database: Database[dict[str, Any]]) -> None:
    database["speed_views"].create_index([("their_field", 1)], name="movie_hour")
    run()
    assert missing_indexes(declared_indexes(Aliases()), real(database)) == ()
    assert database["speed_views"].index_information()["movie_hour"]["key"] == [("their_field", 1)]


def test_an_unreachable_server_gives_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from pymongo import MongoClient

    from merger.indexes import server as indexing

    unreachable: MongoClient[dict[str, Any]] = MongoClient(
        f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=200
    )
    with unreachable:
        monkeypatch.setattr(indexing, "database", lambda: unreachable["x"])
        monkeypatch.setattr(indexing, "TIMEOUT_SECONDS", 0.3)
        monkeypatch.setattr("merger.indexes.shards.TIMEOUT_SECONDS", 0.3)
        with pytest.raises(CommandError, match="MongoDB is not reachable"):
            run()


def test_a_deployments_aliases_get_indexes() -> None:
    aliases = Aliases().with_extra({"payload": ["body"], "speed_type_keys": ["kind"]})
    names = {index.name for index in declared_indexes(aliases)}
    assert {"trend_body", "actor_body", "kind_hour", "kind_synced"} <= names


@pytest.mark.parametrize(
    ("collection", "wanted", "index"),
    [
        ("batch_views", {"movie_id": 1, "view_type": {"$in": ["movie_details", "sentiment"]}}, "movie_view"),
        ("batch_views", {"view_type": "movie_details"}, "view_"),
        ("batch_views", {"view_type": "sentiment", "data.date": None}, "view_date"),
        ("batch_views", {"view_type": "actor_collaboration", "data.actor": None}, "view_actor"),
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


EXPIRY = timedelta(hours=72)


@pytest.fixture
def expiring(settings: Any) -> Any:
    """Settings with which MongoDB deletes expired documents."""
    settings.SPEED_EXPIRY, settings.SPEED_TTL_GRACE = True, EXPIRY
    return settings


def options_of(database: Database[dict[str, Any]], name: str, collection: str = "speed_views") -> dict[str, Any]:
    found: dict[str, Any] = {index["name"]: index for index in real(database)[collection]}[name]
    return found


def test_expired_speed_documents_are_deleted_after_the_grace(database: Database[dict[str, Any]], expiring: Any) -> None:
    run()
    assert options_of(database, "expiry")["expireAfterSeconds"] == EXPIRY.total_seconds()
    assert list(options_of(database, "expiry")["key"]) == ["ttl_expires_at"]


def test_another_grace_changes_the_index_in_place(database: Database[dict[str, Any]], expiring: Any) -> None:
    database["speed_views"].create_index([("ttl_expires_at", 1)], name="theirs", expireAfterSeconds=0)
    said = run(dry_run=True)
    assert "would change  speed_views.theirs: it deletes documents after 0 s instead of 259200 s" in said
    assert options_of(database, "theirs")["expireAfterSeconds"] == 0
    assert "changed  speed_views.theirs" in run()
    assert options_of(database, "theirs")["expireAfterSeconds"] == EXPIRY.total_seconds()
    expiring.SPEED_TTL_GRACE = timedelta(hours=1)
    run()
    assert options_of(database, "theirs")["expireAfterSeconds"] == 3600


def test_undeclared_indexes_are_listed_and_dropped_on_request(database: Database[dict[str, Any]]) -> None:
    run()
    database["batch_views"].create_index([("their_field", 1)], name="theirs")
    assert "1 not declared" in run()
    assert "would drop  batch_views.theirs: not declared" in run(prune=True, dry_run=True)
    with pytest.raises(CommandError, match=r"this would drop batch_views.theirs; add --yes to confirm"):
        run(prune=True)
    assert "theirs" in database["batch_views"].index_information()
    assert "dropped  batch_views.theirs" in run(prune=True, yes=True)
    assert "theirs" not in database["batch_views"].index_information()
    assert missing_indexes(declared_indexes(Aliases()), real(database)) == ()


def test_an_incomplete_index_is_listed_and_rebuilt_on_request(
    database: Database[dict[str, Any]],
) -> None:
    database["batch_views"].create_index([("movie_id", 1), ("view_type", 1)], name="movie_view", sparse=True)
    assert "different  batch_views.movie_view: it is sparse, so it leaves documents out; --rebuild" in run()
    assert options_of(database, "movie_view", "batch_views")["sparse"]
    said = run(rebuild=True, yes=True)
    assert "dropped  batch_views.movie_view" in said
    assert "created  batch_views.movie_view" in said
    assert not options_of(database, "movie_view", "batch_views").get("sparse")


def test_a_check_fails_until_all_indexes_are_as_declared(database: Database[dict[str, Any]]) -> None:
    with pytest.raises(CommandError, match=f"not as declared: {len(declared_indexes(Aliases()))} missing"):
        run(check=True)
    assert database.list_collection_names() == []
    run()
    assert f"{len(declared_indexes(Aliases()))} present" in run(check=True)
    database["batch_views"].create_index([("their_field", 1)])
    with pytest.raises(CommandError, match="1 extra"):
        run(check=True)


def test_the_list_shows_declared_and_real_indexes_side_by_side(database: Database[dict[str, Any]]) -> None:
    run()
    database["batch_views"].drop_index("view_date")
    database["speed_views"].create_index([("their_field", -1)], name="theirs")
    lines = run(list=True).splitlines()
    assert lines[0].split() == ["state", "index", "keys", "size", "used"]
    assert any(line.startswith("missing  batch_views.view_date ") for line in lines)
    assert any(line.startswith("present  speed_views.movie_hour ") and "unknown" in line for line in lines)
    assert any(line.startswith("extra ") and "speed_views.theirs" in line and "not declared" in line for line in lines)
