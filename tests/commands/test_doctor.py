"""``manage.py doctor`` against the real stores."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from pymongo import MongoClient
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lambdaserve.config.local_data import LocalData
from lambdaserve.server.embedded_stores import free_port
from merger.stores.redis.link import RedisLink
from tests.api.conftest import Api, api  # noqa: F401  # a fixture
from tests.api.documents import HOUR, OPEN_HOUR, movie, sentiment_total, speed_sentiment

pytestmark = pytest.mark.django_db


def doctor(*arguments: str) -> str:
    output = io.StringIO()
    call_command("doctor", *arguments, stdout=output)
    return output.getvalue()


def about(name: str, *levels: str) -> list[dict[str, str]]:
    """Findings about one thing, as JSON; the command fails where there is a problem."""
    output = io.StringIO()
    with suppress(CommandError):
        call_command("doctor", "--json", stdout=output)
    found: list[dict[str, str]] = json.loads(output.getvalue())
    return [each for each in found if each["about"] == name and (not levels or each["level"] in levels)]


@pytest.fixture
def world(api: Api) -> Api:  # noqa: F811
    """Both layers complete, indexes created, migrations applied."""
    covers = OPEN_HOUR - 30 * HOUR
    api.load(movie(1, "Alien"), sentiment_total(1, 10, 0.5, computed_at=covers, covers_until=covers))
    api.load([speed_sentiment(1, OPEN_HOUR - n * HOUR, 1, 0.5) for n in range(50)])
    call_command("migrate_views", stdout=io.StringIO(), stderr=io.StringIO())
    call_command("create_indexes", stdout=io.StringIO())
    LocalData(settings.DATA_DIR).make()
    return api


def test_files_that_others_may_use_are_a_problem(world: Api) -> None:
    settings.DATA_DIR.chmod(0o755)
    [finding] = about("private files")
    assert finding["level"] == "problem"
    assert f"may use {settings.DATA_DIR}" in finding["what"]
    LocalData(settings.DATA_DIR).make()
    [finding] = about("private files")
    assert finding["level"] == "ok"


def test_healthy_deployment_prints_ok_for_every_part(world: Api) -> None:
    output = doctor()
    for line in (
        "ok       MongoDB",
        "ok       Redis",
        "ok       SQL database",
        "ok       indexes",
        "ok       migrations",
    ):
        assert line in output
    assert "ok       coverage          no hour is missing" in output
    assert "0 problems" in output


def test_strict_fails_after_a_warning(world: Api, settings: Any) -> None:
    assert about("batch layer", "warning")
    with pytest.raises(CommandError, match=r"0 problems, [1-9]"):
        doctor("--strict")


def test_missing_indexes_are_a_problem_with_a_remedy(world: Api, database: Any) -> None:
    database["batch_views"].drop_indexes()
    with pytest.raises(CommandError, match=r"[1-9] problem"):
        doctor()
    (found,) = about("indexes")
    assert found["level"] == "problem"
    assert found["advice"] == "run manage.py create_indexes"


def test_pending_migrations_and_foreign_validators_are_reported(world: Api, database: Any) -> None:
    database["view_migrations"].drop()
    database.command("collMod", "batch_views", validator={"$jsonSchema": {"required": ["movie_id"]}})
    assert about("migrations")[0]["what"].startswith("pending: 0001_validators")
    assert "batch_views" in about("validators")[0]["what"]


def test_unreadable_documents_are_counted_by_kind(world: Api) -> None:
    bad = {**speed_sentiment(1, OPEN_HOUR, 1, 0.5), "data": {"avg_sentiment": 5}}
    world.load([{**bad, "_id": number} for number in range(60)])
    (found,) = about("documents", "problem")
    assert "60 × sentiment.review_count" in found["what"]


def test_hour_that_neither_layer_holds_is_a_problem(world: Api, database: Any) -> None:
    database["speed_views"].delete_many({"hour": OPEN_HOUR - 7 * HOUR})
    assert f"{OPEN_HOUR - 7 * HOUR:%Y-%m-%dT%H:%M:%SZ}" in about("coverage", "problem")[0]["what"]


def test_speed_documents_without_expiry_are_reported_if_expiry_is_on(world: Api, database: Any, settings: Any) -> None:
    database["speed_views"].update_one({}, {"$unset": {"ttl_expires_at": ""}})
    assert about("expiry") == []
    settings.SPEED_EXPIRY = True
    assert about("expiry", "warning")


def test_unreachable_mongodb_is_one_finding(world: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from merger.operations import server_facts as storefacts

    with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=200) as unreachable:
        monkeypatch.setattr(storefacts, "client", lambda: unreachable)
        monkeypatch.setattr(storefacts, "TIMEOUT_SECONDS", 0.3)
        assert about("MongoDB", "problem")[0]["what"].startswith("MongoDB is not reachable")
        assert about("indexes") == []


def test_unreachable_redis_is_a_warning(world: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    link = RedisLink(lambda: Redis(port=free_port(), retry=Retry(NoBackoff(), 0)), retry_seconds=60)
    monkeypatch.setattr("merger.operations.server_facts.redis_link", lambda: link)
    assert about("Redis", "warning")
