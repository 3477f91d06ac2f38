"""A small world for recommendations, and inputs of its views."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from merger.core.windows import HOUR
from merger.views.reading import ViewInputs
from search.reading import SearchIndex
from tests.unit.inputs import Raw, at, batch_view, bucket, details, view_inputs

NOW, OPEN, COVERED = at("2026-03-10 10:30"), at("2026-03-10 10:00"), at("2026-03-10 00:00")
FINCHER = ["David Fincher"]


def movie(movie_id: int, **facts: Any) -> Raw:
    """A movie of 1999 with a hundred votes."""
    usual = {"release_date": "1999-10-15", "vote_average": 7.0, "vote_count": 100, "popularity": 10.0}
    return details(movie_id, COVERED, **{**usual, **facts})


MOVIES = (
    movie(1, title="Fight Club", cast=["Brad Pitt"], directors=FINCHER, genres=["Drama"]),
    movie(2, title="Se7en", cast=["Brad Pitt"], directors=FINCHER, genres=["Crime"], vote_average=8.0),
    movie(3, title="The Game", directors=FINCHER, genres=["Drama"], vote_count=5),
    movie(4, title="Another drama", genres=["Drama"], vote_count=9_000),
    movie(5, title="A western", genres=["Western"], release_date="1930-01-01"),
    movie(6, title="Of nobody", genres=["drama"], vote_average=None, vote_count=None, release_date=None),
)


def now(data_type: str, movie_id: int, *, hours_ago: int = 0, **data: Any) -> Raw:
    """A bucket that was synced just now."""
    return bucket(movie_id, data_type, OPEN - hours_ago * HOUR, data, synced_at=NOW)


def feeling(movie_id: int, score: float, reviews: int, *, hours_ago: int = 0) -> Raw:
    """The reviews of an hour."""
    return now("sentiment", movie_id, hours_ago=hours_ago, **_reviews(score, reviews))


def lifetime(movie_id: int, score: float, reviews: int) -> Raw:
    """The total of a movie's reviews."""
    return batch_view("sentiment", _reviews(score, reviews), COVERED, movie_id=movie_id)


def _reviews(score: float, reviews: int) -> dict[str, Any]:
    counts = {"positive_count": 0, "negative_count": 0, "neutral_count": reviews}
    return {"avg_sentiment": score, "review_count": reviews, **counts}


def beats() -> list[Raw]:
    """A bucket of each type in every hour, of a movie that the catalogue does not know."""
    payloads = {
        "stats": {"popularity": 0.0},
        "trending": {"trending_score": 0.0},
        "sentiment": _reviews(0.0, 0),
    }
    return [now(name, 99, hours_ago=ago, **data) for name, data in payloads.items() for ago in range(49)]


def inputs(
    *hours: Raw, catalogue: Iterable[Raw] = MOVIES, lookup: Callable[[SearchIndex], Any] | None = None
) -> ViewInputs:
    """The inputs of an answer over these hours, of which the speed layer holds all."""
    return view_inputs(NOW, catalogue=catalogue, hours=[*beats(), *hours], lookup=lookup)
