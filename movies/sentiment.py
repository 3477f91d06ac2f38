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
from merger.core.timeline import DayPoint, Piece, Series, SeriesBucket, Timeline, group_into_buckets
from merger.core.windows import DAY, EPOCH, Granularity, Span, Window, floor_day, isoformat, midnight
from merger.errors import Interval
from merger.views.coverage import overlap_warnings, speed_coverage, usable_batch, usable_speed
from merger.views.freshness import describe, source_of
from merger.views.reading import ViewInputs, ViewResult

POSITIVE, NEGATIVE = 0.05, -0.05
"""Scores above the first are positive, below the second negative."""


STEADY = 0.001
"""Trends within ± this many points a day are stable."""


_DAYS_ONLY = (
    "days_only: the batch layer holds some of the missing hours, but only as whole days; "
    "request granularity=day to see them"
)


@dataclass(frozen=True, slots=True)
class _SentimentData:
    """A movie's sentiment in both layers: the newest total, and the series of days and hours."""

    total: BatchDocument | None
    points: dict[datetime, BatchDocument]
    hours: dict[datetime, SpeedDocument]
    series: Series[Sentiment]


def movie_sentiment(movie_id: int, span: Span, granularity: Granularity, inputs: ViewInputs) -> ViewResult | None:
    """Builds the answer for one movie; returns ``None`` if neither layer knows it.

    Args:
        movie_id: the movie.
        span: ``all`` for the lifetime, else the window that ends now.
        granularity: width of the timeline's buckets.
        inputs: hold the documents of batch ``sentiment`` and ``movie_details``, and speed buckets of any type.
    """
    boundary, own = inputs.boundary, inputs.documents.of_movie(movie_id)
    if not (own.batch or own.speed or inputs.catalogue.knows(movie_id)):
        return None
    data = _collect(own, boundary, inputs.layers)
    window = span.ending(boundary.now, granularity)
    timeline = data.series.resolve(window)
    overall, missing, parts = _overall(data, window, timeline)
    buckets = group_into_buckets(timeline.pieces, granularity)
    body = {
        "movie_id": movie_id,
        "title": _title(own, boundary) or inputs.catalogue.title_of(movie_id),
        "window": span.label,
        "granularity": granularity.value,
        "sentiment": _summary(overall, _velocity(data, window)),
        "breakdown": [_point(bucket, granularity) for bucket in buckets],
        "trend": _trend(buckets),
        "data_sources": {layer: sum(piece.source == layer for piece in parts) for layer in ("batch", "speed")},
        "data_source": source_of(piece.source for piece in parts),
    }
    freshness = describe(
        boundary,
        inputs.layers,
        speed_types=("sentiment",),
        batch_as_of=data.total.covers_until if data.total and window.start is None else data.series.reach,
        missing=missing,
        documents=inputs.documents,
        warnings=_warnings(data, timeline, parts),
    )
    return ViewResult(body, freshness)


def _collect(own: Documents, boundary: Boundary, layers: Layers) -> _SentimentData:
    by_date = newest_batch(usable_batch(own, "sentiment", boundary), lambda d: d.data.get("date"))
    total = by_date.pop(None, None)
    points = {midnight(str(date)): document for date, document in by_date.items()}
    newest = newest_speed(usable_speed(own, "sentiment", boundary), lambda d: d.hour)
    hours = {document.hour: document for document in newest.values()}
    series = Series(
        boundary=boundary,
        points={
            day: DayPoint(day, boundary.watermark(d.covers_until), Sentiment.read(d.data)) for day, d in points.items()
        },
        hours={hour: Sentiment.read(d.data) for hour, d in hours.items()},
        coverage=speed_coverage(own, "sentiment", boundary, layers),
        reach=_reach(total, points, boundary),
        unreadable_days=_lost_days(own, boundary),
    )
    return _SentimentData(total, points, hours, series)


def _lost_days(own: Documents, boundary: Boundary) -> frozenset[datetime]:
    """Days whose point can't be read or may not be used: they are unknown, not without reviews."""
    unreadable = {skip.date for skip in own.skipped if (skip.layer, skip.type) == ("batch", "sentiment")}
    refused = {d.data.get("date") for d in own.batch_of("sentiment") if not boundary.uses_batch(d.computed_at)}
    return frozenset(midnight(date) for date in unreadable | refused if date is not None)


def _reach(total: BatchDocument | None, points: dict[datetime, BatchDocument], boundary: Boundary) -> datetime | None:
    """The moment up to which a day without a point had no reviews: the coverage of the total, which a job writes last.

    Without a total nothing shows that a run was written completely, so each point counts for its own day only.
    """
    if total is not None:
        return boundary.watermark(total.covers_until)
    ends = (min(day + DAY, boundary.watermark(d.covers_until)) for day, d in points.items())
    return max(ends, default=None)


def _overall(
    data: _SentimentData, window: Window, timeline: Timeline[Sentiment]
) -> tuple[Sentiment, tuple[tuple[Interval, ...], ...], list[Piece[Sentiment]]]:
    """The sum over the window, its missing intervals, and the pieces that it adds up."""
    boundary = data.series.boundary
    pieces = list(timeline.pieces)
    missing = [timeline.missing]
    if window.start is None and data.total is not None:
        watermark = boundary.watermark(data.total.covers_until)
        after = data.series.resolve_after(watermark)
        base = Piece(floor_day(watermark), watermark, Sentiment.read(data.total.data), "batch")
        pieces = [base, *after.pieces]
        missing.append(after.missing)
    elif window.start is None:
        # Without a lifetime total, the reviews before the first day held are unknown.
        missing.append(((None, data.series.first_day or boundary.open_hour),))
    return sum((piece.state for piece in pieces), Sentiment()), tuple(missing), pieces


def _title(own: Documents, boundary: Boundary) -> str | None:
    details = newest_batch(usable_batch(own, "movie_details", boundary), lambda d: d.movie_id)
    return next((document.data["title"] for document in details.values()), None)


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


def _point(bucket: SeriesBucket[Sentiment], granularity: Granularity) -> dict[str, Any]:
    if granularity is Granularity.HOUR and bucket.width is Granularity.HOUR:
        key = {"hour": isoformat(bucket.start)}
    else:
        key = {"date": bucket.start.date().isoformat()}
    return {
        **key,
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
        ((bucket.start + bucket.width.width / 2 - EPOCH) / DAY, average, float(bucket.state.reviews))
        for bucket in buckets
        if (average := bucket.state.average) is not None
    )
    return {"direction": direction(slope, STEADY), "change_rate": slope}


def _warnings(data: _SentimentData, timeline: Timeline[Sentiment], parts: list[Piece[Sentiment]]) -> list[str]:
    documents = [*data.points.values(), *filter(None, (data.total,))]
    used = [piece for piece in parts if piece.source == "batch" or piece.state.reviews]
    days_only = [_DAYS_ONLY] if timeline.day_only else []
    return days_only + overlap_warnings(documents, used, data.series.boundary)
