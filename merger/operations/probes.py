"""Whether the stores answer, how fast, and how much they hold; each question has a time limit of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pymongo
from django_redis import get_redis_connection
from redis.exceptions import RedisClusterException, RedisError

from merger import configuration, wiring
from merger.cache.outcomes import hit_rate
from merger.configuration import aliases
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import BatchDocument, Contract
from merger.contract.payloads import SPEED_TYPES, VIEWS
from merger.core.boundary import Boundary, Layers
from merger.errors import StoreError
from merger.indexes import declared as indexes
from merger.indexes import server as indexing
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call
from merger.stores.mongo.store import MongoStore
from merger.stores.redis.cluster import ping_redis
from merger.stores.redis.link import RedisTrouble
from merger.stores.store import Find

STORE_LIMIT = 0.3
"""Seconds that MongoDB may take to answer a ping before it counts as away."""


LAYERS_LIMIT, COUNT_LIMIT = 5.0, 30.0
"""Seconds for reading the layers' state, and for counting: the embedded store walks the whole collection for it."""


_TRIED = 5
"""How many of the newest documents are looked at for one that can be read."""


@dataclass(frozen=True, slots=True)
class StorePing:
    """MongoDB answered."""

    latency_ms: float


@dataclass(frozen=True, slots=True)
class CachePing:
    """Redis answered; ``hit_rate`` is the cache's of this hour and the one before (C8), ``None`` before any answer."""

    latency_ms: float
    hit_rate: float | None


def ping_store() -> StorePing | None:
    """One round trip to MongoDB; ``None`` when it is away."""
    started = time.perf_counter()
    try:
        MongoStore(database(), STORE_LIMIT).ping()
    except StoreError:
        return None
    return StorePing(_since(started))


def ping_cache() -> CachePing | None:
    """One round trip to Redis, and the hit rate; ``None`` when it is away."""
    started = time.perf_counter()
    try:
        ping_redis(get_redis_connection("default"))
    except (RedisError, RedisClusterException):
        return None
    latency = _since(started)
    try:
        counts = wiring.outcome_totals().read(configuration.utc_now())
    except RedisTrouble:
        return CachePing(latency, None)
    return CachePing(latency, hit_rate(counts))


def read_layers() -> tuple[Boundary, Layers] | None:
    """The time boundary and both layers' state, of every speed data type; ``None`` when MongoDB can't tell."""
    try:
        with pymongo.timeout(LAYERS_LIMIT):
            return wiring.service().layers(tuple(SPEED_TYPES))
    except StoreError:
        return None


def newest_views(boundary: Boundary) -> dict[str, BatchDocument | None]:
    """The newest readable batch document of each view type; ``None``: there is none.

    Raises:
        StoreError: from the store.
    """
    contract, store = Contract(aliases()), wiring.patient_store(LAYERS_LIMIT)
    found: dict[str, BatchDocument | None] = {}
    for view_type in VIEWS:
        documents = [
            document
            for spelling in contract.aliases.names_of_view(view_type)
            for document in store.find(
                Find(
                    BATCH,
                    {"view_type": spelling, "computed_at": {"$lte": boundary.now}},
                    newest_by="computed_at",
                    limit=_TRIED,
                )
            )
        ]
        found[view_type] = max(contract.read(batch=documents).batch, key=lambda d: d.computed_at, default=None)
    return found


def missing_indexes() -> tuple[str, ...] | None:
    """Declared indexes that are not there, as ``collection.name``; ``None`` when MongoDB can't tell."""
    try:
        with pymongo.timeout(LAYERS_LIMIT):
            real = indexing.real_indexes()
    except StoreError:
        return None
    wanted = indexes.declared(aliases())
    return tuple(f"{index.collection}.{index.name}" for index in indexes.missing(wanted, real))


def holds_answers() -> bool:
    """Whether the cache could answer anything without MongoDB."""
    cache = wiring.service().cache
    try:
        return cache.shared.holds_answers()
    except RedisTrouble:
        return len(cache.hot) > 0


def breaker_states() -> dict[str, str]:
    """State of this process's circuit breakers, by collection."""
    return {name: breaker.state.value for name, breaker in wiring.breakers().items()}


def count_documents() -> dict[str, int] | None:
    """Documents by collection, from the server's own bookkeeping; ``None`` when MongoDB can't tell."""
    try:
        with mongo_call(COUNT_LIMIT):
            return {name: database()[name].estimated_document_count() for name in (BATCH, SPEED)}
    except StoreError:
        return None


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
