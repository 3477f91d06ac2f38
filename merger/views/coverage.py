"""Selects the documents that an answer may use, and the hours that they cover."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from merger.contract.coverage import coverage_of
from merger.contract.documents import BatchDocument, Documents, SpeedDocument
from merger.core.boundary import Boundary, Layers, SpeedCoverage
from merger.core.timeline import Piece, Timeline

_OVERLAP = (
    "coverage_inside_hour: the batch coverage ends inside an hour that the speed layer counts too; "
    "events of that hour before the end of the coverage may be in both"
)


_CONTESTED = (
    "documents_contradict: two batch documents about the same thing were computed at the same time and say different "
    "things, and nothing shows which is newer; one of them was used"
)


_DAYS_ONLY = (
    "days_only: the batch layer holds some of the missing hours, but only as whole days; "
    "request granularity=day to see them"
)


def usable_batch(documents: Documents, view_type: str, boundary: Boundary) -> list[BatchDocument]:
    """The batch documents of a type that the strategy uses."""
    return [d for d in documents.batch_of(view_type) if boundary.uses_batch(d.computed_at)]


def usable_speed(documents: Documents, data_type: str, boundary: Boundary) -> list[SpeedDocument]:
    """The speed buckets of a type that have not expired, and whose hour and sync do not lie in the future."""
    found = documents.speed_of(data_type)
    # Thousands of buckets share a few dozen hours, so each hour is judged once.
    usable = {hour for hour in {d.hour for d in found} if boundary.uses_speed_hour(hour)}
    return [d for d in found if d.hour in usable and not boundary.is_ahead(d.synced_at)]


def speed_coverage(documents: Documents, data_type: str, boundary: Boundary, layers: Layers) -> SpeedCoverage:
    """The hours of a data type that the speed layer holds, as far as these documents show."""
    usable = sorted(usable_speed(documents, data_type, boundary), key=lambda d: d.synced_at)
    synced = {(d.movie_id, d.hour): d.synced_at for d in usable}
    return coverage_of(
        data_type,
        boundary,
        layers,
        own=(d.hour for d in usable),
        synced_of=lambda movie_id, hour: synced.get((movie_id, hour)),
        skipped=documents.skipped,
        ahead=(d for d in documents.speed_of(data_type) if boundary.is_ahead(d.synced_at)),
        partial=(d.hour for d in usable if d.is_assumed),
    )


def contested_warnings(documents: Iterable[BatchDocument]) -> list[str]:
    """Warns if another document may be as new as one in use, and says something else.

    Requirement D4.
    """
    return [_CONTESTED] if any(document.is_contested for document in documents) else []


def days_only_warnings(timeline: Timeline[Any]) -> list[str]:
    """Warns if the window cuts a day whose missing hours the batch layer holds within the whole."""
    return [_DAYS_ONLY] if timeline.day_only else []


def overlap_warnings(
    documents: Iterable[BatchDocument], pieces: Collection[Piece[Any]], boundary: Boundary
) -> list[str]:
    """Warns if a batch document in use may contain events of the hour in which its coverage ends.

    The watermark rounds down, so the speed hour that contains the end of the coverage is added in full.

    Args:
        documents: batch documents of a series.
        pieces: of the series that are in use, without hours that hold no events.
        boundary: of this request.
    """
    used_hours = {piece.start for piece in pieces if piece.source == "speed"}
    shared_ends = {piece.end for piece in pieces if piece.source == "batch"} & used_hours
    ends = ((d.covers_until, boundary.watermark(d.covers_until)) for d in documents)
    return [_OVERLAP] if any(covered > end and end in shared_ends for covered, end in ends) else []
