"""The merge: documents of both layers → one view (M1–M8). Pure: no Django, no database, no clock.

Every function here gives the same answer for the same *set* of documents, in whatever order and however often they
come (M7): duplicates are settled first, by ``newest_batch`` and ``newest_speed``, and sums run in time order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from merger.boundary import Boundary, Layers, SpeedCoverage, as_intervals, closed_hours
from merger.catalogue import Reference, tie_break
from merger.contract import BatchDocument, Documents, SpeedDocument
from merger.errors import Interval
from merger.freshness import Freshness, describe, source_of
from merger.hourly import SharedHours
from merger.query import HOUR, Window, isoformat

D = TypeVar("D", BatchDocument, SpeedDocument)

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


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer is made of, all seen at one moment.

    ``hours`` holds the layer-wide speed documents of the hours that the plan asked for; ``documents`` those that the
    plan's own reads gave.
    """

    boundary: Boundary
    layers: Layers
    documents: Documents = field(default_factory=Documents)
    hours: SharedHours = field(default_factory=SharedHours)
    reference: Reference = field(default_factory=Reference)


@dataclass(frozen=True, slots=True)
class Built:
    """A view and what it says about itself; the service puts the second into the first as ``freshness``."""

    body: dict[str, Any]
    freshness: Freshness


def newest_batch(
    documents: Iterable[BatchDocument], key: Callable[[BatchDocument], Hashable]
) -> dict[Hashable, BatchDocument]:
    """Of documents for the same key the newest ``computed_at``, then ``version``, once (D4)."""
    return _newest(documents, key, lambda d: (d.computed_at, d.version, d.covers_until))


def newest_speed(
    documents: Iterable[SpeedDocument], key: Callable[[SpeedDocument], Hashable]
) -> dict[Hashable, SpeedDocument]:
    """Of documents for the same key the newest ``synced_at``, once (D4)."""
    return _newest(documents, key, lambda d: (d.synced_at,))


def usable_batch(documents: Documents, view_type: str, boundary: Boundary) -> list[BatchDocument]:
    """The batch documents of a type that the strategy lets answer."""
    return [d for d in documents.batch_of(view_type) if boundary.uses_batch(d.computed_at)]


def usable_speed(documents: Documents, data_type: str, boundary: Boundary) -> list[SpeedDocument]:
    """The speed buckets of a type that have neither expired nor lie in the future nor say so of their sync."""
    found = documents.speed_of(data_type)
    # Thousands of buckets share a few dozen hours, each of which is judged once.
    usable = {hour for hour in {d.hour for d in found} if boundary.uses_speed_hour(hour)}
    return [d for d in found if d.hour in usable and not boundary.is_ahead(d.synced_at)]


def speed_coverage(
    documents: Documents, data_type: str, boundary: Boundary, layers: Layers, movie_id: int | None = None
) -> SpeedCoverage:
    """Which hours the speed layer holds for one movie, or, without one, for all."""
    synced = {
        d.hour: d.synced_at
        for d in sorted(usable_speed(documents, data_type, boundary), key=lambda d: d.synced_at)
        if movie_id in (None, d.movie_id)
    }
    unreadable = {
        skip.hour
        for skip in documents.skipped
        if skip.layer == "speed"
        and skip.hour is not None
        and skip.type in (data_type, None)
        and movie_id in (None, skip.movie_id)
        and _is_newer(skip.written_at, synced.get(skip.hour))
    }
    ahead = {
        d.hour
        for d in documents.speed_of(data_type)
        if boundary.is_ahead(d.synced_at) and movie_id in (None, d.movie_id)
    }
    return SpeedCoverage(
        boundary=boundary,
        layer=layers.speed_of(data_type),
        own=frozenset(synced),
        unreadable=frozenset(unreadable | (ahead - synced.keys())),
    )


def movie_details(movie_id: int, reading: Reading) -> Built | None:
    """``movies/{id}``: the batch layer's facts, with the speed layer's newer numbers (M6).

    ``None`` when neither layer knows the movie.
    """
    boundary, documents = reading.boundary, reading.documents
    batch = newest_batch(usable_batch(documents, "movie_details", boundary), lambda d: d.movie_id).get(movie_id)
    buckets = [d for d in _stats_of(movie_id, reading) if d.hour >= boundary.cutoff]
    by_hour = newest_speed(buckets, lambda d: d.hour)
    speed = max(by_hour.values(), key=lambda d: d.hour, default=None)
    if batch is None and speed is None:
        return None
    used = overriding(batch.computed_at if batch else None, speed, boundary, reading.layers)
    coverage = speed_coverage(documents, "stats", boundary, reading.layers, movie_id)
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
        documents=documents,
        warnings=() if batch or reading.layers.away else ("batch_absent: no batch document describes this movie",),
    )
    return Built(body, freshness)


def movie_stats(movie_id: int, window: Window, reading: Reading) -> Built:
    """``movies/{id}/stats``: the speed layer's hours, newest first, and the latest of them."""
    boundary, documents = reading.boundary, reading.documents
    buckets = [d for d in _stats_of(movie_id, reading) if window.holds(d.hour)]
    newest = sorted(newest_speed(buckets, lambda d: d.hour).values(), key=lambda document: document.hour, reverse=True)
    coverage = speed_coverage(documents, "stats", boundary, reading.layers, movie_id)
    needed = closed_hours(window.bounded_start, window.end, boundary)
    stats = [{"hour": isoformat(d.hour), **d.data, "synced_at": isoformat(d.synced_at)} for d in newest]
    body = {
        "movie_id": movie_id,
        "title": reading.reference.title_of(movie_id),
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
        documents=documents,
    )
    return Built(body, freshness)


def _stats_of(movie_id: int, reading: Reading) -> list[SpeedDocument]:
    usable = usable_speed(reading.documents, "stats", reading.boundary)
    return [document for document in usable if document.movie_id == movie_id]


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


def _is_newer(unreadable: datetime | None, readable: datetime | None) -> bool:
    """Whether what an unreadable document said is lost: a readable one that is as new says it too (D4)."""
    return readable is None or (unreadable is not None and unreadable > readable)


def _newest(
    documents: Iterable[D], key: Callable[[D], Hashable], rank: Callable[[D], tuple[Any, ...]]
) -> dict[Hashable, D]:
    result: dict[Hashable, D] = {}
    for document in documents:
        name = key(document)
        rival = result.get(name)
        if rival is None or _outranks(document, rival, rank):
            result[name] = document
    return result


def _outranks(document: D, rival: D, rank: Callable[[D], tuple[Any, ...]]) -> bool:
    ours, theirs = rank(document), rank(rival)
    if ours != theirs:
        return ours > theirs
    # Equally new, yet perhaps different: any choice will do, as long as it doesn't depend on the order (M7).
    return _settled(document) > _settled(rival)


def _settled(document: BatchDocument | SpeedDocument) -> tuple[str, str]:
    return tie_break(document.data), json.dumps(document.data, sort_keys=True)
