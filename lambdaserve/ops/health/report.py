"""What ``health`` says: from what the probes found to a report. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lambdaserve import __version__
from merger.contract.collections import BATCH, SPEED
from merger.core.boundary import Boundary, Layers
from merger.core.windows import isoformat
from merger.operations.probes import CachePing, StorePing
from merger.stores.breaker import BreakerState

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"
STATES = (HEALTHY, DEGRADED, UNHEALTHY)
SERVICE_STATES = (HEALTHY, UNHEALTHY)
BATCH_STATES = (HEALTHY, "stale", "empty", "unknown")
SPEED_STATES = (HEALTHY, "lagging", "empty", "unknown")
READY_STATES = ("ready", "not ready")
BREAKER_STATES = tuple(state.value for state in BreakerState)
"""From the best to the worst."""
CLOSED = BreakerState.CLOSED.value


@dataclass(frozen=True, slots=True)
class ProbeResults:
    """What the probes found; ``None``: no answer in time.

    Args:
        store: MongoDB.
        cache: Redis.
        layers: the time boundary and both layers' state.
        counts: documents by collection.
        breakers: state of the circuit breakers by collection.
    """

    store: StorePing | None
    cache: CachePing | None
    layers: tuple[Boundary, Layers] | None
    counts: Mapping[str, int] | None
    breakers: Mapping[str, str] = field(default_factory=dict)

    @property
    def breaker(self) -> str:
        """The state of the breaker that is worst off."""
        return max(self.breakers.values(), key=BREAKER_STATES.index, default=CLOSED)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is known of whether requests can be answered; ``None``: not known.

    Args:
        store_answers: whether MongoDB does.
        holds_answers: whether the cache could do without it.
        missing_indexes: as ``collection.name``.
        has_data: whether either layer holds anything.
    """

    store_answers: bool
    holds_answers: bool
    missing_indexes: tuple[str, ...] | None
    has_data: bool | None

    @property
    def reasons(self) -> list[str]:
        """What keeps requests from being answered, or makes their answers old; each begins with a stable code."""
        if not self.store_answers:
            rest = "answers come from the cache" if self.holds_answers else "nothing is cached"
            return [f"mongodb_away: MongoDB does not answer; {rest}"]
        found = []
        if self.missing_indexes:
            names = ", ".join(self.missing_indexes)
            found.append(f"indexes_missing: {names}; `manage.py create_indexes` creates them")
        if self.has_data is False:
            found.append("no_data: neither layer holds any document yet")
        return found

    @property
    def is_ready(self) -> bool:
        """Whether to send requests here."""
        return not self.reasons or (not self.store_answers and self.holds_answers)

    def as_dict(self) -> dict[str, Any]:
        """The answer of ``health/ready``."""
        return {"status": READY_STATES[not self.is_ready], "reasons": self.reasons}


def build_report(found: ProbeResults, now: datetime) -> dict[str, Any]:
    """The answer of ``health``.

    ``unhealthy`` without MongoDB; ``degraded`` without Redis, while a circuit breaker is not closed, or when a layer is
    late, empty or unknown; else ``healthy``.
    """
    services: dict[str, dict[str, Any]] = {
        "mongodb": {
            "status": HEALTHY if found.store else UNHEALTHY,
            "latency_ms": found.store.latency_ms if found.store else None,
            "breaker": found.breaker,
            "breakers": dict(found.breakers),
        },
        "redis": {
            "status": HEALTHY if found.cache else UNHEALTHY,
            "latency_ms": found.cache.latency_ms if found.cache else None,
            "hit_rate": found.cache.hit_rate if found.cache else None,
        },
        "batch_layer": _batch_layer(found),
        "speed_layer": _speed_layer(found),
    }
    status = HEALTHY
    if found.store is None:
        status = UNHEALTHY
    elif found.breaker != CLOSED or any(service["status"] != HEALTHY for service in services.values()):
        status = DEGRADED
    return {"status": status, "timestamp": isoformat(now), "version": __version__, "services": services}


def _batch_layer(found: ProbeResults) -> dict[str, Any]:
    status, computed_at = "unknown", None
    if found.layers is not None:
        boundary, layers = found.layers
        computed_at = layers.batch_computed_at
        status = "stale" if boundary.is_stale(computed_at) else HEALTHY
        status = "empty" if computed_at is None else status
    return {
        "status": status,
        "last_update": computed_at and isoformat(computed_at),
        "document_count": found.counts[BATCH] if found.counts else None,
    }


def _speed_layer(found: ProbeResults) -> dict[str, Any]:
    """The layer as a whole is as late as its latest data type; each is told too."""
    status, types = "unknown", {}
    if found.layers is not None:
        boundary, layers = found.layers
        held = {name: layer for name, layer in layers.speed.items() if layer.synced_at is not None}
        types = {name: _sync(layer.synced_at, boundary.now) for name, layer in sorted(held.items())}
        status = "lagging" if any(boundary.is_lagging(layer) for layer in held.values()) else HEALTHY
        status = status if held else "empty"
    latest = max(types.values(), key=lambda sync: sync["lag_seconds"], default=_sync(None, None))
    return {
        "status": status,
        **latest,
        "document_count": found.counts[SPEED] if found.counts else None,
        "types": types,
    }


def _sync(synced_at: datetime | None, now: datetime | None) -> dict[str, Any]:
    if synced_at is None or now is None:
        return {"last_update": None, "lag_seconds": None}
    return {"last_update": isoformat(synced_at), "lag_seconds": max(0, int((now - synced_at).total_seconds()))}
