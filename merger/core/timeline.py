"""Merges a series whose batch layer holds days and whose speed layer holds hours.

One rule is applied to each UTC day (requirements M1 to M3 and M5):

1. a day wholly at or after the cutoff comes from the speed layer, if that holds every closed hour of it;
2. any other day comes from its batch point up to the point's watermark, and from the speed hours after that;
3. without a point it comes from the speed hours. An hour that neither layer holds is missing, unless something shows
   that a day without a point had no events, or is assumed to (requirement M8: a lifetime total shows it for no day).

So each hour is taken from one layer only, and hours taken from neither are reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from merger.core.algebra import Mergeable
from merger.core.boundary import Boundary, SpeedCoverage
from merger.core.evidence import Assumption, EmptySpan, Reason
from merger.core.intervals import as_intervals, closed_hours, common, hours_to_judge, union, unite_assumptions, without
from merger.core.windows import DAY, HOUR, Granularity, Window, floor_day, isoformat
from merger.errors import Interval

S = TypeVar("S", bound=Mergeable)


@dataclass(frozen=True, slots=True)
class DayPoint(Generic[S]):
    """A point of the batch layer: the events of ``[day, min(day + 24 h, watermark))``.

    From ``doubt_from`` on, it may lack events: its coverage is assumed.
    """

    day: datetime
    watermark: datetime
    state: S
    doubt_from: datetime | None = None

    @property
    def end(self) -> datetime:
        return min(self.watermark, self.day + DAY)

    @property
    def doubt(self) -> Assumption | None:
        """The part that is assumed to be covered."""
        start = None if self.doubt_from is None else max(self.day, self.doubt_from)
        return Assumption(start, self.end, Reason.COVERAGE) if start is not None and start < self.end else None


@dataclass(frozen=True, slots=True)
class Piece(Generic[S]):
    """A part ``[start, end)`` of the series that comes from one layer."""

    start: datetime
    end: datetime
    state: S
    source: str


@dataclass(frozen=True, slots=True)
class Timeline(Generic[S]):
    """A merged series: disjoint pieces, oldest first, and the closed hours that neither layer holds, as intervals.

    ``assumed`` are those that count as held, or as empty, although nothing proves it. ``day_only`` is true if the batch
    layer holds some of the missing hours, but only within a day that the window cuts.
    """

    pieces: tuple[Piece[S], ...]
    missing: tuple[Interval, ...]
    assumed: tuple[Assumption, ...] = ()
    day_only: bool = False


@dataclass(frozen=True)
class Series(Generic[S]):
    """One series as both layers hold it, deduplicated and ready to be merged.

    Args:
        boundary: the request's time boundary.
        points: batch points by the start of their UTC day.
        hours: usable speed buckets by hour.
        coverage: what the speed layer holds.
        empty: when a day without a point had no events; what is proven before what is assumed.
        unreadable_days: days of which a batch point, newer than any readable one, could not be read.
        undated_until: end of the days of which any may be that of an unreadable point without a readable date; ``None``
            without such a point.
    """

    boundary: Boundary
    points: Mapping[datetime, DayPoint[S]]
    hours: Mapping[datetime, S]
    coverage: SpeedCoverage
    empty: tuple[EmptySpan, ...] = ()
    unreadable_days: frozenset[datetime] = frozenset()
    undated_until: datetime | None = None

    @property
    def first_day(self) -> datetime | None:
        """The oldest day for which either layer holds anything, or after which nothing shows that there was nothing."""
        empty = (span.end for span in self.empty)
        held = (*self.points, *self.hours, *empty, *filter(None, (self.coverage.first_held,)))
        return floor_day(min(held)) if held else None

    def judge_past(self) -> tuple[tuple[Interval, ...], tuple[Assumption, ...]]:
        """What is missing, and what is assumed, of the time before the oldest day held."""
        return self.judge_gap((None, self.first_day or self.boundary.open_hour))

    def judge_gap(self, gap: Interval) -> tuple[tuple[Interval, ...], tuple[Assumption, ...]]:
        """What is missing, and what is assumed to be empty, of a time without points and speed hours."""
        start, end = gap
        days = (day for day in self.unreadable_days if day < end and (start is None or start < day + DAY))
        lost: list[Interval] = [(day, day + DAY) for day in days]
        if self.undated_until is not None:
            lost.append((None, self.undated_until))
        unknown, missing, assumed = [gap], list[Interval](), list[Assumption]()
        for interval in lost:
            missing += filter(None, (common(each, interval) for each in unknown))
            unknown = without(unknown, interval)
        for span in self.empty:
            interval = (span.start, span.end)
            if span.reason is not None:
                parts = filter(None, (common(each, interval) for each in unknown))
                assumed += (Assumption(*each, span.reason) for each in parts)
            unknown = without(unknown, interval)
        return (*missing, *unknown), tuple(assumed)

    def resolve(self, window: Window) -> Timeline[S]:
        """Merges the series over a window that starts on the hour and ends with the open hour or its day.

        A window without a start begins with the oldest day held.
        """
        start = self.first_day if window.start is None else window.start
        if start is None:
            return Timeline((), ())
        return _Resolver(self).run(start, window.end)

    def resolve_after(self, watermark: datetime) -> Timeline[S]:
        """Merges what happened from ``watermark`` on, to be added to a total that ends there: all speed hours.

        Batch points are used only for whole days that the speed layer doesn't hold.
        """
        return _Resolver(self, speed_first=True).run(watermark, self.boundary.open_hour + HOUR)


class _Resolver(Generic[S]):
    """Walks over the days of a series and collects pieces and missing intervals."""

    def __init__(self, series: Series[S], *, speed_first: bool = False) -> None:
        self.series = series
        self.speed_since = datetime.min.replace(tzinfo=UTC) if speed_first else series.boundary.cutoff
        self.pieces: list[Piece[S]] = []
        self.missing: list[Interval] = []
        self.assumed: list[Assumption] = []
        self.day_only = False
        coverage = series.coverage
        self.judged_until = coverage.boundary.open_hour + (HOUR if coverage.lacks_open_hour else timedelta(0))

    def run(self, start: datetime, end: datetime) -> Timeline[S]:
        first = floor_day(start)
        if first < start:
            self._add_cut_day(start, min(first + DAY, end))
            first += DAY
        # Before this day no speed bucket can exist, so there is no need to check every hour.
        live = max(first, floor_day(self.series.boundary.speed_from))
        self._add_old_days(first, min(live, end))
        while live < end:
            self._add_live_day(live)
            live += DAY
        return Timeline(tuple(self.pieces), union(self.missing), unite_assumptions(self.assumed), self.day_only)

    def _add_old_days(self, start: datetime, end: datetime) -> None:
        points, gap = self.series.points, start
        for day in sorted(day for day in points if start <= day < end):
            self._add_gap(gap, day)
            self._add_point(points[day])
            self._add_missing(max(day, points[day].end), day + DAY)
            gap = day + DAY
        self._add_gap(gap, end)

    def _add_live_day(self, day: datetime) -> None:
        point = self.series.points.get(day)
        end = day + DAY
        covered = day
        if point is not None and point.end > day and not self._is_from_speed(point):
            self._add_point(point)
            covered = point.end
        self._add_speed_hours(covered, end)
        self._judge(hours_to_judge(covered, end, self.series.coverage), point)

    def _judge(self, hours: Sequence[datetime], point: DayPoint[S] | None) -> None:
        """Notes which hours that no point covers are missing, and which are only assumed to be held or empty."""
        coverage = self.series.coverage
        for start, end in as_intervals(hour for hour in hours if not coverage.holds(hour)):
            if point is None:
                self._add_gap(start, end)
            else:
                self._add_missing(start, end)
        assumed = coverage.assumptions(hours)
        if point is None and self.series.empty:
            assumed = [each for each in assumed if each.start is None or not self._is_proven_empty(each.start)]
        self.assumed += assumed

    def _add_cut_day(self, start: datetime, end: datetime) -> None:
        """Adds the end of a day that the window cuts: a batch point can't be split, so only speed hours are used."""
        point = self.series.points.get(floor_day(start))
        self._add_speed_hours(start, end)
        hours = hours_to_judge(start, end, self.series.coverage)
        self._judge(hours, point)
        self.day_only |= point is not None and not self.series.coverage.holds_all(h for h in hours if h < point.end)

    def _is_from_speed(self, point: DayPoint[S]) -> bool:
        """Whether the speed layer answers for the day of a point."""
        day, coverage = point.day, self.series.coverage
        if day < self.speed_since or not coverage.holds_all(closed_hours(day, day + DAY, self.series.boundary)):
            return False
        # What the point proves is better than what the speed layer assumes.
        return point.doubt is not None or not coverage.assumptions(closed_hours(day, point.end, self.series.boundary))

    def _is_proven_empty(self, hour: datetime) -> bool:
        return self.series.judge_gap((hour, hour + HOUR)) == ((), ())

    def _add_point(self, point: DayPoint[S]) -> None:
        if point.end > point.day:
            self.pieces.append(Piece(point.day, point.end, point.state, "batch"))
        if point.doubt is not None:
            self.assumed.append(point.doubt)
        if point.day in self.series.unreadable_days:
            self._add_missing(point.day, point.day + DAY)

    def _add_gap(self, start: datetime, end: datetime) -> None:
        """Notes what is known of a time without points and speed hours: empty, assumed to be, or missing."""
        end = min(end, self.judged_until)
        if start < end:
            missing, assumed = self.series.judge_gap((start, end))
            self.missing += missing
            self.assumed += assumed

    def _add_speed_hours(self, start: datetime, end: datetime) -> None:
        for hour in closed_hours(start, end, None):
            state = self.series.hours.get(hour)
            if state is not None:
                self.pieces.append(Piece(hour, hour + HOUR, state, "speed"))

    def _add_missing(self, start: datetime, end: datetime) -> None:
        end = min(end, self.judged_until)
        if start < end:
            self.missing.append((start, end))


@dataclass(frozen=True, slots=True)
class SeriesBucket(Generic[S]):
    """One point of an answer; ``source`` is ``batch``, ``speed`` or ``merged``, ``width`` a day or an hour."""

    start: datetime
    width: Granularity
    state: S
    source: str

    @property
    def key(self) -> dict[str, str]:
        """Names the bucket in an answer: ``hour`` (ISO 8601) or ``date``."""
        if self.width is Granularity.HOUR:
            return {"hour": isoformat(self.start)}
        return {"date": self.start.date().isoformat()}

    @property
    def middle(self) -> datetime:
        return self.start + self.width.width / 2


def group_into_buckets(pieces: Iterable[Piece[S]], granularity: Granularity) -> list[SeriesBucket[S]]:
    """Groups pieces, oldest first, into the buckets of an answer.

    By day, the pieces of one day become one bucket. By hour, speed hours stay hours and a batch point stays a day,
    since no layer holds it more finely.
    """
    result: list[SeriesBucket[S]] = []
    for piece in pieces:
        if granularity is Granularity.HOUR:
            width = Granularity.HOUR if piece.source == "speed" else Granularity.DAY
            result.append(SeriesBucket(piece.start, width, piece.state, piece.source))
            continue
        day = floor_day(piece.start)
        if result and result[-1].start == day:
            last = result[-1]
            source = last.source if last.source == piece.source else "merged"
            result[-1] = SeriesBucket(day, granularity, last.state + piece.state, source)
        else:
            result.append(SeriesBucket(day, granularity, piece.state, piece.source))
    return result
