"""`manage.py invalidate_cache`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.management.base import CommandError
from redis import Redis

from merger import wiring
from merger.views.registry import known_views
from tests.commands.sample import ROOT, run


@pytest.fixture(autouse=True)
def _empty_cache(redis_client: Redis) -> Iterator[None]:
    wiring.service.cache_clear()
    yield
    wiring.service.cache_clear()


def generations(*names: str) -> tuple[str, ...]:
    return wiring.service().cache.redis_tier.find("none", names).generations


def test_it_bumps_the_named_generations_and_no_others() -> None:
    names = ("view:movies.details", "view:movies.stats", "movie:603", "movie:604", "batch")
    assert generations(*names) == ("",) * 5
    output = run("invalidate_cache", "--view", "movies.details", "--movie", "603")
    bumped = generations(*names)
    assert bumped[0] != ""
    assert bumped[2] != ""
    assert (bumped[1], bumped[3], bumped[4]) == ("", "", "")
    assert output == "Invalidated the answers of movies.details, the answers about movie 603\n"


def test_all_answers_can_be_invalidated_repeatedly() -> None:
    seen = {generations("all")}
    for _ in range(3):
        assert run("invalidate_cache", "--all") == "Invalidated every answer\n"
        seen.add(generations("all"))
    assert len(seen) == 4


def test_it_lists_every_view() -> None:
    assert run("invalidate_cache", "--list").split() == list(known_views())
    assert {"movies.details", "trending.movies", "analytics.overview"} <= set(known_views())


def test_an_unknown_view_is_refused_with_a_suggestion() -> None:
    with pytest.raises(CommandError, match=r"no view 'movie\.details'\. Did you mean movies\.details"):
        run("invalidate_cache", "--view", "movies.stats", "movie.details")
    assert generations("view:movies.stats") == ("",)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [([], "name what to invalidate"), (["--movie", "-1"], "expected at least one argument|takes ids from 0")],
)
def test_wrong_arguments_are_refused_with_the_reason(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("invalidate_cache", *arguments)


def test_it_fails_while_redis_is_down() -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "invalidate_cache", "--all"],
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "nothing was invalidated" in ended.stderr
    assert "Traceback" not in ended.stderr
