"""What the documents of both layers cover, readable or not.

Of the speed layer: which hours are held. A document that is stamped in the future covers nothing, since it would
outrank every correct one and never grow old. One of the speed layer leaves its hour open until it expires. One of the
batch layer is a hole unless another document of its key can be used, which says itself how far it covers. Requirements
D2 and M8.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from merger.contract.dialects.identifiers import period_of
from merger.contract.values import BatchDocument, Documents, Skipped, SpeedDocument
from merger.core.boundary import Boundary, Layers, SpeedCoverage
from merger.core.windows import HOUR, floor_hour


def coverage_of(
    data_type: str,
    boundary: Boundary,
    layers: Layers,
    *,
    own: Iterable[datetime],
    synced_of: Callable[[int, datetime], datetime | None],
    skipped: Collection[Skipped],
    ahead: Iterable[SpeedDocument],
    partial: Iterable[datetime] = (),
) -> SpeedCoverage:
    """The hours of one data type that the speed layer holds, for one movie or for all of them.

    An hour with an unreadable document is not held, unless a readable document of the same movie is as new
    (requirements D2 and D4); nor if the document is a part of the hour that no other one replaces. Nor is an hour of
    which a document is stamped in the future: it may be newer than the readable ones.

    Args:
        data_type: the documents' type.
        boundary: the request's time boundary.
        layers: both layers as a whole.
        own: hours of the usable documents.
        synced_of: returns the newest ``synced_at`` of a movie's usable documents of an hour; ``None`` without any.
        skipped: documents that could not be read; those of other layers and types are ignored.
        ahead: the documents that are stamped in the future.
        partial: hours whose documents may be versions of each other.
    """
    unreadable = {
        skip.hour
        for skip in skipped
        if skip.layer == "speed"
        and skip.hour is not None
        and skip.type in (data_type, None)
        and (skip.part is not None or not _is_superseded(skip, skip.hour, synced_of))
    }
    return SpeedCoverage(
        boundary=boundary,
        layer=layers.speed_of(data_type),
        own=frozenset(own),
        unreadable=frozenset(unreadable.union(each.hour for each in ahead)),
        undated_until=undated_until(skipped, data_type, boundary),
        partial=frozenset(partial),
    )


def undated_until(skipped: Iterable[Skipped], data_type: str, boundary: Boundary) -> datetime | None:
    """End of the hours of which any may be that of a document whose hour can't be read; ``None`` without such a one.

    A document is not written before its hour began.
    """
    ends = [
        boundary.open_hour + HOUR if skip.written_at is None else floor_hour(skip.written_at) + HOUR
        for skip in skipped
        if skip.layer == "speed" and skip.hour is None and skip.type in (data_type, None)
    ]
    return max(ends, default=None)


def _is_superseded(skip: Skipped, hour: datetime, synced_of: Callable[[int, datetime], datetime | None]) -> bool:
    """Whether a readable document of the same movie is as new, or the only one whose age is known."""
    if skip.movie_id is None:
        return False
    readable = synced_of(skip.movie_id, hour)
    return readable is not None and (skip.written_at is None or skip.written_at <= readable)


def without_future(documents: Documents, boundary: Boundary) -> Documents:
    """The documents, with those of the batch layer that are stamped in the future among the skipped ones."""
    ahead = [document for document in documents.batch if boundary.is_ahead(document.computed_at)]
    if not ahead:
        return documents
    usable = tuple(document for document in documents.batch if not boundary.is_ahead(document.computed_at))
    return replace(documents, batch=usable, skipped=(*documents.skipped, *map(_skip, ahead)))


def _skip(document: BatchDocument) -> Skipped:
    data = document.data
    return Skipped(
        layer="batch",
        kind=f"{document.view_type}.computed_at",
        reason="it lies in the future",
        type=document.view_type,
        movie_id=document.movie_id,
        has_date="date" in data,
        date=data.get("date") or period_of(data),
        genre=data.get("genre"),
        is_ahead=True,
    )
