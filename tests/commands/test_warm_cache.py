"""`manage.py warm_cache` puts likely requests' answers into the cache."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client, override_settings
from redis import Redis

from lambdaserve.ops.warming import Warmed, warm
from merger import wiring
from tests.commands.sample import ROOT, Stored, run

DATABASE = "warming"


@pytest.fixture(scope="module")
def world(mongo_uri: str) -> Iterator[None]:
    """A small sample world."""
    from merger.stores.mongo.client import client

    with override_settings(MONGODB_DATABASE=DATABASE, SAMPLE_SCALE=0.02):
        call_command("create_indexes", verbosity=0)
        call_command("sample_batch", scale=0.02)
        call_command("sample_speed", hours=6)
        yield
        client().drop_database(DATABASE)


@pytest.fixture(autouse=True)
def _cold(redis_client: Redis) -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    """Drops the process's own cache, as after a restart."""
    wiring.service.cache_clear()


@pytest.mark.usefixtures("world")
def test_likely_answers_are_cache_hits_afterwards() -> None:
    wiring.popular_totals().add({"/api/v1/movies/603/sentiment?window=7d": 9})
    said = run("warm_cache", "--trending", "3")
    assert " computed" in said
    assert "failed" not in said
    forget()
    client = Client()
    ranked = client.get("/api/v1/trending/movies").json()["trending_movies"][:3]
    for path in (
        "analytics/overview",
        "analytics/sentiment/comparison",
        "analytics/trends?metric=rating",
        "analytics/genre/Drama",
        "trending/movies",
        "trending/genres/Drama",
        "search/genres",
        "search/movies",
        "people",
        "recommendations/genres/Drama",
        "movies/603/sentiment?window=7d",
        *(f"movies/{movie['movie_id']}{part}" for movie in ranked for part in ("", "/sentiment", "/stats")),
        *(f"recommendations/movies/{movie['movie_id']}/similar" for movie in ranked),
    ):
        assert client.get(f"/api/v1/{path}")["X-Cache"] == "HIT", path


@pytest.mark.usefixtures("world")
def test_second_run_computes_nothing() -> None:
    first = run("warm_cache", "--trending", "2")
    addresses = first.partition(" ")[0]
    assert f"{addresses} computed" in first or "already warm" in first
    forget()
    assert run("warm_cache", "--trending", "2") == f"{addresses} addresses: 0 computed, {addresses} already warm\n"


@pytest.mark.usefixtures("world")
def test_dry_run_lists_the_most_requested_first_and_computes_nothing(redis_client: Redis) -> None:
    wiring.popular_totals().add({"/api/v1/movies/603": 4, "/api/v1/movies/11?completeness=strict": 8})
    lines = run("warm_cache", "--dry-run", "--trending", "0").splitlines()
    assert lines[:2] == ["/api/v1/movies/11?completeness=strict", "/api/v1/movies/603"]
    assert "/api/v1/trending/genres/Drama" in lines
    assert lines[-1] == f"{len(lines) - 1} addresses; nothing was computed"
    assert run("warm_cache", "--dry-run", "--top", "0", "--trending", "0").startswith("/api/v1/analytics/overview")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "address",
    ["/api/v1/movies/999999999", "/api/v1/movies/603?colour=red", "/api/v1/nothing", "/admin/", "nonsense", "/\x00"],
)
def test_address_without_an_answer_is_reported_as_gone(address: str) -> None:
    assert warm(address) == (Warmed.GONE, "")


@pytest.mark.usefixtures("world")
def test_incomplete_answer_is_cached_too() -> None:
    address = "/api/v1/movies/603/stats?hours=100"  # the world has six hours
    assert warm(address)[0] is Warmed.COMPUTED
    forget()
    assert warm(address)[0] is Warmed.WARM


@pytest.mark.parametrize(
    ("option", "value", "reason"), [("--top", "-1", "from 0 to 1000"), ("--trending", "101", "from 0 to 100")]
)
def test_option_out_of_range_is_refused_with_its_range(option: str, value: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("warm_cache", option, value)


@pytest.mark.parametrize(
    ("variable", "address", "reason"),
    [
        ("MONGODB_URI", "mongodb://127.0.0.1:1", "no answers can be computed: MongoDB is not reachable"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "there is no cache to warm"),
    ],
)
def test_command_fails_while_a_store_is_unreachable(database: Stored, variable: str, address: str, reason: str) -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "warm_cache"],
        cwd=ROOT,
        env={**os.environ, "MONGODB_TIMEOUT": "0.5", variable: address},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert reason in ended.stderr
    assert "Traceback" not in ended.stderr
