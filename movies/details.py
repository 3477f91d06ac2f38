"""Details of a movie and its hourly statistics, merged from both layers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from merger.contract.dedupe import newest_batch, newest_speed
from merger.contract.documents import SpeedDocument
from merger.core.boundary import Boundary, Layers, SpeedCoverage
from merger.core.intervals import as_intervals, closed_hours
from merger.core.windows import HOUR, Window, isoformat
from merger.errors import Interval
from merger.views.coverage import speed_coverage, usable_batch, usable_speed
from merger.views.freshness import describe, source_of
from merger.views.reading import ViewInputs, ViewResult

SPEED_FACTS = ("vote_average", "vote_count", "popularity")
"""Fields of a movie that the speed layer also carries, in ``stats`` (M6)."""


MOVIE_FIELDS = (
    "title",
    "release_date",
    "genres",
    "runtime",
    "budget",
    "revenue",
    "overview",
    "original_language",
    "vote_average",
    "vote_count",
    "popularity",
    "cast",
)


def movie_details(movie_id: int, reading: ViewInputs) -> ViewResult | None:
    """``movies/{id}``: the batch layer's facts, with the speed layer's newer numbers (M6).

    ``None`` when neither layer knows the movie.
    """
    boundary, own = reading.boundary, reading.documents.of_movie(movie_id)
    batch = newest_batch(usable_batch(own, "movie_details", boundary), lambda d: d.movie_id).get(movie_id)
    buckets = [d for d in usable_speed(own, "stats", boundary) if d.hour >= boundary.cutoff]
    by_hour = newest_speed(buckets, lambda d: d.hour)
    speed = max(by_hour.values(), key=lambda d: d.hour, default=None)
    if batch is None and speed is None:
        return None
    used = overriding(batch.computed_at if batch else None, speed, boundary, reading.layers)
    coverage = speed_coverage(own, "stats", boundary, reading.layers)
    body: dict[str, Any] = {"movie_id": movie_id}
    body |= {name: batch.data.get(name) if batch else None for name in MOVIE_FIELDS}
    if used is not None:
        body |= {name: used.data[name] for name in SPEED_FACTS}
    sources = [layer for layer, found in (("batch", batch), ("speed", used)) if found is not None]
    body["data_source"] = source_of(sources)
    body["last_updated"] = isoformat(
        max(moment for moment in (batch and batch.computed_at, used and used.synced_at) if moment)
    )
    freshness = describe(
        boundary,
        reading.layers,
        speed_types=("stats",),
        batch_as_of=batch.covers_until if batch else None,
        missing=(
            unseen_since(batch.covers_until if batch else None, coverage),
            unseen_before(boundary, reading.layers),
        ),
        documents=reading.documents,
        warnings=() if batch or reading.layers.away else ("batch_absent: no batch document describes this movie",),
    )
    return ViewResult(body, freshness)


def movie_stats(movie_id: int, window: Window, reading: ViewInputs) -> ViewResult:
    """``movies/{id}/stats``: the speed layer's hours, newest first, and the latest of them."""
    boundary, own = reading.boundary, reading.documents.of_movie(movie_id)
    buckets = [d for d in usable_speed(own, "stats", boundary) if window.holds(d.hour)]
    newest = sorted(newest_speed(buckets, lambda d: d.hour).values(), key=lambda document: document.hour, reverse=True)
    coverage = speed_coverage(own, "stats", boundary, reading.layers)
    needed = closed_hours(window.bounded_start, window.end, boundary)
    stats = [{"hour": isoformat(d.hour), **d.data, "synced_at": isoformat(d.synced_at)} for d in newest]
    body = {
        "movie_id": movie_id,
        "title": reading.catalogue.title_of(movie_id),
        "stats": stats,
        "latest": stats[0] if stats else None,
        "count": len(stats),
        "data_source": "speed",
    }
    freshness = describe(
        boundary,
        reading.layers,
        speed_types=("stats",),
        missing=(as_intervals(hour for hour in needed if not coverage.holds(hour)),),
        documents=reading.documents,
    )
    return ViewResult(body, freshness)


def overriding(
    computed_at: datetime | None, speed: SpeedDocument | None, boundary: Boundary, layers: Layers
) -> SpeedDocument | None:
    """The ``stats`` bucket whose numbers stand in for those of the batch document computed then, if there is one (M6).

    ``None`` where there is no bucket, or where the layer lags (F3) and the batch document is newer than the bucket.
    """
    lagging = boundary.is_lagging(layers.speed_of("stats"))
    outdated = lagging and computed_at is not None and speed is not None and computed_at > speed.synced_at
    return None if outdated else speed


def unseen_since(covers_until: datetime | None, coverage: SpeedCoverage) -> tuple[Interval, ...]:
    """Time after the last moment that a snapshot shows: a hole before it does no harm, one after it does.

    Args:
        covers_until: coverage of the batch documents in the snapshot, ``None`` without any.
        coverage: of the speed layer's ``stats``.
    """
    boundary = coverage.boundary
    start = boundary.cutoff if covers_until is None else boundary.watermark(covers_until)
    last = coverage.last_held
    if last is not None and last >= boundary.cutoff:
        start = max(start, last + HOUR)
    return ((start, boundary.open_hour),) if start < boundary.open_hour else ()


def unseen_before(boundary: Boundary, layers: Layers) -> tuple[Interval, ...]:
    """All that the batch layer would tell, where that does not answer (F5)."""
    return ((None, boundary.cutoff),) if "batch" in layers.away else ()
