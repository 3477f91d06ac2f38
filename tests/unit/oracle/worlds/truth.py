"""What happened in an invented world: reviews, hourly observations and scores of movies, and facts about them.

The ``i``-th review stands for ``3**i`` reviews, and the ``i``-th observation has a popularity of ``3**i``. So a sum,
written in base 3, shows how often each of them was counted: a loss can't hide behind a double count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

MOVIES = (1, 2, 3)
GENRES = {1: ("Drama",), 2: ("Drama", "War"), 3: ("War",)}
BACKGROUND = 99
"""A movie of no genre that is in every hour of a busy world."""

MONTHS = tuple((genre, 2025, month) for genre in ("Drama", "War") for month in (3, 7, 11))
"""The ``i``-th genre and month has ``3**i`` movies."""

ACTORS = {"Ada Byron": ("Ben Okri", 3), "Ben Okri": ("Ada Byron", 3)}
NAMED = {1: (("Ada Byron",), ("Ben Okri",)), 2: (("Ada Byron", "Ben Okri"), ()), 3: (("Cy Ono",), ("Ada Byron",))}
"""The cast and the directors of each movie."""

MOST_EVENTS = 24


@dataclass(frozen=True, slots=True)
class Review:
    """``weight`` reviews with the same score at one moment."""

    movie_id: int
    at: datetime
    score: float
    weight: int


@dataclass(frozen=True, slots=True)
class Observation:
    """The popularity and the trending score of a movie in one hour, seen at a moment within it."""

    movie_id: int
    at: datetime
    popularity: int
    score: float


@dataclass(frozen=True, slots=True)
class Truth:
    """All that happened before ``now``; ``months`` are places in ``MONTHS``."""

    now: datetime
    reviews: tuple[Review, ...] = ()
    observations: tuple[Observation, ...] = ()
    months: tuple[int, ...] = field(default=tuple(range(len(MONTHS))))

    def reviews_of(self, movies: Collection[int]) -> list[Review]:
        return [review for review in self.reviews if review.movie_id in movies]

    def observations_of(self, movies: Collection[int]) -> list[Observation]:
        return [each for each in self.observations if each.movie_id in movies]


def movies_of(genre: str | None) -> set[int]:
    """The movies of a genre; ``None``: of all."""
    return {movie for movie, genres in GENRES.items() if genre is None or genre in genres}


def movies_with(name: str) -> set[int]:
    """The movies that name a person."""
    return {movie for movie, (cast, directors) in NAMED.items() if name in (*cast, *directors)}


def times_counted(total: int, weights: Iterable[int]) -> dict[int, int]:
    """How often each power of three is in a sum.

    Raises:
        AssertionError: the sum has something else in it.
    """
    result = {}
    for weight in sorted(weights, reverse=True):
        result[weight], total = divmod(total, weight)
    assert total == 0, "something is counted that never happened"
    return result
