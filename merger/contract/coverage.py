"""Coverage of the speed layer: which hours are held, given the readable and unreadable documents of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from merger.contract.documents import Skipped
from merger.core.boundary import Boundary, Layers, SpeedCoverage


def coverage_of(
    data_type: str,
    boundary: Boundary,
    layers: Layers,
    *,
    synced: Mapping[datetime, datetime | None],
    skipped: Iterable[Skipped],
    ahead: Iterable[datetime],
) -> SpeedCoverage:
    """The hours of one data type that the speed layer holds, for one movie or for all of them.

    An hour with an unreadable document is not held, unless a readable document is as new and says the same
    (requirements D2 and D4). Nor is one whose only documents are stamped in the future.

    Args:
        data_type: the documents' type.
        boundary: the request's time boundary.
        layers: both layers as a whole.
        synced: the newest ``synced_at`` of the usable documents of each hour.
        skipped: documents that could not be read; those of other layers and types are ignored.
        ahead: hours of the documents that are stamped in the future.
    """
    unreadable = {
        skip.hour
        for skip in skipped
        if skip.layer == "speed"
        and skip.hour is not None
        and skip.type in (data_type, None)
        and _is_newer(skip.written_at, synced.get(skip.hour))
    }
    return SpeedCoverage(
        boundary=boundary,
        layer=layers.speed_of(data_type),
        own=frozenset(synced),
        unreadable=frozenset(unreadable | (set(ahead) - synced.keys())),
    )


def _is_newer(unreadable: datetime | None, readable: datetime | None) -> bool:
    return readable is None or (unreadable is not None and unreadable > readable)
