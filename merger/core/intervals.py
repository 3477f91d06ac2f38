"""Half-open intervals of time: whole hours, unions, and their form in JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import overload

from merger.core.boundary import Boundary, SpeedCoverage
from merger.core.evidence import Assumption, Reason
from merger.core.windows import HOUR, isoformat
from merger.errors import Interval

_BEGINNING = datetime.min.replace(tzinfo=UTC)


def closed_hours(start: datetime, end: datetime, boundary: Boundary | None) -> list[datetime]:
    """The whole hours in ``[start, end)``, oldest first; with a boundary, only those that are over at its ``now``.

    ``start`` must be on the hour.
    """
    last = end if boundary is None else min(end, boundary.open_hour)
    count = max(0, int((last - start) / HOUR))
    return [start + index * HOUR for index in range(count)]


def hours_to_judge(start: datetime, end: datetime, coverage: SpeedCoverage) -> list[datetime]:
    """The hours in ``[start, end)`` of which an answer says whether they are held: all that are over.

    The open hour is never missing, unless a document of it can't be read (requirement D2).
    """
    hours, open_hour = closed_hours(start, end, coverage.boundary), coverage.boundary.open_hour
    return [*hours, open_hour] if start <= open_hour < end and coverage.lacks_open_hour else hours


def as_intervals(hours: Iterable[datetime]) -> tuple[tuple[datetime, datetime], ...]:
    """Merges hours, given in any order, into the fewest half-open intervals, oldest first."""
    return union((hour, hour + HOUR) for hour in hours)


@overload
def union(*groups: Iterable[tuple[datetime, datetime]]) -> tuple[tuple[datetime, datetime], ...]: ...


@overload
def union(*groups: Iterable[Interval]) -> tuple[Interval, ...]: ...


def union(*groups: Iterable[Interval]) -> tuple[Interval, ...]:
    """The union of intervals as the fewest intervals, oldest first; one without a start comes first."""
    result: list[Interval] = []
    for start, end in sorted((i for group in groups for i in group), key=_by_start):
        if result and (start is None or start <= result[-1][1]):
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return tuple(result)


def common(first: Interval, second: Interval) -> Interval | None:
    """The part that two intervals share; ``None`` if there is none."""
    starts = [start for start in (first[0], second[0]) if start is not None]
    start, end = max(starts, default=None), min(first[1], second[1])
    return (start, end) if start is None or start < end else None


def without(intervals: Iterable[Interval], removed: Interval) -> list[Interval]:
    """Intervals without the parts that lie in another one."""
    start, end = removed
    result: list[Interval] = []
    for interval in intervals:
        if common(interval, removed) is None:
            result.append(interval)
            continue
        if start is not None and (interval[0] is None or interval[0] < start):
            result.append((interval[0], start))
        if end < interval[1]:
            result.append((end, interval[1]))
    return result


def _by_start(interval: Interval) -> datetime:
    return interval[0] or _BEGINNING


def intervals_as_list(intervals: Iterable[Interval]) -> list[dict[str, str | None]]:
    """Intervals as JSON shows them; a ``start`` of ``null`` means "since the beginning"."""
    return [{"start": optional_isoformat(start), "end": isoformat(end)} for start, end in intervals]


def optional_isoformat(moment: datetime | None) -> str | None:
    return None if moment is None else isoformat(moment)


def unite_assumptions(assumptions: Iterable[Assumption]) -> tuple[Assumption, ...]:
    """Unites overlapping and adjacent intervals of the same reason, oldest first."""
    by_reason: dict[Reason, list[Interval]] = {}
    for each in assumptions:
        by_reason.setdefault(each.reason, []).append((each.start, each.end))
    united = (
        Assumption(start, end, reason) for reason, intervals in by_reason.items() for start, end in union(intervals)
    )
    return tuple(sorted(united, key=lambda each: (each.start or _BEGINNING, each.reason)))


def assumptions_as_list(assumptions: Iterable[Assumption]) -> list[dict[str, str | None]]:
    """Assumptions as JSON shows them."""
    return [
        {"start": optional_isoformat(each.start), "end": isoformat(each.end), "reason": each.reason.value}
        for each in assumptions
    ]
