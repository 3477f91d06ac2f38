"""Answers ``analytics/trends``: the series of a metric by day or hour, merged from both layers. Pure.

The batch layer holds days (``temporal_analytics``), the speed layer hours of single movies: a ``sentiment`` bucket is
weighted by its reviews, and a ``stats`` bucket is one observation of the movie's rating and popularity.
``merger.core.timeline`` decides which layer answers for which hour.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.series_hours import HourSource, ManyMoviesHours, MovieHours
from analytics.series_reads import SPEED_TYPE, VIEW_TYPE, TrendParameters
from merger.contract.coverage import undated_until
from merger.contract.dedupe import newest_batch
from merger.contract.documents import BatchDocument, Documents, Skipped
from merger.core.algebra import Mean, direction, slope_per_day
from merger.core.boundary import SpeedCoverage
from merger.core.evidence import Absence, EmptySpan, Reason
from merger.core.timeline import DayPoint, Series, SeriesBucket, group_into_buckets
from merger.core.windows import DAY, EPOCH, midnight
from merger.errors import NotFound
from merger.views.coverage import contested_warnings, days_only_warnings, overlap_warnings, usable_batch
from merger.views.freshness import describe, source_of
from merger.views.holes import LostDays, lost_days
from merger.views.reading import ViewInputs, ViewResult

STEADY = {"rating": 0.01, "sentiment": 0.001, "popularity": 0.1}
"""Largest change per day, in units of the metric, that is called stable."""


def trends(params: TrendParameters, inputs: ViewInputs) -> ViewResult:
    """Builds the answer, day by day from both layers.

    Args:
        params: the series.
        inputs: what ``series_reads.trend_plan`` reads.

    Raises:
        NotFound: the movie is in neither layer, or the genre is unknown.
    """
    scope = _Scope.of(params, inputs)
    points = scope.points()
    series = _series(scope, points)
    timeline = series.resolve(params.window.ending(inputs.boundary.now, params.granularity))
    # Nothing is asked of the time before a window.
    unknown_past, assumed_past = series.judge_past() if params.window.length is None else ((), ())
    # A day or an hour without an observation has no value: it is absent, not zero.
    pieces = [piece for piece in timeline.pieces if piece.state.count]
    buckets = group_into_buckets(pieces, params.granularity)
    body = {
        "metric": params.metric,
        "window": params.window.label,
        "granularity": params.granularity.value,
        "movie_id": params.movie_id,
        "genre": scope.genre,
        "data_points": [_data_point(bucket) for bucket in buckets],
        "summary": _summary(params.metric, buckets),
        "data_source": source_of(piece.source for piece in pieces),
    }
    freshness = describe(
        inputs.boundary,
        inputs.layers,
        speed_types=(scope.speed_type,),
        batch_as_of=max((d.covers_until for d in points.values()), default=None),
        missing=(timeline.missing, unknown_past),
        assumed=(*timeline.assumed, *assumed_past),
        documents=Documents(skipped=(*inputs.documents.skipped, *inputs.hours.skipped, *scope.skipped_elsewhere)),
        warnings=[
            *days_only_warnings(timeline),
            *overlap_warnings(points.values(), pieces, inputs.boundary),
            *contested_warnings(points.values()),
        ],
    )
    return ViewResult(body, freshness)


@dataclass(frozen=True)
class _Scope:
    """The documents that belong to a series: those of a movie, of a genre's movies, or all.

    ``genre`` is in the catalogue's spelling.
    """

    params: TrendParameters
    inputs: ViewInputs
    genre: str | None

    @classmethod
    def of(cls, params: TrendParameters, inputs: ViewInputs) -> _Scope:
        if params.movie_id is not None and not _is_known(params.movie_id, inputs):
            raise NotFound("movie", params.movie_id)
        return cls(params, inputs, inputs.catalogue.known_genre(params.genre))

    @property
    def speed_type(self) -> str:
        return SPEED_TYPE[self.params.metric]

    @property
    def speed(self) -> HourSource:
        """Speed hours of the series: of one movie, or of many."""
        if self.params.movie_id is not None:
            return MovieHours(self.params.movie_id, self.speed_type, self.inputs)
        return ManyMoviesHours(self.speed_type, self.inputs, self.genre)

    def points(self) -> dict[datetime, BatchDocument]:
        """Maps each day to the newest batch document of exactly this series.

        Requirement D4.
        """
        wanted = (self.params.metric, self.genre and self.genre.casefold(), self.params.movie_id)
        found = usable_batch(self.inputs.documents, "temporal_analytics", self.inputs.boundary)
        by_date = newest_batch((d for d in found if _series_key(d) == wanted), lambda d: d.data["date"])
        return {midnight(str(date)): document for date, document in by_date.items()}

    def _may_include_movie(self, movie_id: int) -> bool:
        if self.params.movie_id is not None:
            return movie_id == self.params.movie_id
        return self.genre is None or self.inputs.catalogue.may_be_of_genre(movie_id, self.genre)

    def lost_hours(self, speed: HourSource) -> frozenset[datetime]:
        """Hours with a document that can't be read or lies in the future, and no newer readable one, or with one of a
        movie that may be of the genre.

        Requirement D2.
        """
        ahead = {d.hour for d in speed.ahead() if speed.synced_at(d.movie_id, d.hour) is None}
        return (
            speed.unknown
            | frozenset(ahead)
            | frozenset(
                skip.hour
                for skip in speed.skipped
                if skip.layer == "speed"
                and skip.hour is not None
                and skip.type in (self.speed_type, None)
                and self._may_include(skip)
                and (skip.part is not None or not _is_superseded(skip, speed.synced_at(skip.movie_id, skip.hour)))
            )
        )

    @property
    def skipped_elsewhere(self) -> tuple[Skipped, ...]:
        """Points that no query finds, and unreadable details, if the series depends on the genres of movies."""
        return (*self.unfound, *(() if self.genre is None else self.inputs.catalogue.skipped_of("movie_details")))

    def lost_days(self, points: Mapping[datetime, BatchDocument]) -> LostDays:
        """Days whose newest batch document can't be read or may not answer."""
        found = self.inputs.documents
        own = tuple(skip for skip in found.skipped if skip.movie_id in (self.params.movie_id, None))
        return lost_days(Documents(found.batch, skipped=(*own, *self.unfound)), VIEW_TYPE, points, self.inputs.boundary)

    @property
    def unfound(self) -> tuple[Skipped, ...]:
        """Points that no query finds, and that may be of this series."""
        return tuple(
            skip
            for skip in self.inputs.catalogue.lost_of(VIEW_TYPE)
            if skip.movie_id in (self.params.movie_id, None)
            and (skip.genre is None or (self.genre is not None and skip.genre.casefold() == self.genre.casefold()))
        )

    @property
    def absence(self) -> Absence:
        """What the published runs show of this series."""
        return self.inputs.layers.absence_of(VIEW_TYPE)

    def undated_until(self, speed: HourSource) -> datetime | None:
        """End of the hours of which any may be that of an unreadable document without a readable hour."""
        own = (skip for skip in speed.skipped if self._may_include(skip))
        return undated_until(own, self.speed_type, self.inputs.boundary)

    def _may_include(self, skip: Skipped) -> bool:
        if skip.movie_id is None:
            return self.params.movie_id is None
        return self._may_include_movie(skip.movie_id)


def _series(scope: _Scope, points: dict[datetime, BatchDocument]) -> Series[Mean]:
    boundary = scope.inputs.boundary
    speed = scope.speed
    hours = speed.means(scope.params.metric)
    lost = scope.lost_days(points)
    return Series(
        boundary=boundary,
        points={
            day: DayPoint(
                day,
                boundary.watermark(d.covers_until),
                Mean.of(d.data["value"], d.data["count"]),
                boundary.doubt_from(d.covers_until, is_stated=d.is_coverage_stated),
            )
            for day, d in points.items()
        },
        hours=hours,
        coverage=SpeedCoverage(
            boundary,
            speed.layer,
            frozenset(hours),
            unreadable=scope.lost_hours(speed),
            undated_until=scope.undated_until(speed),
            partial=speed.partial,
        ),
        empty=_empty_spans(points.values(), scope),
        unreadable_days=lost.days,
        undated_until=lost.undated_until,
    )


def _empty_spans(points: Collection[BatchDocument], scope: _Scope) -> tuple[EmptySpan, ...]:
    """When a day without a point had no observation: as the runs state, else assumed up to the newest coverage."""
    found = scope.absence.spans(is_named=bool(points))
    if not points or scope.absence.is_broken:
        return found
    newest = max(scope.inputs.boundary.watermark(document.covers_until) for document in points)
    return (*found, EmptySpan(None, newest, Reason.ABSENT))


def _is_known(movie_id: int, inputs: ViewInputs) -> bool:
    return (
        inputs.catalogue.knows(movie_id)
        or any(d.movie_id == movie_id for d in inputs.documents.batch)
        or any(d.movie_id == movie_id for d in inputs.documents.speed)
        or any(skip.movie_id == movie_id for skip in inputs.documents.skipped)
    )


def _series_key(document: BatchDocument) -> tuple[str, str | None, int | None]:
    genre = document.data.get("genre")
    return document.data["metric"], genre and genre.casefold(), document.movie_id


def _is_superseded(skip: Skipped, readable: datetime | None) -> bool:
    """Whether a readable document of the same movie and hour is at least as new.

    Requirement D4.
    """
    return readable is not None and (skip.written_at is None or skip.written_at <= readable)


def _data_point(bucket: SeriesBucket[Mean]) -> dict[str, Any]:
    # An hour names its day as well: clients read `date` of every point.
    return {
        "date": bucket.start.date().isoformat(),
        **bucket.key,
        "value": bucket.state.average,
        "count": bucket.state.count,
        "data_source": bucket.source,
    }


def _summary(metric: str, buckets: list[SeriesBucket[Mean]]) -> dict[str, Any]:
    """Summarises a series.

    ``avg`` is over all observations; ``change_rate`` is the slope per day of a line through the middles of the buckets,
    weighted by their counts.
    """
    values = [(b, average) for b in buckets if (average := b.state.average) is not None]
    slope = slope_per_day(((b.middle - EPOCH) / DAY, value, float(b.state.count)) for b, value in values)
    return {
        "avg": sum((b.state for b in buckets), Mean()).average,
        "min": min((value for _, value in values), default=None),
        "max": max((value for _, value in values), default=None),
        "trend": direction(slope, STEADY[metric]),
        "change_rate": slope,
    }
