"""Which documents may be used for an answer, and which hours they cover."""

from __future__ import annotations

from datetime import datetime

from merger.contract.documents import BatchDocument, Documents, SpeedDocument
from merger.core.boundary import Boundary, Layers, SpeedCoverage


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


def _is_newer(unreadable: datetime | None, readable: datetime | None) -> bool:
    """Whether what an unreadable document said is lost: a readable one that is as new says it too (D4)."""
    return readable is None or (unreadable is not None and unreadable > readable)
