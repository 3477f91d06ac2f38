"""Shared speed hours under test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from merger.contract.collections import SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers
from merger.core.windows import Window
from merger.layers.state import MAX_AGE, LayerState
from merger.speed.change_log import Changes
from merger.speed.shared_hours import SpeedHours
from merger.speed.tables import HourRange, SharedHours
from tests.memory_store import MemoryStore

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
TOP = NOW.replace(minute=0)
TICK = MAX_AGE + 0.1
"""Seconds after which an answer reads the changes again."""


def trending(hours_ago: int, movie_id: int | None = 1, score: float = 1.0, **more: Any) -> dict[str, Any]:
    hour = TOP - hours_ago * HOUR
    document = {"movie_id": movie_id, "data_type": "trending", "hour": hour, "synced_at": min(hour + HOUR, NOW)}
    return document | {"data": {"trending_score": score}} | more


class Shared:
    """Shared hours over a store in memory, with a clock that the test moves."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self.store = MemoryStore(speed_views=list(documents))
        self.seconds = 0.0
        self.state = LayerState(self.store, Contract(), lambda: self.seconds)
        self.hours = SpeedHours(self.store, Contract(), lambda: self.seconds)

    @property
    def boundary(self) -> Boundary:
        return Boundary(NOW + timedelta(seconds=self.seconds))

    def layers(self, types: tuple[str, ...] = ("trending",)) -> Layers:
        return self.state.layers(types, self.boundary)

    def read(self, length: int = 6, types: tuple[str, ...] = ("trending",), *, after: float = 0.0) -> SharedHours:
        """Reads the hours of a window, ``after`` so many seconds."""
        self.seconds += after
        window = Window(TOP - (length - 1) * HOUR, TOP + HOUR)
        layers = self.layers(types)
        self.store.finds.clear()
        return self.hours.read(HourRange(types, window), self.boundary, layers)

    def refresh(self, *, after: float = 0.0) -> Changes:
        """Refreshes the hours as the background thread does, ``after`` so many seconds."""
        self.seconds += after
        layers = self.state.layers(("trending",), self.boundary, max_age=0.0)
        return self.hours.refresh(self.boundary, layers)

    def write(self, *documents: dict[str, Any]) -> None:
        """Stores new documents, stamped with the present time unless they have a stamp."""
        self.store.insert(SPEED, [{**d, "synced_at": d.get("stamp", self.boundary.now)} for d in documents])

    def scores(self, length: int = 6, *, after: float = 0.0) -> dict[tuple[int, int], float]:
        """Returns the scores by hours ago and movie."""
        tables = self.read(length, after=after).usable("trending", self.boundary)
        return {
            ((TOP - table.hour) // HOUR, int(movie_id)): table.rows.column("trending_score")[row]
            for table in tables
            for row, movie_id in enumerate(table.rows.movies)
        }

    def movies(self, length: int = 6, *, after: float = 0.0) -> set[int]:
        return {movie_id for _, movie_id in self.scores(length, after=after)}

    @property
    def reread(self) -> list[datetime]:
        """The hours that the last read had to read whole."""
        spans = [wanted["hour"] for _, wanted in self.store.finds if "hour" in wanted and "data_type" in wanted]
        return [s["$gte"] + n * HOUR for s in spans for n in range((s["$lt"] - s["$gte"]) // HOUR)]
