"""What both layers looked like at one moment, and what of the cache another look of them outdates (C6). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from merger.core.boundary import Boundary, Layers
from merger.core.windows import floor_hour


@dataclass(frozen=True, slots=True)
class TypeSnapshot:
    """One speed data type.

    Args:
        synced_at: newest sync.
        held: hours that were over and in which any movie had a document.
        lagging: whether nothing was synced for too long (F3).
    """

    synced_at: datetime | None = None
    held: frozenset[datetime] = frozenset()
    lagging: bool = False


@dataclass(frozen=True, slots=True)
class LayerSnapshot:
    """Both layers as a whole.

    Args:
        at: when, aware UTC.
        speed_from: the oldest hour that could answer then.
        batch: newest ``computed_at``.
        stale: whether that was too old (F4).
        types: the speed layer by data type.
        runs: mark of what is published of the batch layer.
    """

    at: datetime
    speed_from: datetime
    batch: datetime | None
    stale: bool
    types: Mapping[str, TypeSnapshot]
    runs: str = ""

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

    def encoded(self) -> dict[str, Any]:
        """As JSON, for whoever goes on from here."""
        types = {
            name: [_text(seen.synced_at), [hour.isoformat() for hour in sorted(seen.held)], seen.lagging]
            for name, seen in self.types.items()
        }
        return {
            "at": _text(self.at),
            "speed_from": _text(self.speed_from),
            "batch": _text(self.batch),
            "stale": self.stale,
            "types": types,
            "runs": self.runs,
        }

    @classmethod
    def decoded(cls, content: Mapping[str, Any]) -> LayerSnapshot:
        """The inverse of ``encoded``.

        Raises:
            ValueError, TypeError, KeyError: it is something else.
        """
        types = {
            str(name): TypeSnapshot(_moment(synced), frozenset(map(_some_moment, held)), bool(lagging))
            for name, (synced, held, lagging) in content["types"].items()
        }
        at, speed_from = _some_moment(content["at"]), _some_moment(content["speed_from"])
        return cls(at, speed_from, _moment(content["batch"]), bool(content["stale"]), types, str(content["runs"]))


@dataclass(frozen=True, slots=True)
class Differences:
    """How a sighting differs from an earlier one.

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
    """What changed between two sightings; hours that ended or expired in between are no change."""
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


@dataclass(frozen=True, slots=True)
class KnownState:
    """What one watcher leaves to the next.

    Args:
        sighting: the last one of which everything was raised.
        batch_noticed: when the batch layer was last seen to change.
        tokens: where the change streams go on; whatever they are.
    """

    sighting: LayerSnapshot
    batch_noticed: datetime | None = None
    tokens: object = None

    def encoded(self) -> bytes:
        """As JSON."""
        content = {
            "sighting": self.sighting.encoded(),
            "batch_noticed": _text(self.batch_noticed),
            "tokens": self.tokens,
        }
        return orjson.dumps(content, default=str)

    @classmethod
    def decoded(cls, text: bytes | None) -> KnownState | None:
        """The inverse of ``encoded``; ``None`` for anything else."""
        try:
            content = orjson.loads(text or b"")
            sighting = LayerSnapshot.decoded(content["sighting"])
            return cls(sighting, _moment(content["batch_noticed"]), content["tokens"])
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return None


def _text(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _moment(value: str | None) -> datetime | None:
    return None if value is None else _some_moment(value)


def _some_moment(value: str) -> datetime:
    result = datetime.fromisoformat(value)
    if result.tzinfo is None:
        raise ValueError("a moment without a zone")
    return result
