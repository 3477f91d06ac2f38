"""Simulates the events of the sample world: reviews, votes and changes of popularity, by movie and moment.

Nothing is stored. The events of an hour depend only on the seed, the scale and the hour. Every job sees the same events
whenever it asks, and its documents can be checked against them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from merger.core.windows import DAY, HOUR, floor_day
from sample_data.facts import Movie, load_movies

HISTORY = timedelta(days=45)
"""Length of the stream when a world is created."""

EVENTS_PER_HOUR = 390
"""Mean at scale 1, without surges; with ``TALKED_ABOUT`` it gives events for 150 to 200 movies an hour."""

TALKED_ABOUT = 540
"""Movies that can have events on one day, at scale 1."""

MINIMUM = 20
"""Fewest events per hour and movies per day at any scale."""

MAX_SCALE = 10.0

_WITHOUT_PEOPLE = 0.1
"""Weight of movies without known people beside others, in worlds that favour these."""

_SURGES_PER_DAY = 8
_SURGING_AMONG = 600
_REVIEWS, _VOTES = 0.45, 0.85
_DAYS_KEPT = 3


class Kind(StrEnum):
    """Kind of an event; its ``value`` is a score −1…1, a rating 0.5…10, or a relative change of popularity."""

    REVIEW = "review"
    VOTE = "vote"
    POPULARITY = "popularity"


class Event(NamedTuple):
    """One event about a movie; ``at`` is aware UTC."""

    at: datetime
    movie_id: int
    kind: Kind
    value: float


@dataclass(frozen=True, slots=True)
class Surge:
    """Hours of extra events about one movie; ``mood`` ranges from −0.6 (scandal) to 0.6 (triumph)."""

    movie: Movie
    start: datetime
    hours: int
    peak: float
    mood: float

    def strength(self, hour: datetime) -> float:
        """Extra events in an hour: rises quickly, falls slowly, 0 outside the surge."""
        age = (hour - self.start) / HOUR
        if not 0 <= age < self.hours:
            return 0.0
        rise = self.hours / 4
        return self.peak * ((age + 1) / (rise + 1) if age < rise else (self.hours - age) / (self.hours - rise))


@dataclass(frozen=True, slots=True)
class _Day:
    """The random draws of one day: the movies with events, their cumulative weights, the surges that start."""

    movies: tuple[Movie, ...]
    cumulative: tuple[float, ...]
    surges: tuple[Surge, ...]


class World:
    """A seeded stream of events about real movies.

    Args:
        epoch: start of the stream, a UTC midnight; there are no events before it.
        seed: another seed gives other events.
        scale: factor for the number of movies and events, above 0 and at most 10. A smaller world has the most
            popular movies (96 of them at 0.02). Above 1 the number of movies stays that of the facts.
        movies: most popular first; by default those of the facts.
        favours_people: whether movies with known cast and directors have more events than others of their rank, and
            all surges. So the movies that lead have full pages. Worlds of earlier releases did not favour them.

    Raises:
        ValueError: the epoch is not a midnight, or the scale is out of range.
    """

    def __init__(
        self,
        epoch: datetime,
        *,
        seed: int = 1,
        scale: float = 1.0,
        movies: Sequence[Movie] | None = None,
        favours_people: bool = True,
    ) -> None:
        if epoch != floor_day(epoch):
            raise ValueError("the epoch of a sample world must be a midnight in UTC")
        if not 0 < scale <= MAX_SCALE:
            raise ValueError(f"the scale must be above 0 and at most {MAX_SCALE:g}")
        facts = load_movies() if movies is None else tuple(movies)
        self.epoch = epoch
        self.seed = seed
        self.scale = scale
        self.movies = facts[: max(MINIMUM, math.ceil(len(facts) * scale))]
        self._weights = {
            movie.movie_id: (1 if movie.has_people or not favours_people else _WITHOUT_PEOPLE) / (rank + 30)
            for rank, movie in enumerate(self.movies)
        }
        favoured = [movie for movie in self.movies if movie.has_people or not favours_people]
        self._surging = (favoured or self.movies)[:_SURGING_AMONG]
        self._day = lru_cache(_DAYS_KEPT)(self._draw_day)

    def events(self, hour: datetime) -> list[Event]:
        """Returns the events of ``[hour, hour + 1h)``, oldest first; ``hour`` is the start of a UTC hour."""
        if hour < self.epoch:
            return []
        dice = random.Random(f"{self.seed}:{hour:%Y-%m-%dT%H}")
        today = self._day(floor_day(hour))
        count = max(MINIMUM, round(EVENTS_PER_HOUR * self.scale * _daily_rhythm(hour) * dice.uniform(0.95, 1.05)))
        events = [
            _draw_event(dice, hour, movie, 0.0)
            for movie in dice.choices(today.movies, cum_weights=today.cumulative, k=count)
        ]
        for surge in (*self._day(floor_day(hour) - DAY).surges, *today.surges):
            extra = round(surge.strength(hour))
            events += [_draw_event(dice, hour, surge.movie, surge.mood) for _ in range(extra)]
        events.sort()
        return events

    def _draw_day(self, day: datetime) -> _Day:
        dice = random.Random(f"{self.seed}:{day:%Y-%m-%d}")
        size = max(MINIMUM, round(TALKED_ABOUT * self.scale))
        # Draws by weight without replacement, using exponential keys.
        keyed = ((dice.expovariate(self._weights[movie.movie_id]), movie) for movie in self.movies)
        movies = tuple(movie for _, movie in sorted(keyed, key=lambda pair: pair[0])[:size])
        cumulative = tuple(accumulate(self._weights[movie.movie_id] for movie in movies))
        return _Day(movies, cumulative, tuple(self._draw_surge(dice, day) for _ in range(_SURGES_PER_DAY)))

    def _draw_surge(self, dice: random.Random, day: datetime) -> Surge:
        return Surge(
            movie=dice.choice(self._surging),
            start=day + dice.randrange(24) * HOUR,
            hours=dice.randint(5, 18),
            peak=dice.uniform(12, 45) * min(1.0, self.scale),
            mood=dice.uniform(-0.6, 0.6),
        )


def _daily_rhythm(hour: datetime) -> float:
    """Factor for the time of day in UTC: 0.75 at 08:00, 1.25 at 20:00."""
    return 1 + 0.25 * math.sin((hour.hour - 14) / 24 * math.tau)


def _draw_event(dice: random.Random, hour: datetime, movie: Movie, mood: float) -> Event:
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
