"""Judges the silence of a speed data type: which hours without proof pass for held. Pure.

An hour without any document is *quiet* if another type was alive in it, and if so long a silence is plausible for this
type. An hour is *cut* if its documents were all written before its end, with no sign of life near that end: the
producer may have died in it. Both are assumed, not proven. Any other hour without a document is missing.

Requirement M8.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from merger.core.boundary import Boundary, SpeedLayer
from merger.core.evidence import Reason
from merger.core.intervals import as_intervals, closed_hours
from merger.core.windows import HOUR

RATE_PERIOD: Final = timedelta(hours=48)
"""A type's rate is the number of its documents in this time before a silence, divided by this time."""


LEAST_PLAUSIBLE: Final = 0.01
"""A silence that is less likely than this at the type's rate is none: something was lost."""


MOST_COUNTED: Final = math.ceil(-math.log(LEAST_PLAUSIBLE) * (RATE_PERIOD / HOUR))
"""With so many documents in ``RATE_PERIOD`` not even one silent hour is plausible."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the documents of one speed data type prove.

    Args:
        held: hours with a readable document or heartbeat.
        alive: those of them with a sign of life near their end or after it.
        synced_at: the newest stamp of a readable document or heartbeat.
        beats: held hours of which only a heartbeat is known.
    """

    held: frozenset[datetime] = frozenset()
    alive: frozenset[datetime] = frozenset()
    synced_at: datetime | None = None
    beats: frozenset[datetime] = frozenset()


@dataclass(frozen=True, slots=True)
class Silence:
    """Judges one data type.

    Args:
        boundary: the present time boundary.
        seen: what its own documents prove.
        others: what those of the other types prove.
        count_before: the number of its documents in the ``RATE_PERIOD`` before an hour, at most ``MOST_COUNTED``.
    """

    boundary: Boundary
    seen: Seen
    others: Sequence[Seen]
    count_before: Callable[[datetime], int]

    def judge(self) -> SpeedLayer:
        """The state of the layer, with what it assumes.

        Raises:
            StoreError: from ``count_before``.
        """
        if not self.seen.held:
            return SpeedLayer(self.seen.held, self.seen.synced_at)
        assumed = dict.fromkeys(self._find_quiet(), Reason.QUIET) | dict.fromkeys(self._find_cut(), Reason.CUT)
        known_until = self._find_end(self.seen.held | assumed.keys())
        return SpeedLayer(self.seen.held, self.seen.synced_at, assumed, known_until, self.seen.beats)

    def _find_quiet(self) -> list[datetime]:
        closed = closed_hours(self.boundary.speed_from, self.boundary.open_hour, None)
        result: list[datetime] = []
        for start, end in as_intervals(hour for hour in closed if hour not in self.seen.held):
            # How long a silence is, and what came before it, can't be told where it began before the usable hours.
            if start == self.boundary.speed_from:
                continue
            hours = closed_hours(start, end, None)
            if self._another_lived(hours) and self._is_plausible(start, end):
                result += hours
        return result

    def _find_cut(self) -> list[datetime]:
        seen, boundary = self.seen, self.boundary
        latest = boundary.now - boundary.policy.speed_lag_limit
        without_life = (seen.held - seen.alive) | self._find_written_again()
        cut = [h for h in sorted(without_life) if boundary.speed_from <= h and h + HOUR <= latest]
        if cut and cut[-1] == max(seen.held) and seen.synced_at is not None and seen.synced_at < cut[-1] + HOUR:
            # Nothing came after it: the producer is dead, unless it is only quiet.
            hours = closed_hours(cut[-1], boundary.open_hour, None)
            if not (self._another_lived(hours) and self._is_plausible(seen.synced_at, boundary.open_hour)):
                cut.pop()
        return cut

    def _find_written_again(self) -> set[datetime]:
        """The newest hour, if the stamps moved on without a newer one: then they are no sign of life in it."""
        newest, synced_at = max(self.seen.held), self.seen.synced_at
        moved_on = synced_at is not None and synced_at > newest + HOUR + self.boundary.policy.speed_lag_limit
        return {newest} if moved_on and newest < self.boundary.open_hour else set()

    def _find_end(self, passing: Iterable[datetime]) -> datetime | None:
        """The end of the newest hour that passes for held; ``None``: it is the open one, or its silence is plausible.

        A stamp that is newer says only that the producer writes its old documents again.
        """
        end = max(passing) + HOUR
        if end > self.boundary.open_hour or self.seen.synced_at is None or self.seen.synced_at <= end:
            return None
        is_quiet = any(self.boundary.open_hour in other.held for other in self.others)
        silent_from = max(self.seen.held) + HOUR
        return None if is_quiet and self._is_plausible(silent_from, self.boundary.now) else end

    def _another_lived(self, hours: Iterable[datetime]) -> bool:
        return all(any(hour in other.alive for other in self.others) for hour in hours)

    def _is_plausible(self, start: datetime, end: datetime) -> bool:
        """Whether a silence ``[start, end)`` is plausible at the rate before it."""
        first = start.replace(minute=0, second=0, microsecond=0)
        expected = self.count_before(first) * ((end - start) / RATE_PERIOD)
        return math.exp(-expected) >= LEAST_PLAUSIBLE
