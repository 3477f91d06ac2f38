"""A day as each layer counts it, from documents that come a few at a time: what a comparison is made of (M13). Pure.

Of each document only the numbers are kept, so that a day takes megabytes, however large its documents are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from merger.contract.documents import Documents
from merger.core.boundary import Boundary
from merger.core.windows import DAY

DATA_TYPE = "sentiment"
"""Of the speed documents, and the batch view that counts the same."""


MOST_MOVIES = 100_000
"""Movies of a day that are compared; of more, every second, fourth, … one."""


@dataclass(slots=True)
class Sample:
    """Which movies are compared, so that no day takes more memory than others.

    Args:
        most: movies.
        one_in: every so many-th id is taken; it doubles until they fit.
    """

    most: int = MOST_MOVIES
    one_in: int = 1

    def takes(self, movie_id: int) -> bool:
        return movie_id % self.one_in == 0

    def fit(self, movies: dict[int, Any]) -> None:
        """Drops what is too much."""
        while len(movies) > self.most:
            self.one_in *= 2
            for movie_id in [movie_id for movie_id in movies if not self.takes(movie_id)]:
                del movies[movie_id]


@dataclass(slots=True)
class SpeedDay:
    """What the speed layer counts on a day: documents go in hour by hour, each hour in any number of pieces.

    Args:
        boundary: of the comparison.
        sample: the movies that are compared.
    """

    boundary: Boundary
    sample: Sample
    counts: dict[int, int] = field(default_factory=dict)
    doubtful: dict[int, bool] = field(default_factory=dict)
    nameless: int = 0
    _is_held: bool = False
    _hour: dict[int, tuple[datetime, int]] = field(default_factory=dict)
    _unread: dict[int, datetime | None] = field(default_factory=dict)

    def add(self, hour: datetime, documents: Documents) -> None:
        """More documents of an hour, the one that was begun last; those of others are left out."""
        for document in documents.speed:
            if document.data_type != DATA_TYPE or document.hour != hour:
                continue
            is_ahead = self.boundary.is_ahead(document.synced_at)
            self._is_held |= not is_ahead
            if not self.sample.takes(document.movie_id):
                continue
            if is_ahead:
                self._unread.setdefault(document.movie_id, None)
                continue
            rank = (document.synced_at, document.data["review_count"])
            self._hour[document.movie_id] = max(rank, self._hour.get(document.movie_id, rank))
        for skip in documents.skipped:
            if skip.movie_id is None:
                self.nameless += 1
            elif self.sample.takes(skip.movie_id):
                known, told = self._unread.get(skip.movie_id), skip.written_at
                self._unread[skip.movie_id] = max(filter(None, (known, told)), default=None)
        self._fit(self._hour, self._unread)

    def end_hour(self) -> bool:
        """All documents of the hour are in. Whether there was a readable one."""
        for movie_id, written_at in self._unread.items():
            told = self._hour.get(movie_id)
            # What an unreadable document said is lost, unless a readable one is as new (D4).
            if told is None or (written_at is not None and written_at > told[0]):
                self.doubtful[movie_id] = True
        for movie_id, (_, reviews) in self._hour.items():
            self.counts[movie_id] = self.counts.get(movie_id, 0) + reviews
        found, self._is_held = self._is_held, False
        self._hour.clear()
        self._unread.clear()
        self._fit(self.counts, self.doubtful)
        return found

    def _fit(self, *all_movies: dict[int, Any]) -> None:
        for movies in all_movies:
            self.sample.fit(movies)


@dataclass(frozen=True, slots=True)
class _Point:
    """A batch document that counts: what it says, and up to when; documents of a key rank as they are ordered (D4)."""

    rank: tuple[datetime, int, datetime, int]
    until: datetime

    @property
    def reviews(self) -> int:
        return self.rank[-1]


@dataclass(slots=True)
class BatchDay:
    """What the batch layer counts on a day: its points of the day, and lifetime totals, which say how far it got.

    Args:
        day: its start.
        boundary: of the comparison.
        sample: the movies that are compared.
    """

    day: datetime
    boundary: Boundary
    sample: Sample
    doubtful: dict[int, bool] = field(default_factory=dict)
    nameless: int = 0
    _points: dict[int, _Point] = field(default_factory=dict)
    _totals: dict[int, _Point] = field(default_factory=dict)

    @property
    def date(self) -> str:
        return self.day.date().isoformat()

    @property
    def movies(self) -> Mapping[int, object]:
        """Those that have a point."""
        return self._points

    def add(self, documents: Documents) -> None:
        """More documents, in any order; points of other days are left out."""
        for document in documents.batch:
            movie_id, date = document.movie_id, document.data.get("date")
            if document.view_type != DATA_TYPE or movie_id is None or date not in (None, self.date):
                continue
            if not self.sample.takes(movie_id):
                continue
            if not self.boundary.uses_batch(document.computed_at):
                self.doubtful[movie_id] = True
                continue
            rank = (document.computed_at, document.version, document.covers_until, document.data["review_count"])
            held = self._totals if date is None else self._points
            rival = held.get(movie_id)
            if rival is None or rank > rival.rank:
                held[movie_id] = _Point(rank, self.boundary.watermark(document.covers_until))
        for skip in documents.skipped:
            if skip.movie_id is None:
                self.nameless += 1
            elif skip.date in (None, self.date) and self.sample.takes(skip.movie_id):
                self.doubtful[skip.movie_id] = True
        for movies in (self._points, self._totals, self.doubtful):
            self.sample.fit(movies)

    @property
    def is_covered(self) -> bool:
        """Whether any document says that the batch layer got to the end of the day."""
        return any(found.until >= self.day + DAY for held in (self._points, self._totals) for found in held.values())

    def events(self, movie_id: int) -> int | None:
        """A movie's reviews of the day; ``None`` where the batch layer does not say that it has them all."""
        point, total = self._points.get(movie_id), self._totals.get(movie_id)
        told = point or total
        if told is not None and told.until < self.day + DAY:
            return None
        return 0 if point is None else point.reviews
