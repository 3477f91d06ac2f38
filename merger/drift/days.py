"""One day as each layer counts it, built from documents that arrive a few at a time. Pure.

Only the numbers of each document are kept, so a day takes a few megabytes however large its documents are.
Requirement M13.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from merger.contract.dedupe import precedence_of
from merger.contract.documents import Documents
from merger.core.boundary import Boundary
from merger.core.windows import DAY

DATA_TYPE = "sentiment"
"""Type of the speed documents, and of the batch view that counts the same."""


MAX_MOVIES = 100_000
"""Movies compared per day; with more, only every second, fourth, … id is taken."""


@dataclass(slots=True)
class Sample:
    """Chooses which movies are compared, to bound the memory a day takes.

    Args:
        limit: movies at most.
        one_in: one id in this many is taken; it doubles until they fit.
    """

    limit: int = MAX_MOVIES
    one_in: int = 1

    def takes(self, movie_id: int) -> bool:
        return movie_id % self.one_in == 0

    def fit(self, *all_movies: dict[int, Any]) -> None:
        """Drops movies of each mapping until the rest fits into ``limit``."""
        for movies in all_movies:
            while len(movies) > self.limit:
                self.one_in *= 2
                for movie_id in [movie_id for movie_id in movies if not self.takes(movie_id)]:
                    del movies[movie_id]


@dataclass(slots=True)
class SpeedDay:
    """One day as the speed layer counts it. Documents are added hour by hour, each hour in any number of parts.

    Args:
        boundary: the comparison's time boundary.
        sample: the movies to compare.
    """

    boundary: Boundary
    sample: Sample
    counts: dict[int, int] = field(default_factory=dict)
    doubtful: dict[int, bool] = field(default_factory=dict)
    nameless: int = 0
    _has_readable: bool = False
    _newest: dict[int, tuple[datetime, int]] = field(default_factory=dict)
    _unreadable: dict[int, datetime | None] = field(default_factory=dict)

    def add(self, hour: datetime, documents: Documents) -> None:
        """Adds documents of the current hour; those of other hours are ignored."""
        for document in documents.speed:
            if document.data_type != DATA_TYPE or document.hour != hour:
                continue
            is_ahead = self.boundary.is_ahead(document.synced_at)
            self._has_readable |= not is_ahead
            if not self.sample.takes(document.movie_id):
                continue
            if is_ahead:
                self._unreadable.setdefault(document.movie_id, None)
                continue
            rank = (document.synced_at, document.data["review_count"])
            self._newest[document.movie_id] = max(rank, self._newest.get(document.movie_id, rank))
        for skip in documents.skipped:
            if skip.movie_id is None:
                # One without an hour is found again with every hour, and belongs to none.
                self.nameless += skip.hour == hour
            elif skip.hour in (None, hour) and self.sample.takes(skip.movie_id):
                known = self._unreadable.get(skip.movie_id)
                self._unreadable[skip.movie_id] = max(filter(None, (known, skip.written_at)), default=None)
        self.sample.fit(self._newest, self._unreadable)

    def end_hour(self) -> bool:
        """Closes the hour; returns whether it had a readable document."""
        for movie_id, written_at in self._unreadable.items():
            newest = self._newest.get(movie_id)
            # An unreadable document does no harm if a readable one of the movie is as new: the newest counts (D4).
            if newest is None or (written_at is not None and written_at > newest[0]):
                self.doubtful[movie_id] = True
        for movie_id, (_, reviews) in self._newest.items():
            self.counts[movie_id] = self.counts.get(movie_id, 0) + reviews
        had_readable, self._has_readable = self._has_readable, False
        self._newest.clear()
        self._unreadable.clear()
        self.sample.fit(self.counts, self.doubtful)
        return had_readable


@dataclass(frozen=True, slots=True)
class _Point:
    """The batch document that counts for a movie: the highest ``rank`` wins; it covers events up to ``until``.

    Requirement D4.
    """

    rank: tuple[Any, ...]
    until: datetime

    @property
    def reviews(self) -> int:
        reviews: int = self.rank[-1]
        return reviews


@dataclass(slots=True)
class BatchDay:
    """One day as the batch layer counts it: the day's points, and lifetime totals, which show how far it covers.

    Args:
        day: its start.
        boundary: the comparison's time boundary.
        sample: the movies to compare.
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
        """The movies that have a point of the day."""
        return self._points

    def add(self, documents: Documents) -> None:
        """Adds documents in any order; points of other days are ignored."""
        for document in documents.batch:
            movie_id, date = document.movie_id, document.data.get("date")
            if document.view_type != DATA_TYPE or movie_id is None or date not in (None, self.date):
                continue
            if not self.sample.takes(movie_id):
                continue
            if not self.boundary.uses_batch(document.computed_at):
                self.doubtful[movie_id] = True
                continue
            rank = (*precedence_of(document), document.data["review_count"])
            held = self._totals if date is None else self._points
            rival = held.get(movie_id)
            if rival is None or rank > rival.rank:
                held[movie_id] = _Point(rank, self.boundary.watermark(document.covers_until))
        for skip in documents.skipped:
            if skip.movie_id is None:
                self.nameless += 1
            elif skip.date in (None, self.date) and self.sample.takes(skip.movie_id):
                self.doubtful[skip.movie_id] = True
        self.sample.fit(self._points, self._totals, self.doubtful)

    @property
    def is_covered(self) -> bool:
        """Whether any document shows that the batch layer covers the whole day."""
        return any(each.until >= self.day + DAY for held in (self._points, self._totals) for each in held.values())

    def events(self, movie_id: int) -> int | None:
        """A movie's reviews of the day; ``None`` where the batch layer does not cover the whole day for it."""
        point, total = self._points.get(movie_id), self._totals.get(movie_id)
        newest = point or total
        if newest is not None and newest.until < self.day + DAY:
            return None
        return 0 if point is None else point.reviews
