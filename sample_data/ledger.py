"""Collects figures by movie and day while the batch job reads the stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from merger.core.windows import floor_day
from sample_data.replay import ObservedState, Reviews


@dataclass(slots=True)
class DayFigures:
    """Figures of a movie on one day: its reviews, and sums over the hours with events.

    An hour with events is one observation of ``vote_average`` and of ``popularity``, as in the speed layer.
    """

    reviews: Reviews = field(default_factory=Reviews)
    observations: int = 0
    rating_sum: float = 0.0
    popularity_sum: float = 0.0

    def include(self, other: DayFigures) -> None:
        """Adds the figures of another movie, day or hour."""
        self.reviews.include(other.reviews)
        self.observations += other.observations
        self.rating_sum += other.rating_sum
        self.popularity_sum += other.popularity_sum


class Ledger:
    """The figures by day and movie, and the reviews of each movie since the epoch."""

    def __init__(self) -> None:
        self._days: dict[datetime, dict[int, DayFigures]] = {}
        self._totals: dict[int, Reviews] = {}

    def enter(self, hour: datetime, seen: Mapping[int, ObservedState]) -> None:
        """Adds an hour of the stream. Hours may come in any order, each one once."""
        day = self._days.setdefault(floor_day(hour), {})
        for movie_id, observed in seen.items():
            figures = DayFigures(observed.reviews, 1, observed.vote_average, observed.popularity)
            day.setdefault(movie_id, DayFigures()).include(figures)
            self._totals.setdefault(movie_id, Reviews()).include(observed.reviews)

    def day(self, day: datetime) -> Mapping[int, DayFigures]:
        """Returns the figures of one UTC day by movie id, without movies that had no events."""
        return self._days.get(day, {})

    def reviews_of(self, movie_id: int) -> Reviews:
        """Returns all reviews of a movie since the epoch."""
        return self._totals.get(movie_id, Reviews())
