"""One plain sentence for each kind of hole and of assumption: what is missing or assumed, and why. Pure.

Each begins with a stable code and a colon, as warnings do. Requirement M8.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from merger.contract.values import Skipped
from merger.core.evidence import Assumption, Reason
from merger.core.intervals import common
from merger.core.windows import DAY, HOUR
from merger.errors import Interval

_SHOWN: Final = 3
"""Intervals that a sentence names; it only counts the others."""


_ASSUMED: Final[Mapping[Reason, str]] = {
    Reason.QUIET: "quiet_assumed: no document of {} is stored; such a silence is plausible, so these "
    "hours count as quiet",
    Reason.CUT: "cut_assumed: nothing was synced near the end of {}; what is stored is assumed to be complete",
    Reason.COVERAGE: "coverage_assumed: the batch has no covers_until, or ends inside an hour; {} is assumed to be "
    "covered",
    Reason.PARTIAL: "parts_assumed: the numbers of {} come from parts that may be versions of each other",
}
"""The sentence for each reason. Days that a batch does not name need none."""


def sentences(
    missing: Collection[Interval], assumed: Iterable[Assumption], skipped: Collection[Skipped]
) -> Iterator[str]:
    """Yields a sentence for what can't be read, one for what nobody holds, and one for each reason to assume.

    Args:
        missing: united, oldest first.
        assumed: likewise.
        skipped: documents that could not be read.
    """
    unread = {skip: _time_of(skip) for skip in skipped}
    lost = [each for each in missing if any(time is None or common(each, time) for time in unread.values())]
    if lost:
        concerned = [skip for skip, time in unread.items() if time is None or any(common(each, time) for each in lost)]
        yield f"hours_unreadable: {_list(lost)} is missing: {_count(concerned)} could not be read ({_why(concerned)})"
    unheld = [each for each in missing if each not in lost]
    if unheld:
        yield f"hours_missing: {_list(unheld)} is missing: neither layer holds it"
    by_reason: dict[Reason, list[Interval]] = {}
    for each in assumed:
        by_reason.setdefault(each.reason, []).append((each.start, each.end))
    for reason, intervals in by_reason.items():
        if reason in _ASSUMED:
            yield _ASSUMED[reason].format(_list(intervals))


def _time_of(skip: Skipped) -> Interval | None:
    """The hour or the day that a document stands for; ``None``: any."""
    if skip.hour is not None:
        return skip.hour, skip.hour + HOUR
    return None if skip.day is None else (skip.day, skip.day + DAY)


def _count(skipped: Collection[Skipped]) -> str:
    # Duplicates of one document count once, so that they don't change the answer (M7).
    number = len({skip.id or skip for skip in skipped})
    return "1 document" if number == 1 else f"{number} documents"


def _why(skipped: Collection[Skipped]) -> str:
    first = min(skipped, key=lambda skip: (skip.kind, skip.reason))
    return f"{first.kind}: {first.reason}"


def _list(intervals: Collection[Interval]) -> str:
    shown = ", ".join(_name(*interval) for interval in list(intervals)[:_SHOWN])
    more = len(intervals) - _SHOWN
    return f"{shown} UTC" + (f" and {more} more" if more > 0 else "")


def _name(start: datetime | None, end: datetime) -> str:
    if start is None:
        return f"everything before {end:%Y-%m-%d %H:%M}"
    if start.date() == end.date():
        return f"{start:%Y-%m-%d %H:%M} to {end:%H:%M}"
    return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
