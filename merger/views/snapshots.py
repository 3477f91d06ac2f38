"""What a snapshot has not seen: hours after what it includes that may have changed its numbers. Pure.

A snapshot shows the newest known numbers of a movie, or of every movie (requirement M6). Hours before the newest bucket
in it do not matter; hours after it do, unless they are held: then nothing happened in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from merger.core.boundary import SpeedCoverage
from merger.core.evidence import Assumption, Reason
from merger.core.intervals import as_intervals, hours_to_judge
from merger.core.windows import HOUR
from merger.errors import Interval


@dataclass(frozen=True, slots=True)
class Unseen:
    """The intervals that a snapshot lacks, and those that it assumes to hold nothing new."""

    missing: tuple[Interval, ...] = ()
    assumed: tuple[Assumption, ...] = ()


def unseen_since(
    covers_until: datetime | None, newest: datetime | None, coverage: SpeedCoverage, *, is_stated: bool = True
) -> Unseen:
    """The time after the last moment that a snapshot includes.

    Args:
        covers_until: coverage of the batch documents in it, the least of them; ``None`` without one.
        newest: hour of the newest bucket in it, whose numbers replace those of batch documents; of many movies, the
            oldest of these hours. ``None`` without one.
        coverage: the hours of the type that the speed layer holds. Buckets from the cutoff on are read.
        is_stated: whether the batch documents state their coverage.
    """
    boundary = coverage.boundary
    if newest is not None:
        return _judge(newest if newest in coverage.unreadable else newest + HOUR, coverage, ())
    if covers_until is None:
        return _judge(boundary.cutoff, coverage, ())
    end = boundary.watermark(covers_until)
    doubt_from = boundary.doubt_from(covers_until, is_stated=is_stated)
    guesses = () if doubt_from is None else (Assumption(doubt_from, end, Reason.COVERAGE),)
    return _judge(end, coverage, guesses)


def _judge(start: datetime, coverage: SpeedCoverage, guesses: tuple[Assumption, ...]) -> Unseen:
    boundary = coverage.boundary
    hours = hours_to_judge(max(start, boundary.cutoff), boundary.open_hour + HOUR, coverage)
    missing = as_intervals(hour for hour in hours if not coverage.holds(hour))
    before: tuple[Interval, ...] = ((start, boundary.cutoff),) if start < boundary.cutoff else ()
    return Unseen((*before, *missing), (*guesses, *coverage.assumptions(hours)))
