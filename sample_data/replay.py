"""Walks through the stream hour by hour and keeps every movie's numbers.

Both jobs use it, as two real jobs would read one log of events, so their documents agree.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from merger.core.windows import HOUR
from sample_data.facts import Movie
from sample_data.world import Event, Kind, World

POSITIVE, NEGATIVE = 0.05, -0.05
"""Scores above the first count as positive, below the second as negative."""

MEMORY = timedelta(hours=24)
"""Time for which observed numbers are kept as recent."""

_LIFT_FADES_IN = timedelta(hours=24)


@dataclass(slots=True)
class Reviews:
    """Sums over reviews."""

    count: int = 0
    total: float = 0.0
    positive: int = 0
    negative: int = 0
    neutral: int = 0

    def add(self, score: float) -> None:
        """Adds one review."""
        self.count += 1
        self.total += score
        self.positive += score > POSITIVE
        self.negative += score < NEGATIVE
        self.neutral += NEGATIVE <= score <= POSITIVE

    def include(self, other: Reviews) -> None:
        """Adds the sums of another set of reviews."""
        self.count += other.count
        self.total += other.total
        self.positive += other.positive
        self.negative += other.negative
        self.neutral += other.neutral

    @property
    def average(self) -> float:
        """Mean score; 0 without reviews. The sum is rounded, since scores have three decimals and floats add noise."""
        return round(self.total, 6) / self.count if self.count else 0.0

    def payload(self) -> dict[str, Any]:
        """The fields of a ``sentiment`` document."""
        return {
            "avg_sentiment": self.average,
            "review_count": self.count,
            "positive_count": self.positive,
            "negative_count": self.negative,
            "neutral_count": self.neutral,
        }


@dataclass(frozen=True, slots=True)
class MovieState:
    """A movie's current numbers: TMDB's as the base, changed by the events of the stream.

    ``lift`` is how far popularity was above its base at ``lifted_at``; it fades by a factor of e in 24 h.
    """

    movie: Movie
    vote_count: int
    rating_sum: float
    lift: float
    lifted_at: datetime

    @property
    def vote_average(self) -> float:
        """Mean rating, 0 to 10, with four decimals."""
        return round(self.rating_sum / self.vote_count, 4) if self.vote_count else 0.0

    def popularity(self, at: datetime) -> float:
        """Returns the popularity at a moment: never below 0, with three decimals."""
        return round(max(0.0, self.movie.popularity + self._lift(at)), 3)

    def after(self, event: Event) -> MovieState:
        """Returns the numbers after an event; a review changes none of them."""
        if event.kind is Kind.VOTE:
            rating_sum = self.rating_sum + event.value
            return MovieState(self.movie, self.vote_count + 1, rating_sum, self.lift, self.lifted_at)
        if event.kind is Kind.POPULARITY:
            lift = self._lift(event.at) + event.value * max(1.0, self.movie.popularity)
            return MovieState(self.movie, self.vote_count, self.rating_sum, lift, event.at)
        return self

    def _lift(self, at: datetime) -> float:
        return self.lift * math.exp((self.lifted_at - at) / _LIFT_FADES_IN) if self.lift else 0.0


@dataclass(frozen=True, slots=True)
class ObservedState:
    """One movie in ``[start, end)``, an hour or its elapsed part: its reviews, and its numbers at both ends."""

    start: datetime
    end: datetime
    reviews: Reviews
    before: MovieState
    after: MovieState
    times: tuple[datetime, ...]

    @property
    def vote_average(self) -> float:
        return self.after.vote_average

    @property
    def popularity(self) -> float:
        return self.after.popularity(self.end)


class Replay:
    """The numbers of all movies of a world at the start of ``hour``, and what was observed in the hours before.

    ``hour`` is the next hour to walk through.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.hour = world.epoch
        self.states = {
            movie.movie_id: MovieState(movie, movie.vote_count, movie.vote_average * movie.vote_count, 0.0, world.epoch)
            for movie in world.movies
        }
        self._recent: deque[tuple[datetime, Mapping[int, ObservedState]]] = deque()

    def observe(self, until: datetime) -> dict[int, ObservedState]:
        """Returns the movies with events in ``[hour, min(hour + 1h, until))``, by id, without advancing."""
        end = min(self.hour + HOUR, until)
        by_movie: dict[int, list[Event]] = {}
        for event in self.world.events(self.hour):
            if event.at < until:
                by_movie.setdefault(event.movie_id, []).append(event)
        return {
            movie_id: _observe_movie(self.hour, end, self.states[movie_id], events)
            for movie_id, events in by_movie.items()
        }

    def advance(self) -> dict[int, ObservedState]:
        """Walks through one whole hour; returns what ``observe`` would have returned for it."""
        return self._walk(self.hour + HOUR)

    def until(self, end: datetime) -> Iterator[tuple[datetime, dict[int, ObservedState]]]:
        """Walks up to ``end``, yielding each hour; the last one is cut off if ``end`` is inside it."""
        while self.hour < end:
            yield self.hour, self._walk(end)

    def recent(self, movie_id: int) -> list[ObservedState]:
        """Returns what was observed of a movie in the ``MEMORY`` before ``hour``, oldest first."""
        return [seen[movie_id] for _, seen in self._recent if movie_id in seen]

    def _walk(self, end: datetime) -> dict[int, ObservedState]:
        seen = self.observe(end)
        self.states.update((movie_id, observed.after) for movie_id, observed in seen.items())
        self._recent.append((self.hour, seen))
        self.hour += HOUR
        while self._recent[0][0] < self.hour - MEMORY:
            self._recent.popleft()
        return seen


def _observe_movie(start: datetime, end: datetime, before: MovieState, events: Iterable[Event]) -> ObservedState:
    reviews, after, times = Reviews(), before, []
    for event in events:
        times.append(event.at)
        if event.kind is Kind.REVIEW:
            reviews.add(event.value)
        else:
            after = after.after(event)
    return ObservedState(start, end, reviews, before, after, tuple(times))
