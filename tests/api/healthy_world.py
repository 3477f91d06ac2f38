"""A small healthy world with data for every endpoint, and the paths to request."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, NoReturn

from tests.api.conftest import Api
from tests.api.documents import (
    DAY,
    HOUR,
    NOW,
    OPEN_HOUR,
    Document,
    actor,
    beat,
    genre_month,
    movie,
    sentiment_day,
    sentiment_total,
    speed,
    speed_sentiment,
    speed_stats,
    speed_trending,
    trend_point,
)

MOVIE, OTHER = 550, 807
LAST_SYNC = NOW - timedelta(seconds=10)

ADDRESSES = (
    f"movies/{MOVIE}",
    f"movies/{OTHER}",
    f"movies/{MOVIE}/sentiment",
    f"movies/{MOVIE}/sentiment?window=7d",
    f"movies/{MOVIE}/sentiment?window=36h",
    f"movies/{MOVIE}/stats?hours=72",
    "trending/movies?window=24h",
    "trending/movies?genre=drama&limit=1",
    "trending/genres/Drama?window=48h",
    "analytics/genre/drama",
    "analytics/genre/Drama?year=2030&month=2",
    "analytics/trends?metric=rating",
    "analytics/trends?metric=sentiment&genre=drama&window=all",
    f"analytics/trends?metric=popularity&movie_id={MOVIE}",
    "analytics/overview",
    "analytics/sentiment/comparison",
    "analytics/sentiment/comparison?genre=Drama&year=1999",
    "analytics/actors/Edward%20Norton",
    "people?q=edw",
    "people/edward%20norton",
    "people/edward%20norton/movies?sort_by=rating",
    f"recommendations/movies/{MOVIE}/similar",
    "recommendations/genres/drama?sort_by=rating",
    "search/movies",
    "search/movies?q=fight&genre=drama&rating_min=1&sort_by=rating",
    "search/genres?q=dra",
)
"""The paths of views, relative to ``/api/v1/``."""


def healthy() -> list[Document]:
    """Complete and current layers, with documents of every type that the paths need."""
    hours = [OPEN_HOUR - number * HOUR for number in range(60)]
    days = [(NOW - number * DAY).date().isoformat() for number in range(1, 9)]
    return [
        movie(MOVIE, "Fight Club", cast=["Edward Norton"], popularity=60.0),
        movie(OTHER, "Se7en", release_date="1995-09-22", genres=["Crime", "Drama"], popularity=30.0),
        sentiment_total(MOVIE, 100, 0.5),
        sentiment_total(OTHER, 50, -0.25),
        *(sentiment_day(MOVIE, day, 10, 0.25) for day in days),
        genre_month("Drama", 2030, 1, 7.0, 4, avg_sentiment=0.25, top_movies=[{"movie_id": OTHER, "popularity": 9.0}]),
        genre_month("Drama", 2030, 2, 8.0, 2, avg_popularity=3.0),
        *(trend_point("rating", day, 6.5, 10) for day in days),
        *(trend_point("sentiment", day, 0.25, 10, genre="Drama") for day in days),
        *(trend_point("popularity", day, 55.0, 5, movie_id=MOVIE) for day in days),
        actor("Edward Norton", ("Brad Pitt", 2), ("Helena Bonham Carter", 3)),
        *(speed_sentiment(MOVIE, hour, 2, 0.75) for hour in hours),
        *(speed_stats(MOVIE, hour, 8.5, 200, 61.0) for hour in hours),
        *(speed_trending(MOVIE, hour, 77.0) for hour in hours[:5]),
        *(speed_stats(OTHER, hour, 8.25, 90, 31.0) for hour in hours[::3]),
        *beat(),
        *(speed(each["data_type"], 2, OPEN_HOUR, each["data"], synced_at=LAST_SYNC) for each in _last_beats()),
    ]


def _last_beats() -> list[Document]:
    return [each for each in beat() if each["hour"] == OPEN_HOUR]


def parsed(content: bytes) -> dict[str, Any]:
    """Parses a JSON object strictly by RFC 8259: ``NaN`` and ``Infinity`` are refused."""
    found: dict[str, Any] = json.loads(content.decode(), parse_constant=_refuse)
    return found


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


def answers(api: Api, *addresses: str) -> dict[str, dict[str, Any]]:
    """The answers of a freshly started service by path, for all paths or some; each must be a 200.

    Without the version of the data, which differs wherever anything does.
    """
    api.forget()
    return {address: _without_version(parsed(content(api, address))) for address in addresses or ADDRESSES}


def _without_version(body: dict[str, Any]) -> dict[str, Any]:
    assert body["freshness"].pop("data_version")
    return body


def content(api: Api, address: str) -> bytes:
    """The body of an answer, which must be a 200."""
    response: Any = api.get(address)
    assert response.status_code == 200, (address, response.content)
    found: bytes = response.content
    return found


_answers_to_the_healthy: dict[str, dict[str, Any]] = {}


def load_healthy(api: Api) -> dict[str, dict[str, Any]]:
    """Stores the healthy world in empty collections and returns all answers, computed once per test run."""
    api.load(healthy())
    if not _answers_to_the_healthy:
        _answers_to_the_healthy.update(answers(api))
    return _answers_to_the_healthy


def without_warnings(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The answers without the warnings, which unreadable documents may change."""
    return {address: {**body, "freshness": {**body["freshness"], "warnings": None}} for address, body in found.items()}
