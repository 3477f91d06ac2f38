"""What both layers looked like at one moment, and what of the cache another look of them outdates (C6). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec

from merger.core.boundary import Boundary, Layers
from merger.core.windows import floor_hour

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""Aware; a stored one that lacks its time zone is not read."""


class TypeSnapshot(msgspec.Struct, frozen=True, array_like=True):
    """One speed data type.

    Args:
        synced_at: newest sync.
        held: hours that were over and in which any movie had a document.
        lagging: whether nothing was synced for too long (F3).
    """

    synced_at: Moment | None = None
    held: frozenset[Moment] = frozenset()
    lagging: bool = False


class LayerSnapshot(msgspec.Struct, frozen=True):
    """Both layers as a whole.

    Args:
        at: when, aware UTC.
        speed_from: the oldest hour that could answer then.
        batch: newest ``computed_at``.
        stale: whether that was too old (F4).
        types: the speed layer by data type.
        runs: mark of what is published of the batch layer.
    """

    at: Moment
    speed_from: Moment
    batch: Moment | None
    stale: bool
    types: Mapping[str, TypeSnapshot]
    runs: str

    @classmethod
    def of(cls, boundary: Boundary, layers: Layers) -> LayerSnapshot:
        """What the layers' state says."""
        types = {
            name: TypeSnapshot(
                layer.synced_at,
                frozenset(hour for hour in layer.held if hour < boundary.open_hour),
                boundary.is_lagging(layer),
            )
            for name, layer in layers.speed.items()
        }
        batch = layers.batch_computed_at
        return cls(boundary.now, boundary.speed_from, batch, boundary.is_stale(batch), types, layers.runs)


@dataclass(frozen=True, slots=True)
class Differences:
    """How a snapshot differs from an earlier one.

    Args:
        batch: the newest batch document is another one, or other runs are published.
        stale: the batch layer became stale, or is no longer.
        synced: data types with a newer sync, by the sync that was the newest before.
        standing: data types of which other hours are held than before, or that began or ceased to lag: that is said in
            the answers about every movie, whether its own documents changed or not (M8).
    """

    batch: bool
    stale: bool
    synced: Mapping[str, datetime | None]
    standing: frozenset[str]


def differences(before: LayerSnapshot, now: LayerSnapshot) -> Differences:
    """Compares two snapshots; hours that ended or expired in between are no change."""
    synced, standing = {}, set()
    for name, seen in now.types.items():
        known = before.types.get(name, TypeSnapshot())
        if seen.synced_at != known.synced_at:
            synced[name] = known.synced_at
        both = {hour for hour in seen.held ^ known.held if now.speed_from <= hour < floor_hour(before.at)}
        if both or seen.lagging != known.lagging:
            standing.add(name)
    batch = (before.batch, before.runs) != (now.batch, now.runs)
    return Differences(batch, before.stale != now.stale, synced, frozenset(standing))


class KnownState(msgspec.Struct, frozen=True):
    """What one watcher leaves to the next, in Redis.

    Args:
        snapshot: the last one of which everything was raised.
        batch_noticed: when the batch layer was last seen to change.
        tokens: where the change streams go on; whatever they are.
    """

    snapshot: LayerSnapshot
    batch_noticed: Moment | None
    tokens: Any

    def encoded(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(self, enc_hook=str, order="deterministic")

    @classmethod
    def decoded(cls, text: bytes | None) -> KnownState | None:
        """The inverse of ``encoded``; ``None`` for anything else, such as what another version left."""
        try:
            return msgspec.json.decode(text or b"", type=cls)
        except msgspec.DecodeError:
            return None
