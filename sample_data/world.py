"""The simulated part of the sample world: who reviews, rates and looks at which movie, and when.

Nothing is stored. The events of an hour follow from the seed, the scale and the hour alone, so every job that
asks again, today or next month, sees the same ones, and what the jobs write can be checked against them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from merger.core.windows import DAY, HOUR, floor_day
from sample_data.facts import Movie, load_movies

HISTORY = timedelta(days=45)
"""How long the stream has been running when a world is first loaded."""

EVENTS_PER_HOUR = 390
"""Mean at scale 1, surges aside; with ``TALKED_ABOUT`` it gives events for 150 to 200 movies an hour."""

TALKED_ABOUT = 540
"""Movies that anybody has something to say about on one day, at scale 1."""

FEWEST = 20
"""Events per hour and movies per day, however small the scale: less is not a stream."""

LARGEST_SCALE = 10.0

_SURGES_PER_DAY = 8
_SURGING_AMONG = 600
_REVIEWS, _VOTES = 0.45, 0.85
_DAYS_KEPT = 3


class Kind(StrEnum):
    """What an event's ``value`` is: a score −1…1, a rating 0.5…10, a relative change of popularity."""

    REVIEW = "review"
    VOTE = "vote"
    POPULARITY = "popularity"


class Event(NamedTuple):
    """Something somebody did about a movie; ``at`` is aware UTC."""

    at: datetime
    movie_id: int
    kind: Kind
    value: float


@dataclass(frozen=True, slots=True)
class Surge:
    """A movie that everybody talks about for hours; ``mood`` goes from −0.6, scandal, to 0.6, triumph."""

    movie: Movie
    start: datetime
    hours: int
    peak: float
    mood: float

    def strength(self, hour: datetime) -> float:
        """Extra events in an hour: up quickly, down slowly, 0 outside the surge."""
        age = (hour - self.start) / HOUR
        if not 0 <= age < self.hours:
            return 0.0
        rise = self.hours / 4
        return self.peak * ((age + 1) / (rise + 1) if age < rise else (self.hours - age) / (self.hours - rise))


@dataclass(frozen=True, slots=True)
class _Day:
    """What is decided once a day: movies talked about, their cumulative weights, surges that start."""

    movies: tuple[Movie, ...]
    cumulative: tuple[float, ...]
    surges: tuple[Surge, ...]


class World:
    """A seeded stream of events about real movies.

    Args:
        epoch: where the stream begins, a UTC midnight; before it there are no events.
        seed: another seed is another world.
        scale: factor on the number of movies and events, above 0 and at most 10. A smaller world has the most
            popular movies (96 of them at 0.02); there are never more than there are facts.
        movies: most popular first; the facts' by default.

    Raises:
        ValueError: the epoch is not a midnight, or the scale is out of range.
    """

    def __init__(
        self, epoch: datetime, *, seed: int = 1, scale: float = 1.0, movies: Sequence[Movie] | None = None
    ) -> None:
        if epoch != floor_day(epoch):
            raise ValueError("the epoch of a sample world is a midnight in UTC")
        if not 0 < scale <= LARGEST_SCALE:
            raise ValueError(f"the scale is a number above 0 and at most {LARGEST_SCALE:g}")
        facts = load_movies() if movies is None else tuple(movies)
        self.epoch = epoch
        self.seed = seed
        self.scale = scale
        self.movies = facts[: max(FEWEST, math.ceil(len(facts) * scale))]
        self._weights = {movie.movie_id: 1 / (rank + 30) for rank, movie in enumerate(self.movies)}
        self._days: dict[datetime, _Day] = {}

    def events(self, hour: datetime) -> list[Event]:
        """Every event of ``[hour, hour + 1h)``, oldest first; ``hour`` is the start of a UTC hour."""
        if hour < self.epoch:
            return []
        dice = random.Random(f"{self.seed}:{hour:%Y-%m-%dT%H}")
        today = self._day(floor_day(hour))
        count = max(FEWEST, round(EVENTS_PER_HOUR * self.scale * _rhythm(hour) * dice.uniform(0.95, 1.05)))
        events = [
            _event(dice, hour, movie, 0.0)
            for movie in dice.choices(today.movies, cum_weights=today.cumulative, k=count)
        ]
        for surge in (*self._day(floor_day(hour) - DAY).surges, *today.surges):
            extra = round(surge.strength(hour))
            events += [_event(dice, hour, surge.movie, surge.mood) for _ in range(extra)]
        events.sort()
        return events

    def _day(self, day: datetime) -> _Day:
        known = self._days.get(day)
        if known is None:
            while len(self._days) >= _DAYS_KEPT:
                self._days.pop(next(iter(self._days)))
            known = self._days[day] = self._draw_day(day)
        return known

    def _draw_day(self, day: datetime) -> _Day:
        dice = random.Random(f"{self.seed}:{day:%Y-%m-%d}")
        size = max(FEWEST, round(TALKED_ABOUT * self.scale))
        # Weighted drawing without replacement, by exponential keys.
        keyed = ((dice.expovariate(self._weights[movie.movie_id]), movie) for movie in self.movies)
        movies = tuple(movie for _, movie in sorted(keyed, key=lambda pair: pair[0])[:size])
        cumulative = tuple(accumulate(self._weights[movie.movie_id] for movie in movies))
        return _Day(movies, cumulative, tuple(self._surge(dice, day) for _ in range(_SURGES_PER_DAY)))

    def _surge(self, dice: random.Random, day: datetime) -> Surge:
        return Surge(
            movie=dice.choice(self.movies[:_SURGING_AMONG]),
            start=day + dice.randrange(24) * HOUR,
            hours=dice.randint(5, 18),
            peak=dice.uniform(12, 45) * min(1.0, self.scale),
            mood=dice.uniform(-0.6, 0.6),
        )


def _rhythm(hour: datetime) -> float:
    """The world is awake in the evening, UTC: 0.75 at eight in the morning, 1.25 at eight in the evening."""
    return 1 + 0.25 * math.sin((hour.hour - 14) / 24 * math.tau)


def _event(dice: random.Random, hour: datetime, movie: Movie, mood: float) -> Event:
    at = hour + timedelta(seconds=dice.random() * 3599.999)
    liked = movie.vote_average if movie.vote_count else 6.0
    choice = dice.random()
    if choice < _REVIEWS:
        score = dice.gauss((liked - 6.2) / 6 + mood, 0.35)
        return Event(at, movie.movie_id, Kind.REVIEW, round(min(1.0, max(-1.0, score)), 3))
    if choice < _VOTES:
        rating = round(dice.gauss(liked + 2 * mood, 1.6) * 2) / 2
        return Event(at, movie.movie_id, Kind.VOTE, min(10.0, max(0.5, rating)))
    change = dice.uniform(-0.02, 0.02) + (0.03 if mood else 0.0)
    return Event(at, movie.movie_id, Kind.POPULARITY, round(change, 4))
