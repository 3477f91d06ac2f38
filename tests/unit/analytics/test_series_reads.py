"""A series reads a movie's own documents, or the points and hours of many movies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from analytics.series_reads import TrendParameters, series_genre, trend_plan
from merger.contract.documents import Aliases
from merger.core.boundary import Boundary, Layers
from merger.core.windows import HOUR, parse_span
from merger.views.plans import Plan, PlanContext
from tests.unit.inputs import at

NOW = at("2026-03-10 10:30")
WINDOW = parse_span("30d")


def plan(**parameters: Any) -> Plan:
    params = TrendParameters("rating", WINDOW, **parameters)
    return trend_plan(PlanContext(params, Boundary(NOW), Layers(), Aliases()))


def genres(found: Plan) -> list[str]:
    conditions = (condition for read in found.reads for condition in read.filter.items())
    return list(dict.fromkeys(value for name, value in conditions if name == "data.genre"))


def test_a_movie_is_read_by_its_own_documents_without_shared_hours() -> None:
    found = plan(movie_id=550)
    assert found.hours is None
    assert {read.filter["movie_id"] for read in found.reads if "movie_id" in read.filter} == {550}


def test_many_movies_are_read_by_the_hours_up_to_the_open_one() -> None:
    found = plan()
    assert found.hours is not None
    assert found.hours.types == ("stats",)
    assert found.hours.window.end == NOW.replace(minute=0) + HOUR
    assert found.hours.window.start is not None
    assert NOW - found.hours.window.start >= timedelta(hours=48)


def test_genre_is_searched_in_every_spelling_of_producers() -> None:
    assert genres(plan(genre="tv movie")) == ["tv movie", "Tv Movie", "TV Movie", "TV MOVIE", "Tv movie"]


@pytest.mark.parametrize("spelling", ["Drama", "drama", " DRAMA "])
def test_usual_spellings_of_a_genre_are_one_genre(spelling: str) -> None:
    assert series_genre(spelling) == "drama"


@pytest.mark.parametrize("spelling", ["TV Movie", "tv movie", "Tv Movie"])
def test_an_abbreviation_is_a_usual_spelling(spelling: str) -> None:
    assert series_genre(spelling) == "tv movie"


def test_a_spelling_that_no_rule_derives_is_kept() -> None:
    assert series_genre(" SciFi ") == "SciFi"
