"""Probes whether the stores answer, how fast, and what they hold; each probe has a time limit of its own."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

import pymongo
from django_redis import get_redis_connection
from redis.exceptions import RedisClusterException, RedisError

from merger import configuration, wiring
from merger.cache.outcomes import hit_rate
from merger.configuration import aliases, configured_contract
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import BatchDocument
from merger.contract.payloads import SPEED_TYPES, VIEWS
from merger.core.boundary import Boundary, Layers
from merger.core.stamps import ANY_NUMBER, ANY_TEXT
from merger.errors import StoreError
from merger.indexes import declared as indexes
from merger.indexes import server as indexing
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call
from merger.stores.mongo.store import MongoStore
from merger.stores.redis.cluster import ping_redis
from merger.stores.redis.link import RedisTrouble
from merger.stores.store import Find

PING_TIMEOUT_SECONDS = 0.3
"""MongoDB counts as down if a ping takes longer."""


LAYERS_TIMEOUT_SECONDS = 5.0
"""Limit for reading the state of the layers."""


COUNT_TIMEOUT_SECONDS = 30.0
"""Limit for counting documents: the embedded store walks the whole collection for it."""


_NEWEST_TRIED = 5
"""Number of the newest documents that are read to find a readable one."""


@dataclass(frozen=True, slots=True)
class StorePing:
    """MongoDB answered a ping."""

    latency_ms: float


@dataclass(frozen=True, slots=True)
class CachePing:
    """Redis answered a ping.

    ``hit_rate`` is that of the cache in this hour and the one before (C8); ``None``: it is not known.
    """

    latency_ms: float
    hit_rate: float | None


def ping_store() -> StorePing | None:
    """Makes one round trip to MongoDB; ``None``: it is down."""
    started = time.perf_counter()
    try:
        MongoStore(database(), PING_TIMEOUT_SECONDS).ping()
    except StoreError:
        return None
    return StorePing(_milliseconds_since(started))


def ping_cache() -> CachePing | None:
    """Makes one round trip to Redis and reads the hit rate; ``None``: it is down."""
    started = time.perf_counter()
    try:
        ping_redis(get_redis_connection("default"))
    except (RedisError, RedisClusterException):
        return None
    latency = _milliseconds_since(started)
    try:
        counts = wiring.outcome_totals().read(configuration.utc_now())
    except RedisTrouble:
        return CachePing(latency, None)
    return CachePing(latency, hit_rate(counts))


def read_layers() -> tuple[Boundary, Layers] | None:
    """Reads the time boundary and the state of both layers for every speed data type; ``None``: MongoDB is down."""
    with suppress(StoreError), pymongo.timeout(LAYERS_TIMEOUT_SECONDS):
        return wiring.service().layers(tuple(SPEED_TYPES))
    return None


def newest_views(boundary: Boundary) -> dict[str, BatchDocument | None]:
    """Reads the newest readable batch document of each view type; ``None``: there is none.

    Raises:
        StoreError: from the store.
    """
    contract, store = configured_contract(), wiring.patient_store(LAYERS_TIMEOUT_SECONDS)
    newest: dict[str, BatchDocument | None] = {}
    for view_type in VIEWS:
        documents = []
        for spelling in contract.aliases.names_of_view(view_type):
            for span in ({"$lte": boundary.now}, ANY_TEXT, ANY_NUMBER):
                wanted = {"view_type": spelling, "computed_at": span}
                documents += store.find(Find(BATCH, wanted, newest_by="computed_at", limit=_NEWEST_TRIED))
        read = (each for each in contract.read(batch=documents).batch if each.computed_at <= boundary.now)
        newest[view_type] = max(read, key=lambda each: each.computed_at, default=None)
    return newest


def missing_indexes() -> tuple[str, ...] | None:
    """Lists the declared indexes that are missing, as ``collection.name``; ``None``: MongoDB is down."""
    try:
        with pymongo.timeout(LAYERS_TIMEOUT_SECONDS):
            real = indexing.real_indexes()
    except StoreError:
        return None
    wanted = indexes.declared_indexes(aliases())
    return tuple(f"{index.collection}.{index.name}" for index in indexes.missing_indexes(wanted, real))


def holds_answers() -> bool:
    """Whether the cache holds any answer, which could be served without MongoDB."""
    cache = wiring.service().cache
    try:
        return cache.redis_tier.holds_answers()
    except RedisTrouble:
        return len(cache.local_tier) > 0


def breaker_states() -> dict[str, str]:
    """Returns the states of this process's circuit breakers, by collection."""
    return {name: breaker.state.value for name, breaker in wiring.breakers().items()}


def count_documents() -> dict[str, int] | None:
    """Counts documents by collection, from the server's statistics; ``None``: MongoDB does not answer in time."""
    with suppress(StoreError), mongo_call(COUNT_TIMEOUT_SECONDS):
        return {name: database()[name].estimated_document_count() for name in (BATCH, SPEED)}
    return None


def _milliseconds_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
