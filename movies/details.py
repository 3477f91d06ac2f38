"""Details of a movie and its hourly statistics, merged from both layers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from merger.contract.dedupe import newest_batch, newest_speed
from merger.contract.documents import SpeedDocument
from merger.contract.payloads import VIEWS
from merger.core.boundary import Boundary, Layers
from merger.core.evidence import Assumption, Reason
from merger.core.intervals import as_intervals, hours_to_judge, optional_isoformat
from merger.core.windows import HOUR, Window, isoformat
from merger.errors import Interval
from merger.views.coverage import contested_warnings, speed_coverage, usable_batch, usable_speed
from merger.views.freshness import describe, source_of
from merger.views.holes import lost_of_unknown, lost_until
from merger.views.reading import ViewInputs, ViewResult
from merger.views.snapshots import unseen_since

SPEED_FIELDS = ("vote_average", "vote_count", "popularity")
"""Fields of a movie that the speed layer also has, in ``stats``."""


MOVIE_FIELDS = tuple(VIEWS["movie_details"])
"""Fields of a movie: those of its batch document."""


_ONLY_IF_KNOWN = ("poster_path",)
"""Fields that an answer has only where the document has them."""

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
    if not own.names_any:
        return None
    used = choose_newer_bucket(batch.computed_at if batch else None, speed, boundary, inputs.layers)
    coverage = speed_coverage(own, "stats", boundary, inputs.layers)
    body: dict[str, Any] = {"movie_id": movie_id}
    known = batch.data if batch else {}
    body |= {name: known.get(name) for name in MOVIE_FIELDS if known.get(name) or name not in _ONLY_IF_KNOWN}
    if used is not None:
        body |= {name: used.data[name] for name in SPEED_FIELDS if name in used.data}
    written = {"batch": batch.computed_at if batch else None, "speed": used.synced_at if used else None}
    body["data_source"] = source_of(layer for layer, moment in written.items() if moment)
    body["last_updated"] = optional_isoformat(max(filter(None, written.values()), default=None))
    covers_until = batch.covers_until if batch else None
    unseen = unseen_since(
        covers_until, used.hour if used else None, coverage, is_stated=batch is None or batch.is_coverage_stated
    )
    lost = lost_until((skip for skip in own.skipped if skip.type in ("movie_details", None)), batch, boundary)
    partial = [Assumption(used.hour, used.hour + HOUR, Reason.PARTIAL)] if used and used.is_assumed else []
    freshness = describe(
        boundary,
        inputs.layers,
        speed_types=("stats",),
        batch_as_of=covers_until,
        missing=(unseen.missing, lost, lost_of_unknown(own, boundary), unseen_before(boundary, inputs.layers)),
        assumed=(*unseen.assumed, *partial),
        documents=inputs.documents,
        warnings=contested_warnings([batch]) if batch else () if lost or inputs.layers.away else (_ABSENT,),
    )
    return ViewResult(body, freshness)


def movie_stats(movie_id: int, window: Window, inputs: ViewInputs) -> ViewResult:
    """Builds ``movies/{id}/stats``: the speed layer's hours, newest first, and the latest of them."""
    boundary, own = inputs.boundary, inputs.documents.of_movie(movie_id)
    buckets = [d for d in usable_speed(own, "stats", boundary) if window.holds(d.hour)]
    newest = sorted(newest_speed(buckets, lambda d: d.hour).values(), key=lambda document: document.hour, reverse=True)
    coverage = speed_coverage(own, "stats", boundary, inputs.layers)
    lost = () if inputs.catalogue.knows(movie_id) else lost_of_unknown(own, boundary)
    needed = hours_to_judge(window.bounded_start, window.end, coverage)
    stats = [
        {"hour": isoformat(d.hour), **dict.fromkeys(SPEED_FIELDS), **d.data, "synced_at": isoformat(d.synced_at)}
        for d in newest
    ]
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
        missing=(as_intervals(hour for hour in needed if not coverage.holds(hour)), lost),
        assumed=coverage.assumptions(needed),
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
    # A stamp after the hour's end is no news: a sync may write old hours again (D6).
    is_older = (
        lagging
        and computed_at is not None
        and speed is not None
        and computed_at > min(speed.synced_at, speed.hour + HOUR)
    )
    return None if is_older else speed


def unseen_before(boundary: Boundary, layers: Layers) -> tuple[Interval, ...]:
    """The time before the cutoff, if the batch layer does not answer."""
    return ((None, boundary.cutoff),) if "batch" in layers.away else ()
