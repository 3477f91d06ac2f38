"""``manage.py freshness``: the hours of both layers as a drawing, as sentences, and as JSON."""

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
    output = io.StringIO()
    call_command("freshness", "--width", str(width), *arguments, stdout=output)
    return output.getvalue()


def rows(output: str) -> dict[str, str]:
    """The rows of the drawing, by name."""
    lines = [line.split() for line in output.split("\n\n")[0].splitlines()[:-2]]
    return {" ".join(name): cells for *name, cells in lines}


@pytest.fixture
def world(api: Api) -> Api:  # noqa: F811
    """A batch layer until three days ago, and sentiment for every hour since except one."""
    covers = OPEN_HOUR - 69 * HOUR
    api.load(movie(1, "Alien"), sentiment_total(1, 10, 0.5, computed_at=covers, covers_until=covers))
    hours = [OPEN_HOUR - n * HOUR for n in range(70) if n != 10]
    api.load([speed_sentiment(1, hour, 1, 0.5) for hour in hours])
    return api


def test_every_type_has_a_row_of_hours(world: Api) -> None:
    found = rows(freshness())
    assert found["batch sentiment"] == "███" + "·" * 69
    assert found["speed sentiment"] == "···" + "█" * 59 + "·" + "█" * 9
    assert found["speed stats"] == found["batch genre_analytics"] == "·" * 72
    assert set(found["batch movie_details"]) == {"█", "·"} or set(found["batch movie_details"]) == {"█"}


def test_narrow_drawing_puts_several_hours_in_a_column(world: Api) -> None:
    output = freshness(width=50)
    assert rows(output)["speed sentiment"].count("▒") == 2, "the first hours and the hole"
    assert "4 hours per column" in output


def test_sentences_name_the_missing_hours_and_fail_exits_with_1(world: Api) -> None:
    output = freshness()
    assert "speed layer, sentiment: synced" in output
    assert "speed layer, stats: never synced" in output
    hole = OPEN_HOUR - 10 * HOUR
    assert f"MISSING  {hole:%Y-%m-%dT%H:%M:%SZ} to {hole + HOUR:%Y-%m-%dT%H:%M:%SZ}: neither layer holds it" in output
    with pytest.raises(CommandError, match="not whole"):
        freshness("--fail")


def test_json_report_equals_an_answers_freshness(world: Api) -> None:
    report = json.loads(freshness("--json"))
    answer: dict[str, Any] = world.body("movies/1/sentiment")["freshness"]
    assert report["freshness"]["missing"] == answer["missing"]
    assert report["freshness"]["batch_as_of"] == answer["batch_as_of"]
    assert report["freshness"]["cutoff"] == answer["cutoff"]


def test_empty_layers_are_described(api: Api) -> None:  # noqa: F811
    output = freshness()
    assert "batch layer: covers no sentiment" in output
    assert "MISSING  the beginning to" in output
    assert "WARNING  batch_empty" in output


def test_terminal_without_block_characters_gets_ascii(world: Api) -> None:
    output = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    call_command("freshness", "--width", "100", stdout=output)
    output.seek(0)
    assert "#" * 59 + "." in output.read()


def test_unreachable_mongodb_fails_with_the_reason(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    def away(_: object) -> None:
        raise StoreUnavailable("MongoDB is not reachable")

    monkeypatch.setattr(probes, "newest_views", away)
    with pytest.raises(CommandError, match="MongoDB is not reachable"):
        freshness()
