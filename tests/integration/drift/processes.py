"""Processes that compare the layers, over real stores and with a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo.database import Database
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from merger import meters
from merger.configuration import policy
from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers
from merger.core.windows import DAY, HOUR
from merger.drift.auditor import Auditor
from merger.drift.job import SETTLE_SECONDS, DriftAudit
from merger.drift.shared_result import SharedDriftResults, batch_of
from merger.errors import StoreUnavailable
from merger.layers.published_store import PublishedStore
from merger.layers.state import LayerState
from merger.stores.mongo.store import MongoStore
from merger.stores.redis.link import RedisLink, RedisTrouble
from merger.stores.store import Document
from tests.unit.merger.documents import Raw, at, bucket, point

Stored = Database[dict[str, Any]]

NOW = at("2026-03-10 10:30")
COVERS = at("2026-03-10 00:00")
YESTERDAY = at("2026-03-09 00:00")
MOVIES = range(1, 6)


def hours_of(day: datetime, movie_id: int, reviews: int = 1) -> list[Raw]:
    hours = (day + index * HOUR for index in range(24))
    return [bucket(hour, reviews, movie_id=movie_id, synced_at=max(hour + HOUR, NOW - HOUR)) for hour in hours]


def days_of(day: datetime, computed_at: datetime, reviews: int = 24) -> list[Raw]:
    date = day.date().isoformat()
    return [point(date, reviews, day + DAY, movie_id=movie, computed_at=computed_at) for movie in MOVIES]


class Process:
    """A leader process, with a clock that the test moves forward."""

    def __init__(self, database: Stored, redis: Redis | None) -> None:
        self.redis = redis
        self.seconds = 0.0
        self.is_leader = True
        self.answers_compared = 0
        self.noticed: datetime | None = None
        self.store = _FlakyStore(database, 2.0)
        published = PublishedStore(self.store)
        self.layer_state = LayerState(published, Contract(), self.monotonic, published.refresh)
        self.shared = SharedDriftResults(RedisLink(self.connection, retry_seconds=0.05), "drift-tests:")
        self.audit = DriftAudit(
            auditor=Auditor(self.layers, published, Contract(), self.monotonic),
            compare_answers=self.compare_answers,
            shared=self.shared,
            current_batch=lambda: batch_of(self.layer_state),
            may_compare=lambda: self.is_leader,
            batch_noticed=lambda: self.noticed,
            clock=self.now,
            monotonic=self.monotonic,
        )

    def connection(self) -> Redis:
        if self.redis is None:
            raise RedisConnectionError("down")
        return self.redis

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def layers(self, types: tuple[str, ...]) -> tuple[Boundary, Layers]:
        boundary = Boundary(self.now(), policy())
        return boundary, self.layer_state.layers(types, boundary, max_age=0.0)

    def compare_answers(self) -> None:
        self.answers_compared += 1
        if self.redis is None:
            raise RedisTrouble("down")

    def run_later(self, *, later: float = 11) -> bool:
        """Runs the check some seconds later; returns whether it compared anything."""
        self.seconds += later
        self.layers(())
        before = self.store.streamed
        self.audit.run()
        self.audit.wait(20)
        assert not self.audit.is_comparing
        return self.store.streamed > before

    def settle(self) -> bool:
        """Lets the current batch settle; returns whether the check after that compared anything."""
        assert not self.run_later()
        return self.run_later(later=SETTLE_SECONDS)


class _FlakyStore(MongoStore):
    """A store that can be down, and counts the reads in batches."""

    is_down = False
    streamed = 0
    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def batches(self, collection: str, wanted: Any, only: tuple[str, ...] = ()) -> Iterator[Sequence[Document]]:
        if self.is_down:
            raise StoreUnavailable("down")
        self.streamed += 1
        self.meanwhile()
        return super().batches(collection, wanted)


class MeterIncrease:
    """Increase of the drift counters since it was made."""

    def __init__(self) -> None:
        self.before = self.sums()

    @staticmethod
    def sums() -> list[float]:
        counters = [meters.DRIFT_CHECKED_BUCKETS, *map(meters.DRIFT_EVENTS.labels, ("batch_more", "speed_more"))]
        return [float(counter._value.get()) for counter in counters]

    def values(self) -> list[float]:
        """Buckets checked, events only the batch layer has, events only the speed layer has."""
        return [now - before for now, before in zip(self.sums(), self.before, strict=True)]


def ratio() -> float:
    return float(meters.DRIFT_RATIO._value.get())
