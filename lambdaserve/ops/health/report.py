"""Health report and readiness: turns the probes' results into the answers of the endpoints. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lambdaserve import __version__
from lambdaserve.config.disk_room import is_full
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
DISK_STATES = (HEALTHY, "full")
DISK_FULL = (
    "disk full: writes to DATA_DIR fail, so log-ins fail, nothing is recorded, and new titles are not found; "
    "answers go on"
)
READY_STATES = ("ready", "not ready")
BREAKER_STATES = tuple(state.value for state in BreakerState)
"""The states of a breaker, from the best to the worst."""
CLOSED = BreakerState.CLOSED.value


@dataclass(frozen=True, slots=True)
class ProbeResults:
    """Results of the probes; ``None``: no answer in time.

    Args:
        store: MongoDB.
        cache: Redis.
        layers: the time boundary, and the state of both layers.
        counts: number of documents by collection.
        breakers: state of the circuit breakers by collection.
        disk_free: free bytes on the disk of ``DATA_DIR``.
    """

    store: StorePing | None
    cache: CachePing | None
    layers: tuple[Boundary, Layers] | None
    counts: Mapping[str, int] | None
    breakers: Mapping[str, str] = field(default_factory=dict)
    disk_free: int | None = None

    @property
    def breaker(self) -> str:
        """The worst state of any circuit breaker."""
        return max(self.breakers.values(), key=BREAKER_STATES.index, default=CLOSED)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be answered; ``None``: unknown.

    Args:
        store_answers: whether MongoDB does.
        holds_answers: whether the cache holds answers that can be served without MongoDB.
        missing_indexes: their names, as ``collection.name``.
        has_data: whether either layer holds anything.
    """

    store_answers: bool
    holds_answers: bool
    missing_indexes: tuple[str, ...] | None
    has_data: bool | None

    @property
    def reasons(self) -> list[str]:
        """Why requests can't be answered, or get old answers; each reason begins with a stable code."""
        if not self.store_answers:
            meanwhile = "answers come from the cache" if self.holds_answers else "no answers are cached"
            return [f"mongodb_away: MongoDB does not answer; {meanwhile}"]
        reasons = []
        if self.missing_indexes:
            names = ", ".join(self.missing_indexes)
            reasons.append(f"indexes_missing: {names}; run `manage.py create_indexes`")
        if self.has_data is False:
            reasons.append("no_data: neither layer holds a document yet; run the batch job or the speed job")
        return reasons

    @property
    def is_ready(self) -> bool:
        """Whether to send requests to this process."""
        return not self.reasons or (not self.store_answers and self.holds_answers)

    def as_dict(self) -> dict[str, Any]:
        """The body of ``health/ready``."""
        return {"status": READY_STATES[not self.is_ready], "reasons": self.reasons}


def build_report(results: ProbeResults, now: datetime) -> dict[str, Any]:
    """Builds the body of ``health``.

    ``unhealthy`` without MongoDB; ``degraded`` without Redis, while a circuit breaker is not closed, when a layer is
    late, empty or unknown, or when the disk is full; else ``healthy``.
    """
    is_disk_full = is_full(results.disk_free)
    services: dict[str, dict[str, Any]] = {
        "mongodb": {
            "status": HEALTHY if results.store else UNHEALTHY,
            "latency_ms": results.store.latency_ms if results.store else None,
            "breaker": results.breaker,
            "breakers": dict(results.breakers),
        },
        "redis": {
            "status": HEALTHY if results.cache else UNHEALTHY,
            "latency_ms": results.cache.latency_ms if results.cache else None,
            "hit_rate": results.cache.hit_rate if results.cache else None,
        },
        "batch_layer": _batch_layer(results),
        "speed_layer": _speed_layer(results),
        "disk": {"status": DISK_STATES[is_disk_full], "detail": DISK_FULL if is_disk_full else None},
    }
    status = HEALTHY
    if results.store is None:
        status = UNHEALTHY
    elif results.breaker != CLOSED or any(service["status"] != HEALTHY for service in services.values()):
        status = DEGRADED
    return {"status": status, "timestamp": isoformat(now), "version": __version__, "services": services}


def _batch_layer(results: ProbeResults) -> dict[str, Any]:
    status, computed_at = "unknown", None
    if results.layers is not None:
        boundary, layers = results.layers
        computed_at = layers.batch_computed_at
        status = "stale" if boundary.is_stale(computed_at) else HEALTHY
        status = "empty" if computed_at is None else status
    return {
        "status": status,
        "last_update": computed_at and isoformat(computed_at),
        "document_count": results.counts[BATCH] if results.counts else None,
    }


def _speed_layer(results: ProbeResults) -> dict[str, Any]:
    """The layer is as late as its latest data type; each type is listed too."""
    status, types = "unknown", {}
    if results.layers is not None:
        boundary, layers = results.layers
        held = {name: layer for name, layer in layers.speed.items() if layer.synced_at is not None}
        types = {name: _sync(layer.as_of, boundary.now) for name, layer in sorted(held.items())}
        status = "lagging" if any(boundary.is_lagging(layer) for layer in held.values()) else HEALTHY
        status = status if held else "empty"
    latest = max(types.values(), key=lambda sync: sync["lag_seconds"], default=_sync(None, None))
    return {
        "status": status,
        **latest,
        "document_count": results.counts[SPEED] if results.counts else None,
        "types": types,
    }


def _sync(as_of: datetime | None, now: datetime | None) -> dict[str, Any]:
    if as_of is None or now is None:
        return {"last_update": None, "lag_seconds": None}
    return {"last_update": isoformat(as_of), "lag_seconds": max(0, int((now - as_of).total_seconds()))}
