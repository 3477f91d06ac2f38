"""What the contract makes of stored documents: values that the rest of the code may trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from merger.core.windows import midnight

INSERTION_DOUBT: Final = 1
"""Seconds by which two ObjectIds must differ for the later one to be a retry: they tell whole seconds, of any host."""


Rank = tuple[datetime, int, int]
"""How new a batch document is: its ``computed_at``, ``version`` and ``inserted``."""


_DAY_LENGTH: Final = len("2026-11-24")


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A readable batch view.

    ``covers_until`` is the event time up to which the job's input was complete: as the document states it, but never
    later than ``computed_at``, since no run can cover events that had yet to happen. ``is_coverage_stated`` is false if
    neither the document nor a rule of the deployment states it, so that it is assumed to be ``computed_at``.

    ``inserted`` is when its ``_id`` was made, in seconds since 1970, if that is an ObjectId, else 0. ``is_contested``
    is true if another document is as new and says something else (``dedupe.py``).
    """

    view_type: str
    movie_id: int | None
    data: Mapping[str, Any]
    computed_at: datetime
    covers_until: datetime
    version: int
    run_id: str
    is_coverage_stated: bool = True
    inserted: int = field(default=0, compare=False)
    is_contested: bool = False

    @property
    def rank(self) -> Rank:
        return self.computed_at, self.version, self.inserted


@dataclass(frozen=True, slots=True)
class Part:
    """A window smaller than an hour, ``[start, end)``, aware UTC.

    ``end`` is ``None`` where the document doesn't tell it. ``is_named`` is true if the window has a field of its own
    beside ``hour``.
    """

    start: datetime
    end: datetime | None = None
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class SpeedDocument:
    """A readable speed bucket of the event-time hour ``[hour, hour + 1h)``.

    ``synced_at`` is the hour itself where the document has none that can be read. ``is_assumed`` is true if the numbers
    come from parts of the hour that may be versions of each other. ``part`` is set only before ``Contract.read`` has
    added the parts up.
    """

    data_type: str
    movie_id: int
    hour: datetime
    data: Mapping[str, Any]
    synced_at: datetime
    is_assumed: bool = False
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A producer's statement that it holds an hour of a data type, whether or not any movie has a document of it."""

    data_type: str
    hour: datetime
    synced_at: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document that could not be read, with the parts of its key that could.

    ``has_date`` is true if the payload has a ``date``, readable or not: such a document is no total. Of
    ``genre_analytics``, ``date`` is the year and month (``2025-03``), or the year alone. ``hour`` is the hour that its
    window lies in. ``part`` is the start of a smaller window of that hour, if no readable document as new replaces it:
    the hour's sum lacks it. ``id`` is the ``_id`` as text, where it was read. ``is_ahead`` is true if it could be read,
    but is stamped in the future. ``version`` and ``inserted`` are those of batch documents, 0 where unreadable.
    """

    layer: str
    kind: str
    reason: str
    type: str | None = None
    movie_id: int | None = None
    hour: datetime | None = None
    date: str | None = None
    written_at: datetime | None = None
    genre: str | None = None
    part: datetime | None = None
    id: str | None = None
    has_date: bool = False
    is_ahead: bool = False
    version: int = 0
    inserted: int = field(default=0, compare=False)

    def is_superseded_by(self, readable: Rank | None) -> bool:
        """Whether a readable batch document of the same key takes its place.

        Any one replaces a document from the future, others those that are as new. ``None``: there is none.
        """
        if readable is None or self.is_ahead or self.written_at is None:
            return readable is not None and self.is_ahead
        ours, theirs = (self.written_at, self.version), readable[:2]
        if ours != theirs:
            return ours < theirs
        return not (self.inserted and readable[2] and self.inserted - readable[2] > INSERTION_DOUBT)

    @property
    def day(self) -> datetime | None:
        """The start of the day of an unreadable point; ``None`` without a readable day."""
        return midnight(self.date) if self.date is not None and len(self.date) == _DAY_LENGTH else None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A value that could not be read, of a document that was; ``kind`` is its type and field."""

    layer: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents read for one answer, duplicates included, and the values that were dropped from them.

    ``hours_of_parts`` are the hours of which a producer wrote parts, such as windows of five minutes. ``speed`` holds
    their sums, which are right only if every part of the hour was read.
    """

    batch: tuple[BatchDocument, ...] = ()
    speed: tuple[SpeedDocument, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    heartbeats: tuple[Heartbeat, ...] = ()
    hours_of_parts: frozenset[datetime] = frozenset()
    dropped: tuple[Dropped, ...] = ()

    def batch_of(self, view_type: str) -> list[BatchDocument]:
        return [document for document in self.batch if document.view_type == view_type]

    def speed_of(self, data_type: str) -> list[SpeedDocument]:
        return [document for document in self.speed if document.data_type == data_type]

    def of_movie(self, movie_id: int) -> Documents:
        """Only the documents that name a movie."""
        return Documents(
            tuple(document for document in self.batch if document.movie_id == movie_id),
            tuple(document for document in self.speed if document.movie_id == movie_id),
            tuple(skip for skip in self.skipped if skip.movie_id == movie_id),
            self.heartbeats,
            self.hours_of_parts,
        )

    @property
    def names_any(self) -> bool:
        """Whether there is any document of a movie, a genre or an actor, readable or not."""
        return bool(self.batch or self.speed or self.skipped)

    @property
    def speed_by_hour(self) -> dict[datetime, list[SpeedDocument]]:
        result: dict[datetime, list[SpeedDocument]] = {}
        for document in self.speed:
            result.setdefault(document.hour, []).append(document)
        return result
