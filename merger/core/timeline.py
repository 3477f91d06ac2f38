"""The merge of a series, bucket by bucket: batch holds days, the speed layer holds hours (M1–M3, M5).

One rule, applied to each UTC day:

1. a day that lies wholly at or after the cutoff is the speed layer's, if that holds every closed hour of it;
2. otherwise the day is its batch point up to the point's watermark, and the speed hours from there on;
3. where there is no point, it is the speed hours. An hour that nobody holds is missing, unless the batch layer's
   coverage reaches over it: a covered day without a point had no event.

So every hour is taken from one layer only, and each that is taken from none is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from merger.core.algebra import Mergeable
from merger.core.boundary import Boundary, SpeedCoverage
from merger.core.intervals import closed_hours, joined
from merger.core.windows import DAY, HOUR, Granularity, Window, floor_day
from merger.errors import Interval

S = TypeVar("S", bound=Mergeable)


@dataclass(frozen=True, slots=True)
class DayPoint(Generic[S]):
    """A batch layer's point: the events of ``[day, min(day + 24 h, watermark))``."""

    day: datetime
    watermark: datetime
    state: S

    @property
    def end(self) -> datetime:
        return min(self.watermark, self.day + DAY)


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

    ``day_only`` says that the batch layer holds some of the missing hours, but only as part of a day that the
    window cuts.
    """

    pieces: tuple[Piece[S], ...]
    missing: tuple[Interval, ...]
    day_only: bool = False


@dataclass(frozen=True)
class Series(Generic[S]):
    """Everything both layers hold of one series, deduplicated, ready to be resolved.

    Args:
        boundary: of this request.
        points: batch points by the start of their UTC day.
        hours: usable speed buckets by hour.
        coverage: what the speed layer holds.
        reach: how far the batch layer's coverage of this series goes, as a watermark; ``None``: it holds nothing.
        unreadable_days: days whose batch point could not be read.
    """

    boundary: Boundary
    points: Mapping[datetime, DayPoint[S]]
    hours: Mapping[datetime, S]
    coverage: SpeedCoverage
    reach: datetime | None
    unreadable_days: frozenset[datetime] = frozenset()

    @property
    def first_day(self) -> datetime | None:
        """The oldest day of which anything is held."""
        held = (*self.points, *self.hours, *filter(None, (self.coverage.first_held,)))
        return floor_day(min(held)) if held else None

    def resolve(self, window: Window) -> Timeline[S]:
        """The series over a window that starts on the hour and ends with the open hour or its day.

        One without a start begins at the oldest day held.
        """
        start = self.first_day if window.start is None else window.start
        if start is None:
            return Timeline((), ())
        return _Resolving(self).run(start, window.end)

    def resolve_after(self, watermark: datetime) -> Timeline[S]:
        """What happened from ``watermark`` on, to be added to a total that ends there (M4): all speed hours.

        Batch points stand in only for whole days that the speed layer doesn't hold.
        """
        return _Resolving(self, speed_first=True).run(watermark, self.boundary.open_hour + HOUR)


class _Resolving(Generic[S]):
    """One walk over the days of a series; collects pieces and missing intervals."""

    def __init__(self, series: Series[S], *, speed_first: bool = False) -> None:
        self.series = series
        self.speed_since = datetime.min.replace(tzinfo=UTC) if speed_first else series.boundary.cutoff
        self.pieces: list[Piece[S]] = []
        self.missing: list[Interval] = []
        self.day_only = False

    def run(self, start: datetime, end: datetime) -> Timeline[S]:
        first = floor_day(start)
        if first < start:
            self._cut_day(start, min(first + DAY, end))
            first += DAY
        # Before this day no speed bucket can exist, so there is no need to look at every hour of it.
        live = max(first, floor_day(self.series.boundary.speed_from))
        self._old_days(first, min(live, end))
        while live < end:
            self._live_day(live)
            live += DAY
        return Timeline(tuple(self.pieces), joined(self.missing), self.day_only)

    def _old_days(self, start: datetime, end: datetime) -> None:
        series = self.series
        for day in sorted(day for day in series.points if start <= day < end):
            point = series.points[day]
            if point.end > day:
                self.pieces.append(Piece(day, point.end, point.state, "batch"))
            self._lack(max(day, point.end), day + DAY)
        for day in series.unreadable_days - series.points.keys():
            if start <= day < end:
                self._lack(day, day + DAY)
        self._lack(start if series.reach is None else max(start, series.reach), end)

    def _live_day(self, day: datetime) -> None:
        point = self.series.points.get(day)
        end = day + DAY
        covered = day
        if point is not None and point.end > day and not self._is_speeds(day):
            self.pieces.append(Piece(day, point.end, point.state, "batch"))
            covered = point.end
        self._speed(covered, end)
        for hour in closed_hours(covered, end, self.series.boundary):
            if not self.series.coverage.holds(hour) and (point is not None or not self._reached(hour)):
                self._lack(hour, hour + HOUR)

    def _cut_day(self, start: datetime, end: datetime) -> None:
        """A day of which the series needs only the rest: a batch point can't be split, so only hours can answer."""
        point = self.series.points.get(floor_day(start))
        self._speed(start, end)
        for hour in closed_hours(start, end, self.series.boundary):
            if self.series.coverage.holds(hour) or (point is None and self._reached(hour)):
                continue
            self._lack(hour, hour + HOUR)
            self.day_only = self.day_only or (point is not None and hour < point.end)

    def _is_speeds(self, day: datetime) -> bool:
        hours = closed_hours(day, day + DAY, self.series.boundary)
        return day >= self.speed_since and self.series.coverage.holds_all(hours)

    def _reached(self, hour: datetime) -> bool:
        series = self.series
        return (
            series.reach is not None and hour + HOUR <= series.reach and floor_day(hour) not in series.unreadable_days
        )

    def _speed(self, start: datetime, end: datetime) -> None:
        for hour in closed_hours(start, end, None):
            state = self.series.hours.get(hour)
            if state is not None:
                self.pieces.append(Piece(hour, hour + HOUR, state, "speed"))

    def _lack(self, start: datetime, end: datetime) -> None:
        end = min(end, self.series.boundary.open_hour)
        if start < end:
            self.missing.append((start, end))


@dataclass(frozen=True, slots=True)
class SeriesBucket(Generic[S]):
    """One point of an answer: ``source`` is ``batch``, ``speed`` or ``merged``; ``width`` a day or an hour."""

    start: datetime
    width: Granularity
    state: S
    source: str


def bucketed(pieces: Iterable[Piece[S]], granularity: Granularity) -> list[SeriesBucket[S]]:
    """Pieces, oldest first, as the buckets of an answer.

    By the day, the pieces of one day become one bucket. By the hour, speed hours stay hours and a batch point stays
    the day that it is: no layer holds it any finer.
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
