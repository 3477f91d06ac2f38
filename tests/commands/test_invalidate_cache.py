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


def test_it_raises_what_it_is_told_to_and_nothing_else() -> None:
    names = ("view:movies.details", "view:movies.stats", "movie:603", "movie:604", "batch")
    assert generations(*names) == ("",) * 5
    said = run("invalidate_cache", "--view", "movies.details", "--movie", "603")
    raised = generations(*names)
    assert raised[0] != ""
    assert raised[2] != ""
    assert (raised[1], raised[3], raised[4]) == ("", "", "")
    assert said == "Outdated the answers of movies.details, the answers about movie 603\n"


def test_everything_is_outdated_again_and_again() -> None:
    seen = {generations("all")}
    for _ in range(3):
        assert run("invalidate_cache", "--all") == "Outdated every answer\n"
        seen.add(generations("all"))
    assert len(seen) == 4


def test_it_lists_every_view() -> None:
    assert run("invalidate_cache", "--list").split() == list(known_views())
    assert {"movies.details", "trending.movies", "analytics.overview"} <= set(known_views())


def test_an_unknown_view_is_refused_with_what_may_have_been_meant() -> None:
    with pytest.raises(CommandError, match=r"no view 'movie\.details'\. Did you mean movies\.details"):
        run("invalidate_cache", "--view", "movies.stats", "movie.details")
    assert generations("view:movies.stats") == ("",)


@pytest.mark.parametrize(
    ("arguments", "reason"), [([], "say what"), (["--movie", "-1"], "expected at least one argument|takes ids from 0")]
)
def test_it_says_what_it_takes(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("invalidate_cache", *arguments)


def test_it_fails_when_redis_is_away() -> None:
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
    assert "nothing was outdated" in ended.stderr
    assert "Traceback" not in ended.stderr
