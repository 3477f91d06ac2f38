"""A world's documents in a store in memory that finds them by key, and the service that answers from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from merger.answers.service import MergeService
from merger.cache.answer_cache import AnswerCache
from merger.cache.redis_tier import RedisTier
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Policy
from merger.core.windows import parse_moment
from merger.errors import NotFound
from merger.layers.publication import RUNS
from merger.stores.redis.link import RedisLink
from merger.stores.store import Find
from merger.views.freshness import TTLClass
from merger.views.plans import View
from tests.memory_store import MemoryStore
from tests.unit.oracle.worlds.batch_records import Raw, batch_documents, run_records, visible_documents
from tests.unit.oracle.worlds.damages import damaged, harmed_places
from tests.unit.oracle.worlds.dialects import in_dialects
from tests.unit.oracle.worlds.speed_records import hour_of, speed_documents
from tests.unit.oracle.worlds.world import World

_KEYS = ("_id", "movie_id", "data_type", "view_type")


class IndexedStore(MemoryStore):
    """A store in memory that looks at the documents of one key alone where a filter names it."""

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        super().__init__(**collections)
        self._by_key: dict[tuple[str, str, Any], list[dict[str, Any]]] = {}
        for name, documents in self.collections.items():
            for document in documents:
                for key in _KEYS:
                    self._by_key.setdefault((name, key, repr(document.get(key))), []).append(document)

    def candidates(self, find: Find) -> Iterable[dict[str, Any]]:
        for key in _KEYS:
            value = find.filter.get(key, find.filter)
            if not isinstance(value, Mapping):
                return self._by_key.get((find.collection, key, repr(value)), [])
            if key == "_id" and value is not find.filter and "$in" in value:
                return [d for each in value["$in"] for d in self._by_key.get((find.collection, key, repr(each)), [])]
        return super().candidates(find)


@dataclass(frozen=True)
class Told:
    """An answer: its body, and what it says about itself. ``body`` is ``None`` if it says that there is nothing."""

    body: dict[str, Any] | None
    freshness: dict[str, Any]

    @property
    def is_flagged(self) -> bool:
        """Whether it says that it is incomplete or rests on an assumption."""
        return bool(self.missing or self.assumed)

    @property
    def missing(self) -> list[tuple[datetime | None, datetime]]:
        return _intervals(self.freshness.get("missing", ()))

    @property
    def assumed(self) -> list[tuple[datetime | None, datetime]]:
        return _intervals(self.freshness.get("assumed", ()))

    def covers(self, moment: datetime) -> bool:
        """Whether a moment lies in what it says is missing or assumed."""
        return self.overlaps(moment, moment + timedelta(microseconds=1))

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it says that something of ``[start, end)`` is missing or assumed."""
        return any((s is None or s < end) and start < e for s, e in (*self.missing, *self.assumed))


class StoredWorld:
    """A world's documents, stored, and the service over them.

    Attributes:
        excuses: whether an answer may lack what it says it lacks; if not, only a right answer passes a verdict.
    """

    def __init__(self, world: World) -> None:
        self.world, self.excuses = world, True
        self.batch = damaged(world, in_dialects(world, batch_documents(world), BATCH), "batch")
        self.speed = damaged(world, in_dialects(world, speed_documents(world), SPEED), "speed")
        collections = {BATCH: self.batch, SPEED: self.speed, RUNS: run_records(world)}
        self.service = _service(IndexedStore(**collections), world.now)

    @property
    def described(self) -> set[int]:
        """The movies of which readers may see a ``movie_details`` document, readable or not."""
        visible = visible_documents(self.world)
        return {document["movie_id"] for document in visible if document["view_type"] == "movie_details"}

    def can_read(self, data_type: str, movie_id: int, hour: datetime) -> bool:
        """Whether the speed layer has a document of a movie and hour that no damage makes unreadable."""
        harmed = harmed_places(self.world, "speed", len(self.speed))
        return any(
            place not in harmed
            and (document["data_type"], document.get("movie_id"), hour_of(document)) == (data_type, movie_id, hour)
            for place, document in enumerate(speed_documents(self.world))
        )

    def ask(self, view: View[Any], params: Any) -> Told:
        """Asks the service as the API does."""
        try:
            data = self.service.fetch(view, params).data
        except NotFound:
            return Told(None, {})
        return Told(data, data["freshness"] if self.excuses else {})

    def knows(self, **wanted: Any) -> bool:
        """Whether any document that readers may see has these values, at its top or in its payload."""
        visible = {document["batch_run_id"] for document in visible_documents(self.world)}
        batch = (document for document in self.batch if document["batch_run_id"] in visible)
        return any(_has(document, wanted) for document in (*batch, *self.speed))


def _has(document: Raw, wanted: Mapping[str, Any]) -> bool:
    payload = document.get("data") or document.get("stats")
    inner: Mapping[str, Any] = payload if isinstance(payload, Mapping) else {}
    return all(document.get(key) == value or inner.get(key) == value for key, value in wanted.items())


def _service(store: MemoryStore, now: datetime) -> MergeService:
    cache = AnswerCache(
        RedisTier(RedisLink(_no_redis, retry_seconds=3600), "tests:"),
        b"secret",
        clock=now.timestamp,
        monotonic=lambda: 0.0,
    )
    return MergeService(
        store=store,
        cache=cache,
        contract=Contract(),
        policy=Policy(),
        ttl=dict.fromkeys(TTLClass, 600),
        timeout=60.0,
        clock=lambda: now,
        monotonic=lambda: 0.0,
    )


def _no_redis() -> Redis:
    raise RedisConnectionError("there is none here")


def _intervals(told: Iterable[Mapping[str, Any]]) -> list[tuple[datetime | None, datetime]]:
    return [(each["start"] and parse_moment(each["start"]), parse_moment(each["end"])) for each in told]
