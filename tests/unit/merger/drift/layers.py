"""Both layers with three complete days, for the tests of drift."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers, Policy
from merger.core.windows import HOUR
from merger.drift.auditor import Auditor
from merger.drift.comparison import Drift
from merger.drift.days import Sample
from merger.layers.state import LayerState
from tests.memory_store import MemoryStore
from tests.unit.merger.documents import Raw, at, bucket, point

NOW = at("2026-03-10 10:30")
COVERS = at("2026-03-10 02:00")
OF = COVERS + HOUR
DAYS = ("2026-03-07", "2026-03-08", "2026-03-09")
"""Days that the batch of 02:00 covers completely, and of which the speed layer holds every hour."""
FIRST = at("2026-03-07 00:00")
QUIET = 1
"""A movie with one review an hour, so that every hour is layers."""


def every_hour(start: datetime = FIRST, end: datetime = NOW, movie_id: int = QUIET) -> list[Raw]:
    count = int((end - start) / HOUR) + 1
    return [speed(start + index * HOUR, 1, movie_id) for index in range(count)]


def speed(hour: datetime, reviews: int, movie_id: int, **more: Any) -> Raw:
    return bucket(hour, reviews, **{"movie_id": movie_id, "synced_at": max(hour + HOUR, NOW - HOUR), **more})


def every_day(movie_id: int = QUIET, reviews: int = 24) -> list[Raw]:
    return [point(day, reviews, COVERS, movie_id=movie_id) for day in DAYS]


class BothLayers:
    """Both layers in a memory store, with a policy."""

    def __init__(self, batch: Iterable[Raw], speed: Iterable[Raw], policy: Policy | None = None) -> None:
        self.store = MemoryStore(**{BATCH: [*batch], SPEED: [*speed]})
        self.watch = LayerState(self.store, Contract(), lambda: 0.0)
        self.policy = policy or Policy()
        self.seconds = 0.0

    def layers(self, types: tuple[str, ...]) -> tuple[Boundary, Layers]:
        boundary = Boundary(NOW, self.policy)
        return boundary, self.watch.layers(types, boundary)

    def drift(self, start: datetime | None = None, sample: Sample | None = None) -> Drift:
        auditor = Auditor(self.layers, self.store, Contract(), lambda: self.seconds, lambda: sample or Sample())
        return auditor.compare(OF, start)
