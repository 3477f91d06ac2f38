"""Merges a series whose batch layer holds days and whose speed layer holds hours.

One rule is applied to each UTC day (requirements M1 to M3 and M5):

1. a day wholly at or after the cutoff comes from the speed layer, if that holds every closed hour of it;
2. any other day comes from its batch point up to the point's watermark, and from the speed hours after that;
3. without a point it comes from the speed hours. An hour that neither layer holds is missing, unless the batch
   layer's coverage includes it: a covered day without a point had no events.

So each hour is taken from one layer only, and hours taken from neither are reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from merger.core.algebra import Mergeable
from merger.core.boundary import Boundary, SpeedCoverage
from merger.core.intervals import closed_hours, union
from merger.core.windows import DAY, HOUR, Granularity, Window, floor_day
from merger.errors import Interval

S = TypeVar("S", bound=Mergeable)


@dataclass(frozen=True, slots=True)
class DayPoint(Generic[S]):
    """A point of the batch layer: the events of ``[day, min(day + 24 h, watermark))``."""

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

    ``day_only`` is true if the batch layer holds some of the missing hours, but only within a day that the window
    cuts.
    """

    pieces: tuple[Piece[S], ...]
    missing: tuple[Interval, ...]
    day_only: bool = False


@dataclass(frozen=True)
class Series(Generic[S]):
    """One series as both layers hold it, deduplicated and ready to be merged.

    Args:
        boundary: the request's time boundary.
        points: batch points by the start of their UTC day.
        hours: usable speed buckets by hour.
        coverage: what the speed layer holds.
        reach: the watermark up to which the batch layer covers this series; ``None`` if it holds nothing.
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
        """The oldest day for which either layer holds anything."""
        held = (*self.points, *self.hours, *filter(None, (self.coverage.first_held,)))
        return floor_day(min(held)) if held else None

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
        self.day_only = False

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
        return Timeline(tuple(self.pieces), union(self.missing), self.day_only)

    def _add_old_days(self, start: datetime, end: datetime) -> None:
        series = self.series
        for day in sorted(day for day in series.points if start <= day < end):
            point = series.points[day]
            if point.end > day:
                self.pieces.append(Piece(day, point.end, point.state, "batch"))
            self._add_missing(max(day, point.end), day + DAY)
        for day in series.unreadable_days - series.points.keys():
            if start <= day < end:
                self._add_missing(day, day + DAY)
        self._add_missing(start if series.reach is None else max(start, series.reach), end)

    def _add_live_day(self, day: datetime) -> None:
        point = self.series.points.get(day)
        end = day + DAY
        covered = day
        if point is not None and point.end > day and not self._is_from_speed(day):
            self.pieces.append(Piece(day, point.end, point.state, "batch"))
            covered = point.end
        self._add_speed_hours(covered, end)
        for hour in closed_hours(covered, end, self.series.boundary):
            if not self.series.coverage.holds(hour) and (point is not None or not self._is_covered(hour)):
                self._add_missing(hour, hour + HOUR)

    def _add_cut_day(self, start: datetime, end: datetime) -> None:
        """Adds the end of a day that the window cuts: a batch point can't be split, so only speed hours are used."""
        point = self.series.points.get(floor_day(start))
        self._add_speed_hours(start, end)
        for hour in closed_hours(start, end, self.series.boundary):
            if self.series.coverage.holds(hour) or (point is None and self._is_covered(hour)):
                continue
            self._add_missing(hour, hour + HOUR)
            self.day_only = self.day_only or (point is not None and hour < point.end)

    def _is_from_speed(self, day: datetime) -> bool:
        hours = closed_hours(day, day + DAY, self.series.boundary)
        return day >= self.speed_since and self.series.coverage.holds_all(hours)

    def _is_covered(self, hour: datetime) -> bool:
        series = self.series
        return (
            series.reach is not None and hour + HOUR <= series.reach and floor_day(hour) not in series.unreadable_days
        )

    def _add_speed_hours(self, start: datetime, end: datetime) -> None:
        for hour in closed_hours(start, end, None):
            state = self.series.hours.get(hour)
            if state is not None:
                self.pieces.append(Piece(hour, hour + HOUR, state, "speed"))

    def _add_missing(self, start: datetime, end: datetime) -> None:
        end = min(end, self.series.boundary.open_hour)
        if start < end:
            self.missing.append((start, end))


@dataclass(frozen=True, slots=True)
class SeriesBucket(Generic[S]):
    """One point of an answer; ``source`` is ``batch``, ``speed`` or ``merged``, ``width`` a day or an hour."""

    start: datetime
    width: Granularity
    state: S
    source: str


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
