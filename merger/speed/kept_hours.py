"""Hours as they are kept: when each was read, and when it is to be reread. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from merger.core.boundary import SpeedLayer
from merger.speed.tables import HourTable

MIN_KEEP_SECONDS, MAX_KEEP_SECONDS = 60.0, 120.0
"""Seconds for which an hour is kept before it is reread; they differ by hour, so that not all fall due at once."""

SETTLED_AGE, SETTLED_FACTOR = timedelta(hours=3), 5
"""Hours older than this are kept for this many times longer."""

GRACE_SECONDS = 15.0
"""Seconds that an answer leaves a due hour to the background thread before it rereads the hour itself."""

REST_FACTOR = 3.0
"""An hour that was found changed without new stamps is reread after at least this many times as long as reading took:
every find misses a producer whose clock is far behind."""


@dataclass(slots=True)
class KeptHour:
    """A kept hour; all times are seconds of the monotonic clock.

    Args:
        table: what was read.
        found: the number of documents that were read, as ``hour_reads`` counts them.
        since: when it was first read; what was written before that is no change for the table.
        read_at: when it was last read whole.
        took: seconds that this took, other hours of the same find included.
        due: when the background thread rereads it.
        overdue: when an answer rereads it.
        used_at: when an answer last used it.
        lacks_since: when its documents first changed in a way that only rereading shows; ``None``: they did not.
    """

    table: HourTable
    found: int
    since: float
    read_at: float
    took: float
    due: float
    overdue: float
    used_at: float
    lacks_since: float | None = None

    def lacking(self, since: float, due: float, grace: float = 0.0) -> KeptHour:
        """The same hour where, since a time, only rereading brings it up to date; see ``reread_by``."""
        result = replace(self, lacks_since=since if self.lacks_since is None else self.lacks_since)
        result.reread_by(due, grace)
        return result

    def rewritten(self, since: float) -> KeptHour:
        """The same hour where its documents changed after a time, and no find of changes shows how."""
        return self.lacking(since, self.read_at + REST_FACTOR * self.took)

    def reread_by(self, due: float, grace: float) -> None:
        """Has it reread at a time at the latest, and by an answer so many seconds later."""
        self.due, self.overdue = min(self.due, due), min(self.overdue, due + grace)

    def contradicts(self, layer: SpeedLayer | None) -> bool:
        """Whether the layer's state says that an empty hour was filled, or one with buckets emptied.

        While nothing is known of the layer, any empty hour may have been filled.
        """
        if not self.table.is_empty:
            return layer is not None and len(self.table.rows) > 0 and self.table.hour not in layer.held
        return layer is None or (self.table.hour in layer.held and self.table.hour not in layer.beats)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long an hour is kept: seconds until it is due, and from then until it is overdue."""

    keep: float
    grace: float = GRACE_SECONDS


def keep(before: KeptHour | None, table: HourTable, found: int, read_at: float, took: float, wait: Wait) -> KeptHour:
    """Keeps a table that was just read whole."""
    due = read_at + wait.keep
    if before is None:
        return KeptHour(table, found, read_at, read_at, took, due, due + wait.grace, used_at=read_at)
    # An equal table stays the same object, so that what was computed from it stays too.
    table = before.table if before.table.has_same_content(table) else table
    return KeptHour(table, found, before.since, read_at, took, due, due + wait.grace, before.used_at)


def regular_wait(hour: datetime, open_hour: datetime) -> Wait:
    """How long an hour is kept of which nothing special is known."""
    spread = (hour.hour * 7 + hour.day) % 24 / 24
    seconds = MIN_KEEP_SECONDS + spread * (MAX_KEEP_SECONDS - MIN_KEEP_SECONDS)
    return Wait(seconds * (SETTLED_FACTOR if hour <= open_hour - SETTLED_AGE else 1))
