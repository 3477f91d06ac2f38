"""`manage.py freshness`: the hours of both layers as a drawing, in words, and as JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from merger.errors import StoreUnavailable
from merger.operations import probes
from tests.api.conftest import Api, api  # noqa: F401  # a fixture
from tests.api.documents import HOUR, OPEN_HOUR, movie, sentiment_total, speed_sentiment


def freshness(*arguments: str, width: int = 100) -> str:
    told = io.StringIO()
    call_command("freshness", "--width", str(width), *arguments, stdout=told)
    return told.getvalue()


def rows(told: str) -> dict[str, str]:
    """The drawing's rows by their names."""
    lines = [line.split() for line in told.split("\n\n")[0].splitlines()[:-2]]
    return {" ".join(name): cells for *name, cells in lines}


@pytest.fixture
def world(api: Api) -> Api:  # noqa: F811
    """Batch until three days ago, sentiment every hour since but for one."""
    covers = OPEN_HOUR - 69 * HOUR
    api.load(movie(1, "Alien"), sentiment_total(1, 10, 0.5, computed_at=covers, covers_until=covers))
    hours = [OPEN_HOUR - n * HOUR for n in range(70) if n != 10]
    api.load([speed_sentiment(1, hour, 1, 0.5) for hour in hours])
    return api


def test_every_type_has_its_row_of_hours(world: Api) -> None:
    found = rows(freshness())
    assert found["batch sentiment"] == "███" + "·" * 69
    assert found["speed sentiment"] == "···" + "█" * 59 + "·" + "█" * 9
    assert found["speed stats"] == found["batch genre_analytics"] == "·" * 72
    assert set(found["batch movie_details"]) == {"█", "·"} or set(found["batch movie_details"]) == {"█"}


def test_few_columns_hold_several_hours_each(world: Api) -> None:
    told = freshness(width=50)
    assert rows(told)["speed sentiment"].count("▒") == 2, "the first hours and the hole"
    assert "4 hours a column" in told


def test_it_says_in_words_what_is_missing(world: Api) -> None:
    told = freshness()
    assert "speed layer, sentiment: synced" in told
    assert "speed layer, stats: never synced" in told
    hole = OPEN_HOUR - 10 * HOUR
    assert f"MISSING  {hole:%Y-%m-%dT%H:%M:%SZ} to {hole + HOUR:%Y-%m-%dT%H:%M:%SZ}: neither layer holds it" in told
    with pytest.raises(CommandError, match="not whole"):
        freshness("--fail")


def test_the_report_is_what_an_answer_says(world: Api) -> None:
    report = json.loads(freshness("--json"))
    answer: dict[str, Any] = world.body("movies/1/sentiment")["freshness"]
    assert report["freshness"]["missing"] == answer["missing"]
    assert report["freshness"]["batch_as_of"] == answer["batch_as_of"]
    assert report["freshness"]["cutoff"] == answer["cutoff"]


def test_where_there_is_nothing_it_says_so(api: Api) -> None:  # noqa: F811
    told = freshness()
    assert "batch layer: no sentiment is covered" in told
    assert "MISSING  the beginning to" in told
    assert "WARNING  batch_empty" in told


def test_a_terminal_without_blocks_gets_other_signs(world: Api) -> None:
    told = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    call_command("freshness", "--width", "100", stdout=told)
    told.seek(0)
    assert "#" * 59 + "." in told.read()


def test_without_mongodb_it_fails_with_the_reason(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    def away(_: object) -> None:
        raise StoreUnavailable("MongoDB is not reachable")

    monkeypatch.setattr(probes, "newest_views", away)
    with pytest.raises(CommandError, match="MongoDB is not reachable"):
        freshness()
