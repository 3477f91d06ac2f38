"""Coverage of the speed layer: which hours are held, given the readable and unreadable documents of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from merger.contract.values import Skipped
from merger.core.boundary import Boundary, Layers, SpeedCoverage
from merger.core.windows import HOUR, floor_hour


def coverage_of(
    data_type: str,
    boundary: Boundary,
    layers: Layers,
    *,
    synced: Mapping[datetime, datetime | None],
    skipped: Collection[Skipped],
    ahead: Iterable[datetime],
    partial: Iterable[datetime] = (),
) -> SpeedCoverage:
    """The hours of one data type that the speed layer holds, for one movie or for all of them.

    An hour with an unreadable document is not held, unless a readable document is as new and says the same
    (requirements D2 and D4); nor if the document is a part of the hour that no other one replaces. Nor is one whose
    only documents are stamped in the future.

    Args:
        data_type: the documents' type.
        boundary: the request's time boundary.
        layers: both layers as a whole.
        synced: the newest ``synced_at`` of the usable documents of each hour.
        skipped: documents that could not be read; those of other layers and types are ignored.
        ahead: hours of the documents that are stamped in the future.
        partial: hours whose documents may be versions of each other.
    """
    unreadable = {
        skip.hour
        for skip in skipped
        if skip.layer == "speed"
        and skip.hour is not None
        and skip.type in (data_type, None)
        and (skip.part is not None or _is_newer(skip.written_at, synced.get(skip.hour)))
    }
    return SpeedCoverage(
        boundary=boundary,
        layer=layers.speed_of(data_type),
        own=frozenset(synced),
        unreadable=frozenset(unreadable | (set(ahead) - synced.keys())),
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


def _is_newer(unreadable: datetime | None, readable: datetime | None) -> bool:
    return readable is None or (unreadable is not None and unreadable > readable)
