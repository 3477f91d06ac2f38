"""A merge service over a store in memory, without Redis, and a view that counts what it was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from merger.answers.service import MergeService
from merger.cache.answer_cache import AnswerCache
from merger.cache.redis_tier import RedisTier
from merger.contract.documents import Contract
from merger.core.boundary import Policy
from merger.core.windows import Window
from merger.errors import NotFound, StoreError
from merger.speed.tables import HourRange
from merger.stores.redis.link import RedisLink
from merger.stores.store import Document, Find
from merger.views.freshness import TTLClass, describe
from merger.views.plans import Plan, PlanContext, View, movie_reads
from merger.views.reading import ViewInputs, ViewResult
from tests.memory_store import MemoryStore

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOP = NOW.replace(minute=0)


@dataclass(frozen=True)
class ByMovie:
    movie_id: int


def plan(question: PlanContext[ByMovie]) -> Plan:
    reads = movie_reads(question.params.movie_id, ("movie_details",), question, speed_from=question.boundary.cutoff)
    hours = HourRange(("trending",), Window(TOP - HOUR, TOP + HOUR))
    return Plan(reads=reads, hours=hours, catalogue=True)


def build(params: ByMovie, inputs: ViewInputs) -> ViewResult:
    if not inputs.documents.batch:
        raise NotFound("movie", params.movie_id)
    freshness = describe(
        inputs.boundary,
        inputs.layers,
        missing=([(None, TOP)] if not inputs.documents.speed else [],),
        documents=inputs.documents,
    )
    body = {
        "now": inputs.boundary.now.isoformat(),
        "batch": len(inputs.documents.batch),
        "speed": len(inputs.documents.speed),
        "hours": sum(len(table.rows) for table in inputs.hours.tables),
        "title": inputs.catalogue.title_of(params.movie_id),
    }
    return ViewResult(body, freshness)


VIEW = View("tests.movie", TTLClass.STABLE, plan, build, ("stats",), identity=lambda params: params.movie_id)


def no_redis() -> Redis:
    raise RedisConnectionError("there is none here")


class HalfStore(MemoryStore):
    """A store of which some collections fail."""

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        super().__init__(**collections)
        self.failing: dict[str, StoreError] = {}

    def find(self, find: Find) -> list[Document]:
        if find.collection in self.failing:
            raise self.failing[find.collection]
        return super().find(find)


class Served:
    def __init__(self, batch: list[dict[str, Any]], speed: list[dict[str, Any]]) -> None:
        self.store = HalfStore(batch_views=batch, speed_views=speed)
        self.now = NOW
        self.seconds = 0.0
        self.cache = AnswerCache(
            RedisTier(RedisLink(no_redis, retry_seconds=3600), "tests:"),
            b"secret",
            clock=self.epoch,
            monotonic=lambda: self.seconds,
        )
        self.service = MergeService(
            store=self.store,
            cache=self.cache,
            contract=Contract(),
            policy=Policy(),
            ttl={TTLClass.VOLATILE: 1, TTLClass.STABLE: 600, TTLClass.VERY_STABLE: 3600},
            clock=lambda: self.now,
            monotonic=lambda: self.seconds,
        )

    def epoch(self) -> float:
        return self.now.timestamp()


def details(movie_id: int = 1, **more: Any) -> dict[str, Any]:
    document = {"movie_id": movie_id, "view_type": "movie_details", "computed_at": NOW - 9 * HOUR}
    return document | {"data": {"title": f"Movie {movie_id}"}} | more


def stats(hours_ago: int = 1, **more: Any) -> dict[str, Any]:
    hour = TOP - hours_ago * HOUR
    data = {"vote_average": 7.5, "vote_count": 10, "popularity": 20}
    return {"movie_id": 1, "data_type": "stats", "hour": hour, "synced_at": NOW, "data": data} | more
