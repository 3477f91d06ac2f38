"""Both layers in memory, with a clock that the test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers
from merger.layers.state import LayerState
from tests.memory_store import MemoryStore
from tests.unit.merger.documents import sentiment

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOP = NOW.replace(minute=0)
PAYLOADS: dict[str, dict[str, Any]] = {
    "sentiment": sentiment(3),
    "stats": {"vote_average": 7.0, "vote_count": 10, "popularity": 5.0},
    "temporal_trends": {"metric": "rating", "date": "2026-05-01", "value": 7.0, "count": 3},
    "actor_collaboration": {"actor": "A", "collaborators": []},
}


class World:
    """The state of an in-memory store's layers, with a clock that the test moves."""

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        self.store = MemoryStore(**collections)
        self.seconds = 100.0
        self.state = LayerState(self.store, Contract(), lambda: self.seconds)

    def read(self, *, after: float = 0.0, now: datetime = NOW, data_type: str = "sentiment") -> Layers:
        self.seconds += after
        return self.state.layers((data_type,), Boundary(now))


def speed(hours_ago: int, *, synced_at: Any = None, **more: Any) -> dict[str, Any]:
    hour = TOP - hours_ago * HOUR
    return {
        "movie_id": 1,
        "data_type": "sentiment",
        "hour": hour,
        "synced_at": synced_at or min(hour + HOUR / 2, NOW),
        "data": PAYLOADS.get(more.get("data_type", "sentiment")),
    } | more


def alive(hours_ago: int, **more: Any) -> dict[str, Any]:
    """A document that was written again after its hour, if that is over."""
    return speed(hours_ago, **{"synced_at": min(TOP - (hours_ago - 1) * HOUR, NOW), **more})


def batch(hours_ago: int, view_type: str = "sentiment") -> dict[str, Any]:
    data = PAYLOADS[view_type]
    return {"movie_id": 1, "view_type": view_type, "computed_at": TOP - hours_ago * HOUR, "data": data}


def heartbeat(hours_ago: int, data_type: str = "sentiment", *, synced_at: Any = None) -> dict[str, Any]:
    """A producer's statement that it holds an hour."""
    hour = TOP - hours_ago * HOUR
    stamp = synced_at or min(hour + HOUR, NOW)
    return {"data_type": data_type, "hour": hour, "heartbeat": True, "synced_at": stamp}
