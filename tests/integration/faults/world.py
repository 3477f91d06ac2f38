"""The known world: sample documents up to a moment, at which it stands still, and requests about it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from benchmarks.harness.workload import API, path_of
from merger.core.windows import DAY, HOUR, floor_day, floor_hour
from sample_data.batch_job import Document, JobRun, batch_documents, digest
from sample_data.facts import Movie
from sample_data.replay import Replay
from sample_data.speed_job import SETTLES_AFTER, speed_documents
from sample_data.world import HISTORY, World
from tests.integration.faults.figures import Key
from tests.integration.faults.load import Question

SCALE = 0.02
_SPEED_HOURS = 118
"""Hours of the speed layer: nearly all that it keeps, so that a late batch leaves no hole.

Requirement M11.
"""

_RUN_TIME = timedelta(hours=2)
_RECENT = 40
"""Number of the most popular movies, about which every layer has documents."""


@dataclass(frozen=True, slots=True)
class KnownWorld:
    """Both layers as of a moment.

    Args:
        now: aware UTC; the speed layer's last sync.
        movies: most popular first.
        batch: documents of last night's run.
        late_batch: those of the run of three nights before.
        speed: documents of every hour up to ``now``.
    """

    now: datetime
    movies: Sequence[Movie]
    batch: Sequence[Document]
    late_batch: Sequence[Document]
    speed: Sequence[Document]

    @classmethod
    def as_of(cls, now: datetime) -> KnownWorld:
        """The sample world's two jobs as they would have run by ``now``."""
        world = World(floor_day(now) - HISTORY, scale=SCALE)
        cut = floor_day(now - _RUN_TIME)
        return cls(now, world.movies, _batch(world, cut), _batch(world, cut - 3 * DAY), list(_speed(world, now)))


def _batch(world: World, cut: datetime) -> list[Document]:
    return list(batch_documents(digest(world, cut), JobRun(cut, cut + _RUN_TIME)))


def _speed(world: World, now: datetime) -> Iterator[Document]:
    replay = Replay(world)
    while replay.hour < floor_hour(now) - _SPEED_HOURS * HOUR:
        replay.advance()
    while replay.hour <= now:
        yield from speed_documents(replay, now, min(now, replay.hour + SETTLES_AFTER))
        replay.advance()


@dataclass
class Questions:
    """Requests of the load; seeded, and never the same new one twice.

    Args:
        movies: of the known world, most popular first.
    """

    movies: Sequence[Movie]
    _dice: random.Random = field(default_factory=lambda: random.Random(1))
    _asked: set[str] = field(default_factory=set)

    @property
    def cached(self) -> tuple[str, ...]:
        """Requests to every endpoint, which are repeated."""
        first, second = self.movies[0], self.movies[1]
        genre, actor = first.genres[0], first.cast[0]
        return (
            path_of("movies", first.movie_id),
            path_of("movies", second.movie_id),
            path_of("movies", first.movie_id, "sentiment"),
            path_of("movies", first.movie_id, "sentiment", window="7d"),
            path_of("movies", second.movie_id, "sentiment", window="36h", granularity="hour"),
            path_of("movies", first.movie_id, "stats", hours=48),
            path_of("trending", "movies"),
            path_of("trending", "movies", window="24h", limit=10),
            path_of("trending", "genres", genre, window="24h"),
            path_of("analytics", "genre", genre),
            path_of("analytics", "trends", metric="rating"),
            path_of("analytics", "trends", metric="sentiment", window="7d", genre=genre),
            path_of("analytics", "overview"),
            path_of("analytics", "sentiment", "comparison"),
            path_of("analytics", "actors", actor),
            path_of("search", "movies"),
            path_of("search", "movies", q=first.title),
            path_of("search", "movies", q=f"{actor} {second.title}", sort_by="popularity"),
            path_of("search", "movies", genre=genre, sort_by="rating"),
            path_of("search", "genres"),
            path_of("people", q=actor),
            path_of("people", actor),
            path_of("people", actor, "movies", sort_by="popularity"),
            path_of("recommendations", "movies", first.movie_id, "similar"),
            path_of("recommendations", "genres", genre),
        )

    def next(self) -> Question:
        """The next request: six of ten are cached ones, two new, one strict, one about health."""
        key = self._dice.choices((Key.CACHED, Key.NEW, Key.STRICT, Key.HEALTH), (6, 2, 1, 1))[0]
        if key is Key.NEW:
            return Question(key, self._new())
        if key is Key.HEALTH:
            return Question(key, API + self._dice.choice(("health", "health/live", "health/ready")))
        path = self._dice.choice(self.cached)
        if key is Key.STRICT:
            return Question(key, f"{path}{'&' if '?' in path else '?'}completeness=strict")
        return Question(key, path)

    def _new(self) -> str:
        while (path := self._drawn()) in self._asked:
            pass
        self._asked.add(path)
        return path

    def _drawn(self) -> str:
        dice = self._dice
        movie = dice.choice(self.movies[:_RECENT])
        genre = dice.choice(self.movies[0].genres)
        hours, limit = dice.randint(2, 900), dice.randint(1, 100)
        words = " ".join((movie.title, *movie.cast[:1]))[: dice.randint(3, 60)]
        choices: tuple[tuple[tuple[str | int, ...], Mapping[str, Any]], ...] = (
            (("movies", movie.movie_id, "sentiment"), {"window": f"{hours}h", "granularity": "day"}),
            (("movies", movie.movie_id, "stats"), {"hours": dice.randint(1, 100)}),
            (("trending", "movies"), {"window": f"{dice.randint(1, 48)}h", "limit": limit}),
            (("trending", "genres", genre), {"window": f"{dice.randint(1, 48)}h", "limit": limit}),
            (("analytics", "trends"), {"metric": "sentiment", "window": f"{hours}h", "movie_id": movie.movie_id}),
            (("analytics", "trends"), {"metric": "rating", "window": f"{hours}h", "genre": genre}),
            (("search", "movies"), {"limit": limit, "rating_min": dice.randint(0, 500) / 100}),
            (("search", "movies"), {"q": words, "limit": limit}),
        )
        parts, query = dice.choice(choices)
        return path_of(*parts, **query)


def without_strict(path: str) -> str:
    """Returns the request without ``completeness=strict``."""
    return path.replace("?completeness=strict", "").replace("&completeness=strict", "")
