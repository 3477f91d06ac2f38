"""Reads facts about MongoDB and Redis, and samples of the newest documents, for ``doctor``.

Requirement O3.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.errors import OperationFailure

from merger import wiring
from merger.configuration import aliases, configured_contract
from merger.contract.collections import BATCH, SPEED
from merger.contract.payloads import SPEED_TYPES, VIEWS
from merger.core.stamps import ANY_FORM
from merger.stores.mongo.client import client, database
from merger.stores.mongo.errors import mongo_call
from merger.stores.redis.client import redis_link
from merger.stores.redis.cluster import ping_redis, writable_servers
from merger.stores.store import Find

TIMEOUT_SECONDS = 5.0
"""Limit for each request to MongoDB."""


SAMPLE_SIZE = 100
"""Newest documents per type, and any documents per collection, that are checked against the contract."""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Facts about MongoDB.

    Args:
        version: the server's.
        replica_set: its name; ``None``: a single server, or one that doesn't report it.
        latency: the time of one round trip.
        clock_ahead: its clock minus ours, accurate to half a round trip.
        disk_used, disk_total: bytes of the file system with its data; ``None``: not reported.
    """

    version: str
    replica_set: str | None
    latency: timedelta
    clock_ahead: timedelta
    disk_used: int | None = None
    disk_total: int | None = None


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """Facts about Redis; in a Cluster, about the fullest master.

    Args:
        version: the server's.
        latency: the time of one round trip; in a Cluster, of one to each master.
        used, limit: bytes; ``limit`` is 0 where there is none.
        policy: what it does when it is full (``maxmemory_policy``).
    """

    version: str
    latency: timedelta
    used: int
    limit: int
    policy: str


@dataclass(frozen=True, slots=True)
class ContractSample:
    """A sample of the newest documents of one collection.

    Args:
        read: documents checked.
        unreadable: how many the contract can't read, by kind.
    """

    read: int = 0
    unreadable: Mapping[str, int] = field(default_factory=dict)


def store_facts() -> StoreFacts:
    """Reads the facts about MongoDB.

    Raises:
        StoreError: it does not answer.
    """
    with mongo_call(TIMEOUT_SECONDS):
        client().admin.command("ping")  # opens the connection before the time is measured
        began, asked_at = time.perf_counter(), datetime.now(UTC)
        hello = client().admin.command("hello", codec_options=database().codec_options)
        latency = timedelta(seconds=time.perf_counter() - began)
        their_time: datetime = hello["localTime"]
        build = client().server_info()
        # A server that names no storage engine is not mongod; it may read all its documents for dbStats.
        used, total = _disk_usage() if build.get("storageEngines") else (None, None)
        return StoreFacts(
            version=str(build.get("version", "unknown")),
            replica_set=hello.get("setName"),
            latency=latency,
            clock_ahead=their_time - asked_at - latency / 2,
            disk_used=used,
            disk_total=total,
        )


def cache_facts() -> CacheFacts:
    """Reads the facts about Redis.

    Raises:
        RedisTrouble: it does not answer, or this user may not read them.
    """
    link = redis_link()
    link.ask(ping_redis)
    began = time.perf_counter()
    link.ask(ping_redis)
    latency = timedelta(seconds=time.perf_counter() - began)
    infos: list[Mapping[str, Any]] = link.ask(lambda redis: [each.info() for each in writable_servers(redis)])
    info = max(infos, key=lambda each: int(each.get("used_memory", 0)))
    return CacheFacts(
        version=str(info.get("valkey_version", info.get("redis_version", "unknown"))),
        latency=latency,
        used=int(info.get("used_memory", 0)),
        limit=int(info.get("maxmemory", 0)),
        policy=str(info.get("maxmemory_policy", "unknown")),
    )


def contract_samples() -> dict[str, ContractSample]:
    """Checks a sample of each collection against the contract, by collection.

    Raises:
        StoreError: from the store.
    """
    names = aliases()
    batch = [("view_type", each) for view_type in VIEWS for each in names.names_of_view(view_type)]
    speed = [spelling for each in SPEED_TYPES for spelling in names.spellings_of_type(each)]
    return {BATCH: _sample(BATCH, batch, "computed_at"), SPEED: _sample(SPEED, speed, "synced_at")}


def any_without_expiry() -> bool:
    """Whether any speed document has no ``ttl_expires_at``.

    Raises:
        StoreError: from the store, or it did not answer in time.
    """
    with mongo_call(TIMEOUT_SECONDS):
        return database()[SPEED].find_one({"ttl_expires_at": None}, ["_id"]) is not None


def _sample(collection: str, types: list[tuple[str, str]], date: str) -> ContractSample:
    documents = {str(each["_id"]): each for each in _find_newest(collection, types, date)}
    contract = configured_contract()
    read = contract.read(**{"batch" if collection == BATCH else "speed": documents.values()})
    return ContractSample(len(documents), Counter(each.kind for each in read.skipped))


def _find_newest(collection: str, types: list[tuple[str, str]], date: str) -> Iterator[Mapping[str, Any]]:
    store = wiring.patient_store(TIMEOUT_SECONDS)
    for key, name in types:
        for span in ANY_FORM:
            yield from store.find(Find(collection, {key: name, date: span}, newest_by=date, limit=SAMPLE_SIZE))
    # Also some of any type, since a document may have an unknown one.
    yield from store.find(Find(collection, {}, limit=SAMPLE_SIZE))


def _disk_usage() -> tuple[int | None, int | None]:
    try:
        stats = database().command("dbStats")
    except OperationFailure:
        return None, None  # this user may not read it
    used, total = stats.get("fsUsedSize"), stats.get("fsTotalSize")
    return (int(used), int(total)) if used and total else (None, None)
