"""``movies/{id}/sentiment``: lifetime total, window sums and timeline of a movie's reviews (M4, M5)."""

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
from merger.views.coverage import speed_coverage, usable_batch, usable_speed
from merger.views.freshness import describe
from merger.views.reading import ViewInputs, ViewResult

POSITIVE, NEGATIVE = 0.05, -0.05
"""Above the first a score is positive, below the second negative."""


STEADY = 0.001
"""A trend within ± this many points a day is called stable."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A movie's sentiment as both layers hold it: the newest total (M4) and the series of days and hours (M5)."""

    total: BatchDocument | None
    points: dict[datetime, BatchDocument]
    hours: dict[datetime, SpeedDocument]
    series: Series[Sentiment]


def movie_sentiment(movie_id: int, span: Span, granularity: Granularity, reading: ViewInputs) -> ViewResult | None:
    """The answer for one movie; ``None`` when neither layer knows it.

    Args:
        movie_id: the movie.
        span: ``all`` for the lifetime, else the window that ends now.
        granularity: width of the timeline's buckets.
        reading: its documents: batch ``sentiment`` and ``movie_details``, speed buckets of any type.
    """
    boundary, own = reading.boundary, reading.documents.of_movie(movie_id)
    if not (own.batch or own.speed or reading.catalogue.knows(movie_id)):
        return None
    held = _held(own, boundary, reading.layers)
    window = span.ending(boundary.now, granularity)
    timeline = held.series.resolve(window)
    overall, missing, parts = _overall(held, window, timeline)
    buckets = group_into_buckets(timeline.pieces, granularity)
    body = {
        "movie_id": movie_id,
        "title": _title(own, boundary) or reading.catalogue.title_of(movie_id),
        "window": span.label,
        "granularity": granularity.value,
        "sentiment": _summary(overall, _velocity(held, window)),
        "breakdown": [_point(bucket, granularity) for bucket in buckets],
        "trend": _trend(buckets),
        "data_sources": {
            "batch": sum(piece.source == "batch" for piece in parts),
            "speed": sum(piece.source == "speed" for piece in parts),
        },
        "data_source": _source(parts),
    }
    freshness = describe(
        boundary,
        reading.layers,
        speed_types=("sentiment",),
        batch_as_of=held.total.covers_until if held.total and window.start is None else held.series.reach,
        missing=missing,
        documents=reading.documents,
        warnings=_warnings(held, timeline, parts),
    )
    return ViewResult(body, freshness)


def _held(own: Documents, boundary: Boundary, layers: Layers) -> _Held:
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
    return _Held(total, points, hours, series)


def _lost_days(own: Documents, boundary: Boundary) -> frozenset[datetime]:
    """Days whose point can't be read (D2) or may not answer: without it they are unknown, not quiet."""
    unreadable = {skip.date for skip in own.skipped if (skip.layer, skip.type) == ("batch", "sentiment")}
    refused = {d.data.get("date") for d in own.batch_of("sentiment") if not boundary.uses_batch(d.computed_at)}
    return frozenset(midnight(date) for date in unreadable | refused if date is not None)


def _reach(total: BatchDocument | None, points: dict[datetime, BatchDocument], boundary: Boundary) -> datetime | None:
    """Up to when a day without a point had no event: as far as the total reaches, which a job writes last.

    Without a total nothing says that a run was written to its end, so what it did write speaks for itself only.
    """
    if total is not None:
        return boundary.watermark(total.covers_until)
    ends = (min(day + DAY, boundary.watermark(d.covers_until)) for day, d in points.items())
    return max(ends, default=None)


def _overall(
    held: _Held, window: Window, timeline: Timeline[Sentiment]
) -> tuple[Sentiment, tuple[tuple[Interval, ...], ...], list[Piece[Sentiment]]]:
    """The sum over the window, what it lacks, and the pieces that it is made of."""
    boundary = held.series.boundary
    pieces = list(timeline.pieces)
    missing = [timeline.missing]
    if window.start is None and held.total is not None:
        watermark = boundary.watermark(held.total.covers_until)
        after = held.series.resolve_after(watermark)
        base = Piece(floor_day(watermark), watermark, Sentiment.read(held.total.data), "batch")
        pieces = [base, *after.pieces]
        missing.append(after.missing)
    elif window.start is None:
        # Without a lifetime total nobody knows what was before the first day that is held.
        missing.append(((None, held.series.first_day or boundary.open_hour),))
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


def _velocity(held: _Held, window: Window) -> float | None:
    """What the newest speed bucket in the window says, since only the speed layer measures it."""
    known = {
        hour: document.data["sentiment_velocity"]
        for hour, document in held.hours.items()
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
    """Change per day of a line through the buckets' averages, each weighted by its reviews."""
    slope = slope_per_day(
        ((bucket.start + bucket.width.width / 2 - EPOCH) / DAY, average, float(bucket.state.reviews))
        for bucket in buckets
        if (average := bucket.state.average) is not None
    )
    return {"direction": direction(slope, STEADY), "change_rate": slope}


def _source(parts: list[Piece[Sentiment]]) -> str:
    sources = {piece.source for piece in parts}
    return sources.pop() if len(sources) == 1 else "merged"


def _warnings(held: _Held, timeline: Timeline[Sentiment], parts: list[Piece[Sentiment]]) -> list[str]:
    told = []
    if timeline.day_only:
        told.append(
            "days_only: the batch layer holds some of the missing hours, but only as whole days; "
            "ask with granularity=day to see them"
        )
    if _may_overlap(held, parts):
        told.append(
            "coverage_inside_hour: the batch coverage ends inside an hour that the speed layer counts too; "
            "events of that hour before the end of the coverage may be in both"
        )
    return told


def _may_overlap(held: _Held, parts: list[Piece[Sentiment]]) -> bool:
    """Whether a batch document used here may hold events of the hour that its coverage ends in (see M4's floor)."""
    used_hours = {piece.start for piece in parts if piece.source == "speed" and piece.state.reviews}
    used_ends = {piece.end for piece in parts if piece.source == "batch"}
    boundary = held.series.boundary
    documents = [*held.points.values(), *((held.total,) if held.total else ())]
    return any(
        (end := boundary.watermark(d.covers_until)) in used_ends and end in used_hours and d.covers_until > end
        for d in documents
    )
