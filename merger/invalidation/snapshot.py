"""Snapshot of both layers, and the differences between two of them. Pure.

Requirement C6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec

from merger.core.boundary import Boundary, Layers
from merger.core.windows import floor_hour

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with a time zone; a stored one without is rejected."""


class TypeSnapshot(msgspec.Struct, frozen=True, array_like=True):
    """The state of one speed data type.

    Args:
        synced_at: newest sync.
        held: closed hours in which any movie had a document.
        lagging: whether nothing was synced for too long (F3).
        assumed: closed hours that pass for held although nothing proves it, each with the reason (M8).
    """

    synced_at: Moment | None = None
    held: frozenset[Moment] = frozenset()
    lagging: bool = False
    assumed: frozenset[tuple[Moment, str]] = frozenset()


class LayerSnapshot(msgspec.Struct, frozen=True):
    """The state of both layers as a whole.

    Args:
        at: when it was taken, aware UTC.
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
        """Takes a snapshot from the layers' state."""
        types = {
            name: TypeSnapshot(
                layer.synced_at,
                frozenset(hour for hour in layer.held if hour < boundary.open_hour),
                boundary.is_lagging(layer),
                frozenset((hour, str(why)) for hour, why in layer.assumed.items() if hour < boundary.open_hour),
            )
            for name, layer in layers.speed.items()
        }
        batch = layers.batch_computed_at
        return cls(boundary.now, boundary.speed_from, batch, boundary.is_stale(batch), types, layers.runs)


@dataclass(frozen=True, slots=True)
class Differences:
    """The differences of a snapshot from an earlier one.

    Args:
        batch: whether the newest batch document is another one, or other runs are published.
        stale: whether the batch layer became stale, or no longer is.
        synced: data types with another newest sync, each with the newest sync before.
        statuses: data types that hold other hours than before or hold them with other proof, or that began or ceased to
            lag. The answers about every movie report that, whether its own documents changed or not (M8).
    """

    batch: bool
    stale: bool
    synced: Mapping[str, datetime | None]
    statuses: frozenset[str]


def differences(before: LayerSnapshot, now: LayerSnapshot) -> Differences:
    """Compares two snapshots; hours that closed or expired in between are no difference."""
    synced, statuses = {}, set()
    for name, seen in now.types.items():
        known = before.types.get(name, TypeSnapshot())
        if seen.synced_at != known.synced_at:
            synced[name] = known.synced_at
        others = (seen.held ^ known.held) | {hour for hour, _ in seen.assumed ^ known.assumed}
        changed = {hour for hour in others if now.speed_from <= hour < floor_hour(before.at)}
        if changed or seen.lagging != known.lagging:
            statuses.add(name)
    batch = (before.batch, before.runs) != (now.batch, now.runs)
    return Differences(batch, before.stale != now.stale, synced, frozenset(statuses))


class KnownState(msgspec.Struct, frozen=True):
    """The state that one leading watcher leaves to the next, in Redis.

    Args:
        snapshot: the last one whose changes were all bumped.
        batch_noticed: when the batch layer was last seen to change.
        tokens: resume tokens of the change streams, as the server gave them.
    """

    snapshot: LayerSnapshot
    batch_noticed: Moment | None
    tokens: Any

    def encode(self) -> bytes:
        """Encodes it as JSON."""
        return msgspec.json.encode(self, enc_hook=str, order="deterministic")

    @classmethod
    def decode(cls, text: bytes | None) -> KnownState | None:
        """Reads what ``encode`` wrote; ``None`` for anything else, such as what another version left."""
        try:
            return msgspec.json.decode(text or b"", type=cls)
        except msgspec.DecodeError:
            return None
