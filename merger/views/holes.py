"""Holes that unreadable documents leave: the time that each one stood for, as far as that can be told. Pure.

An unreadable document that a readable one of the same key has replaced since leaves none. Requirements D2 and M8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from merger.contract.documents import BatchDocument, Documents, Skipped
from merger.core.boundary import Boundary
from merger.core.evidence import Assumption, Reason
from merger.core.intervals import union
from merger.core.windows import DAY, HOUR, floor_day, midnight
from merger.errors import Interval
from merger.views.reading import ViewInputs


@dataclass(frozen=True, slots=True)
class LostDays:
    """Days of a series whose point can't be read, and the end of those of which any may be lost.

    ``undated_until`` is ``None`` unless a point has no readable date.
    """

    days: frozenset[datetime] = frozenset()
    undated_until: datetime | None = None


def is_undated_point(skip: Skipped) -> bool:
    """Whether a document is the point of a day that can't be read; every document of a series is a point."""
    return skip.day is None and (skip.has_date or skip.date is not None or skip.type == "temporal_analytics")


def lost_days(
    documents: Documents, view_type: str, points: Mapping[datetime, BatchDocument], boundary: Boundary
) -> LostDays:
    """The days of a series that are unknown, since their newest point can't be read or may not be used.

    Args:
        documents: those of the series.
        view_type: of its points.
        points: the newest readable ones by day.
        boundary: of the request.
    """
    days = {
        midnight(str(d.data["date"]))
        for d in documents.batch_of(view_type)
        if "date" in d.data and not boundary.uses_batch(d.computed_at)
    } - points.keys()
    undated: list[datetime] = []
    for skip in documents.skipped:
        if skip.layer != "batch" or skip.type not in (view_type, None):
            continue
        day = skip.day
        if day is not None and not is_superseded(skip, points.get(day)):
            days.add(day)
        elif is_undated_point(skip):
            undated.append(written_until(skip, boundary))
            days |= {each for each, point in points.items() if not is_superseded(skip, point)}
    # A point is written after its day began.
    return LostDays(frozenset(days), floor_day(max(undated)) + DAY if undated else None)


def lost_until(skipped: Iterable[Skipped], readable: BatchDocument | None, boundary: Boundary) -> tuple[Interval, ...]:
    """The time that unreadable documents of one key stood for, beyond the readable one."""
    lost = (skip for skip in skipped if skip.layer == "batch" and not is_superseded(skip, readable))
    ends = [written_until(skip, boundary) for skip in lost]
    if not ends:
        return ()
    start = None if readable is None else boundary.watermark(readable.covers_until)
    end = max(ends)
    return ((start, end),) if start is None or start < end else ((None, end),)


def lost_of_unknown(own: Documents, boundary: Boundary) -> tuple[Interval, ...]:
    """The time that documents naming a movie stood for, if none of them may be used; then nothing is known of it.

    Requirement D2: such a movie is neither unknown nor without events.
    """
    if any(boundary.uses_batch(d.computed_at) for d in own.batch) or any(
        not boundary.is_ahead(d.synced_at) and d.hour <= boundary.open_hour for d in own.speed
    ):
        return ()
    hours = {skip.hour for skip in own.skipped if skip.layer == "speed"} | {d.hour for d in own.speed}
    end = boundary.open_hour + HOUR
    # A producer whose clock is ahead writes hours to come; they stand for any hour until now.
    dated = [(hour, hour + HOUR) if hour is not None and hour < end else (None, end) for hour in hours]
    return union(dated, lost_until(own.skipped, None, boundary))


def doubted_coverage(as_of: datetime | None, view_type: str, inputs: ViewInputs) -> tuple[Assumption, ...]:
    """The last hours of the catalogue's coverage, if some of its documents do not state theirs.

    Args:
        as_of: event time up to which the documents cover.
        view_type: theirs.
        inputs: hold the catalogue and the boundary.
    """
    if as_of is None or view_type not in inputs.catalogue.unstated:
        return ()
    doubt_from = inputs.boundary.doubt_from(as_of, is_stated=False)
    return (Assumption(doubt_from, inputs.boundary.watermark(as_of), Reason.COVERAGE),)


def doubt_about(document: BatchDocument, boundary: Boundary) -> tuple[Assumption, ...]:
    """The hours that a document is assumed to cover, since it does not state its coverage."""
    doubt_from = boundary.doubt_from(document.covers_until, is_stated=document.is_coverage_stated)
    end = boundary.watermark(document.covers_until)
    return () if doubt_from is None else (Assumption(doubt_from, end, Reason.COVERAGE),)


def is_superseded(skip: Skipped, readable: BatchDocument | None) -> bool:
    """Whether a readable document of the same key takes the place of an unreadable one."""
    return readable is not None and skip.is_superseded_by(readable.rank)


def written_until(skip: Skipped, boundary: Boundary) -> datetime:
    """The end of the whole hours that an unreadable document may stand for; never in the future."""
    return boundary.open_hour if skip.written_at is None else boundary.watermark(skip.written_at)
