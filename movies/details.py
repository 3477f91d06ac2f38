"""Details of a movie and its hourly statistics, merged from both layers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from merger.contract.dedupe import newest_batch, newest_speed
from merger.contract.documents import SpeedDocument
from merger.contract.payloads import VIEWS
from merger.core.boundary import Boundary, Layers, SpeedCoverage
from merger.core.intervals import as_intervals, closed_hours
from merger.core.windows import HOUR, Window, isoformat
from merger.errors import Interval
from merger.views.coverage import speed_coverage, usable_batch, usable_speed
from merger.views.freshness import describe, source_of
from merger.views.reading import ViewInputs, ViewResult

SPEED_FIELDS = ("vote_average", "vote_count", "popularity")
"""Fields of a movie that the speed layer also has, in ``stats``."""


MOVIE_FIELDS = tuple(VIEWS["movie_details"])
"""Fields of a movie: those of its batch document."""


_ABSENT = "batch_absent: the batch layer has no document about this movie"


def movie_details(movie_id: int, inputs: ViewInputs) -> ViewResult | None:
    """Builds ``movies/{id}``: the batch layer's facts with the speed layer's newer numbers.

    Returns ``None`` if neither layer knows the movie.

    Requirement M6.
    """
    boundary, own = inputs.boundary, inputs.documents.of_movie(movie_id)
    batch = newest_batch(usable_batch(own, "movie_details", boundary), lambda d: d.movie_id).get(movie_id)
    buckets = [d for d in usable_speed(own, "stats", boundary) if d.hour >= boundary.cutoff]
    by_hour = newest_speed(buckets, lambda d: d.hour)
    speed = max(by_hour.values(), key=lambda d: d.hour, default=None)
    if batch is None and speed is None:
        return None
    used = choose_newer_bucket(batch.computed_at if batch else None, speed, boundary, inputs.layers)
    coverage = speed_coverage(own, "stats", boundary, inputs.layers)
    body: dict[str, Any] = {"movie_id": movie_id}
    body |= {name: batch.data.get(name) if batch else None for name in MOVIE_FIELDS}
    if used is not None:
        body |= {name: used.data[name] for name in SPEED_FIELDS}
    written = {"batch": batch.computed_at if batch else None, "speed": used.synced_at if used else None}
    body["data_source"] = source_of(layer for layer, moment in written.items() if moment)
    body["last_updated"] = isoformat(max(filter(None, written.values())))
    covers_until = batch.covers_until if batch else None
    freshness = describe(
        boundary,
        inputs.layers,
        speed_types=("stats",),
        batch_as_of=covers_until,
        missing=(unseen_since(covers_until, coverage), unseen_before(boundary, inputs.layers)),
        documents=inputs.documents,
        warnings=() if batch or inputs.layers.away else (_ABSENT,),
    )
    return ViewResult(body, freshness)


def movie_stats(movie_id: int, window: Window, inputs: ViewInputs) -> ViewResult:
    """Builds ``movies/{id}/stats``: the speed layer's hours, newest first, and the latest of them."""
    boundary, own = inputs.boundary, inputs.documents.of_movie(movie_id)
    buckets = [d for d in usable_speed(own, "stats", boundary) if window.holds(d.hour)]
    newest = sorted(newest_speed(buckets, lambda d: d.hour).values(), key=lambda document: document.hour, reverse=True)
    coverage = speed_coverage(own, "stats", boundary, inputs.layers)
    needed = closed_hours(window.bounded_start, window.end, boundary)
    stats = [{"hour": isoformat(d.hour), **d.data, "synced_at": isoformat(d.synced_at)} for d in newest]
    body = {
        "movie_id": movie_id,
        "title": inputs.catalogue.title_of(movie_id),
        "stats": stats,
        "latest": stats[0] if stats else None,
        "count": len(stats),
        "data_source": "speed",
    }
    freshness = describe(
        boundary,
        inputs.layers,
        speed_types=("stats",),
        missing=(as_intervals(hour for hour in needed if not coverage.holds(hour)),),
        documents=inputs.documents,
    )
    return ViewResult(body, freshness)


def choose_newer_bucket(
    computed_at: datetime | None, speed: SpeedDocument | None, boundary: Boundary, layers: Layers
) -> SpeedDocument | None:
    """Returns the ``stats`` bucket if its numbers replace those of the batch document.

    Returns ``None`` without a bucket, or if the speed layer lags and the batch document is newer than the bucket.
    """
    lagging = boundary.is_lagging(layers.speed_of("stats"))
    is_older = lagging and computed_at is not None and speed is not None and computed_at > speed.synced_at
    return None if is_older else speed


def unseen_since(covers_until: datetime | None, coverage: SpeedCoverage) -> tuple[Interval, ...]:
    """The time after the last moment that a snapshot includes; hours missing before that do not matter.

    Args:
        covers_until: coverage of the batch documents in the snapshot; ``None`` without one.
        coverage: which hours of ``stats`` the speed layer holds.
    """
    boundary = coverage.boundary
    start = boundary.cutoff if covers_until is None else boundary.watermark(covers_until)
    last = coverage.last_held
    if last is not None and last >= boundary.cutoff:
        start = max(start, last + HOUR)
    return ((start, boundary.open_hour),) if start < boundary.open_hour else ()


def unseen_before(boundary: Boundary, layers: Layers) -> tuple[Interval, ...]:
    """The time before the cutoff, if the batch layer does not answer."""
    return ((None, boundary.cutoff),) if "batch" in layers.away else ()
