"""Builds ``movies/{id}/sentiment``: lifetime total, window sums and timeline of a movie's reviews.

Requirements M4 and M5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from merger.contract.dedupe import newest_batch, newest_speed
from merger.contract.documents import BatchDocument, Documents, SpeedDocument
from merger.core.algebra import Sentiment, direction, slope_per_day
from merger.core.boundary import Boundary, Layers
from merger.core.evidence import Absence, Assumption
from merger.core.timeline import DayPoint, Piece, Series, SeriesBucket, Timeline, group_into_buckets
from merger.core.windows import DAY, EPOCH, Granularity, Span, Window, floor_day, midnight
from merger.errors import Interval
from merger.views.coverage import (
    contested_warnings,
    days_only_warnings,
    overlap_warnings,
    speed_coverage,
    usable_batch,
    usable_speed,
)
from merger.views.empty_days import LifetimeTotal, empty_spans
from merger.views.freshness import describe, source_of
from merger.views.holes import lost_days, lost_until
from merger.views.reading import ViewInputs, ViewResult

POSITIVE, NEGATIVE = 0.05, -0.05
"""Scores above the first are positive, below the second negative."""


STEADY = 0.001
"""Trends within ± this many points a day are stable."""


@dataclass(frozen=True, slots=True)
class _SentimentData:
    """A movie's sentiment in both layers: the newest total, and the series of days and hours."""

    total: LifetimeTotal | None
    documents: tuple[BatchDocument, ...]
    hours: dict[datetime, SpeedDocument]
    series: Series[Sentiment]
    batch_as_of: datetime | None
    lost: tuple[Interval, ...]


def movie_sentiment(movie_id: int, span: Span, granularity: Granularity, inputs: ViewInputs) -> ViewResult | None:
    """Builds the answer for one movie; returns ``None`` if neither layer knows it.

    Args:
        movie_id: the movie.
        span: ``all`` for the lifetime, else the window that ends now.
        granularity: width of the timeline's buckets.
        inputs: hold the documents of batch ``sentiment`` and ``movie_details``, and speed buckets of any type.
    """
    boundary, own = inputs.boundary, inputs.documents.of_movie(movie_id)
    if not (own.batch or own.speed or own.skipped or inputs.catalogue.knows(movie_id)):
        return None
    window = span.ending(boundary.now, granularity)
    data = _collect(own, boundary, inputs.layers, of_lifetime=window.start is None)
    timeline = data.series.resolve(window)
    overall, missing, assumed, parts = _overall(data, window, timeline)
    buckets = group_into_buckets(timeline.pieces, granularity)
    body = {
        "movie_id": movie_id,
        "title": _title(own, boundary) or inputs.catalogue.title_of(movie_id),
        "window": span.label,
        "granularity": granularity.value,
        "sentiment": _summary(overall, _velocity(data, window)),
        "breakdown": [_point(bucket) for bucket in buckets],
        "trend": _trend(buckets),
        "data_sources": {layer: sum(piece.source == layer for piece in parts) for layer in ("batch", "speed")},
        "data_source": source_of(piece.source for piece in parts),
    }
    freshness = describe(
        boundary,
        inputs.layers,
        speed_types=("sentiment",),
        batch_as_of=data.batch_as_of,
        missing=missing,
        assumed=assumed,
        documents=inputs.documents,
        warnings=_warnings(data, timeline, parts),
    )
    return ViewResult(body, freshness)


def _collect(own: Documents, boundary: Boundary, layers: Layers, *, of_lifetime: bool) -> _SentimentData:
    by_date = newest_batch(usable_batch(own, "sentiment", boundary), lambda d: d.data.get("date"))
    newest_total = by_date.pop(None, None)
    points = {midnight(str(date)): document for date, document in by_date.items()}
    newest = newest_speed(usable_speed(own, "sentiment", boundary), lambda d: d.hour)
    hours = {document.hour: document for document in newest.values()}
    total = None if newest_total is None else LifetimeTotal.of(newest_total, boundary)
    days = {day: _day_point(day, document, boundary) for day, document in points.items()}
    lost, lost_total = lost_days(own, "sentiment", points, boundary), _lost_total(own, newest_total, boundary)
    absence = layers.absence_of("sentiment")
    if lost_total:
        # A producer that writes no days may have told all of them in the total that is lost.
        absence = absence.as_assumed if points else Absence()
    return _SentimentData(
        total,
        (*points.values(), *filter(None, (newest_total,))),
        hours,
        Series(
            boundary=boundary,
            points=days,
            hours={hour: Sentiment.read(d.data) for hour, d in hours.items()},
            coverage=speed_coverage(own, "sentiment", boundary, layers),
            empty=empty_spans(
                total,
                days.values(),
                absence,
                of_lifetime=of_lifetime,
                has_lost_points=bool(lost.days or lost.undated_until),
            ),
            unreadable_days=lost.days,
            undated_until=lost.undated_until,
        ),
        _batch_as_of(newest_total, points, boundary, of_lifetime=of_lifetime),
        lost_total if of_lifetime else (),
    )


def _day_point(day: datetime, document: BatchDocument, boundary: Boundary) -> DayPoint[Sentiment]:
    doubt_from = boundary.doubt_from(document.covers_until, is_stated=document.is_coverage_stated)
    return DayPoint(day, boundary.watermark(document.covers_until), Sentiment.read(document.data), doubt_from)


def _batch_as_of(
    total: BatchDocument | None, points: dict[datetime, BatchDocument], boundary: Boundary, *, of_lifetime: bool
) -> datetime | None:
    """Event time up to which the batch documents in the answer are complete."""
    if total is not None:
        return total.covers_until if of_lifetime else boundary.watermark(total.covers_until)
    return max((min(day + DAY, boundary.watermark(d.covers_until)) for day, d in points.items()), default=None)


def _lost_total(own: Documents, total: BatchDocument | None, boundary: Boundary) -> tuple[Interval, ...]:
    """The time that a total stands for that can't be read or is stamped in the future, beyond the readable one."""
    unread = (skip for skip in own.skipped if skip.type == "sentiment" and not skip.has_date)
    return lost_until(unread, total, boundary)


def _overall(
    data: _SentimentData, window: Window, timeline: Timeline[Sentiment]
) -> tuple[Sentiment, tuple[tuple[Interval, ...], ...], tuple[Assumption, ...], list[Piece[Sentiment]]]:
    """The sum over the window, its missing and its assumed intervals, and the pieces that it adds up."""
    total = data.total
    pieces, missing, assumed = list(timeline.pieces), [timeline.missing, data.lost], timeline.assumed
    if window.start is None:
        # What was before the first day held is unknown, unless the total or a run shows that there was nothing more.
        unknown, guessed = data.series.judge_past()
        missing.append(unknown)
        assumed = (*guessed, *assumed)
    if window.start is None and total is not None:
        after = data.series.resolve_after(total.watermark)
        base = Piece(floor_day(total.watermark), total.watermark, total.state, "batch")
        pieces = [base, *after.pieces]
        missing.append(after.missing)
        assumed = (*total.doubt, *assumed, *after.assumed)
    return sum((piece.state for piece in pieces), Sentiment()), tuple(missing), assumed, pieces


def _title(own: Documents, boundary: Boundary) -> str | None:
    details = newest_batch(usable_batch(own, "movie_details", boundary), lambda d: d.movie_id)
    return next((document.data.get("title") for document in details.values()), None)


def _summary(overall: Sentiment, velocity: float | None) -> dict[str, Any]:
    score = overall.average
    return {
        "overall_score": score,
        "label": _label(score),
        "positive_count": overall.positive,
        "negative_count": overall.negative,
        "neutral_count": overall.neutral,
        "total_reviews": overall.reviews,
        "velocity": velocity,
    }


def _label(score: float | None) -> str:
    if score is None or NEGATIVE <= score <= POSITIVE:
        return "neutral"
    return "positive" if score > POSITIVE else "negative"


def _velocity(data: _SentimentData, window: Window) -> float | None:
    """The velocity in the newest speed bucket of the window; only the speed layer measures it."""
    known = {
        hour: document.data["sentiment_velocity"]
        for hour, document in data.hours.items()
        if window.holds(hour) and "sentiment_velocity" in document.data
    }
    return known[max(known)] if known else None


def _point(bucket: SeriesBucket[Sentiment]) -> dict[str, Any]:
    return {
        **bucket.key,
        "avg_sentiment": bucket.state.average,
        "review_count": bucket.state.reviews,
        "positive_count": bucket.state.positive,
        "negative_count": bucket.state.negative,
        "neutral_count": bucket.state.neutral,
        "data_source": bucket.source,
    }


def _trend(buckets: list[SeriesBucket[Sentiment]]) -> dict[str, Any]:
    """The change per day of a line through the buckets' averages, weighted by reviews."""
    slope = slope_per_day(
        ((bucket.middle - EPOCH) / DAY, average, float(bucket.state.reviews))
        for bucket in buckets
        if (average := bucket.state.average) is not None
    )
    return {"direction": direction(slope, STEADY), "change_rate": slope}


def _warnings(data: _SentimentData, timeline: Timeline[Sentiment], parts: list[Piece[Sentiment]]) -> list[str]:
    used = [piece for piece in parts if piece.source == "batch" or piece.state.reviews]
    overlaps = overlap_warnings(data.documents, used, data.series.boundary)
    return days_only_warnings(timeline) + overlaps + contested_warnings(data.documents)
