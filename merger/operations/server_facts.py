"""What MongoDB and Redis tell of themselves, and what the newest documents are like: for ``doctor`` (O3)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.errors import OperationFailure

from merger import wiring
from merger.configuration import aliases
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract
from merger.contract.payloads import SPEED_TYPES, VIEWS
from merger.stores.mongo.client import client, database
from merger.stores.mongo.errors import mongo_call
from merger.stores.redis.client import redis_link
from merger.stores.redis.cluster import ping_redis, writable_servers
from merger.stores.store import Find

ANSWER_WITHIN = 5.0
"""Seconds for each question."""


SAMPLED = 100
"""Newest documents of each type, and as many of the collection, that are read by the contract."""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """MongoDB.

    Args:
        version: as it says.
        replica_set: its name; ``None``: a single server, or one that doesn't say.
        latency: of one round trip.
        clock_ahead: its clock minus ours, give or take half a round trip.
        disk_used, disk_total: bytes of the file system with its data; ``None``: it doesn't say.
    """

    version: str
    replica_set: str | None
    latency: timedelta
    clock_ahead: timedelta
    disk_used: int | None = None
    disk_total: int | None = None


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """Redis; of a Cluster, the master that is fullest.

    Args:
        version: as it says.
        latency: of one round trip, in a Cluster of one to each master.
        used, most: bytes; ``most`` is 0 where there is no limit.
        policy: what it does when it is full.
    """

    version: str
    latency: timedelta
    used: int
    most: int
    policy: str


@dataclass(frozen=True, slots=True)
class ContractSample:
    """The newest documents of one collection.

    Args:
        read: documents that were looked at.
        unreadable: how many the contract can't read, by kind.
    """

    read: int = 0
    unreadable: Mapping[str, int] = field(default_factory=dict)


def store_facts() -> StoreFacts:
    """Of MongoDB.

    Raises:
        StoreError: it does not answer.
    """
    with mongo_call(ANSWER_WITHIN):
        client().admin.command("ping")  # so that no connection is made while time is taken
        began, asked_at = time.perf_counter(), datetime.now(UTC)
        hello = client().admin.command("hello", codec_options=database().codec_options)
        latency = timedelta(seconds=time.perf_counter() - began)
        their_time: datetime = hello["localTime"]
        build = client().server_info()
        # Whoever names no storage engine is no mongod, and may read all its documents to count them.
        used, total = _disk() if build.get("storageEngines") else (None, None)
        return StoreFacts(
            version=str(build.get("version", "unknown")),
            replica_set=hello.get("setName"),
            latency=latency,
            clock_ahead=their_time - asked_at - latency / 2,
            disk_used=used,
            disk_total=total,
        )


def cache_facts() -> CacheFacts:
    """Of Redis.

    Raises:
        RedisTrouble: it does not answer, or keeps this from its user.
    """
    link = redis_link()
    link.ask(ping_redis)
    began = time.perf_counter()
    link.ask(ping_redis)
    latency = timedelta(seconds=time.perf_counter() - began)
    told: list[Mapping[str, Any]] = link.ask(lambda redis: [each.info() for each in writable_servers(redis)])
    said = max(told, key=lambda each: int(each.get("used_memory", 0)))
    return CacheFacts(
        version=str(said.get("valkey_version", said.get("redis_version", "unknown"))),
        latency=latency,
        used=int(said.get("used_memory", 0)),
        most=int(said.get("maxmemory", 0)),
        policy=str(said.get("maxmemory_policy", "unknown")),
    )


def contract_samples() -> dict[str, ContractSample]:
    """Of both collections, by name.

    Raises:
        StoreError: from the store.
    """
    names = aliases()
    batch = [("view_type", each) for view_type in VIEWS for each in names.names_of_view(view_type)]
    speed = [(key, each) for each in SPEED_TYPES for key in names.speed_type_keys]
    return {BATCH: _sample(BATCH, batch, "computed_at"), SPEED: _sample(SPEED, speed, "synced_at")}


def any_without_expiry() -> bool:
    """Whether any speed document has no ``ttl_expires_at``.

    Raises:
        StoreError: from the store, or it can't tell soon.
    """
    with mongo_call(ANSWER_WITHIN):
        return database()[SPEED].find_one({"ttl_expires_at": None}, ["_id"]) is not None


def _sample(collection: str, types: list[tuple[str, str]], date: str) -> ContractSample:
    found = {str(each["_id"]): each for each in _newest(collection, types, date)}
    contract = Contract(aliases())
    read = contract.read(**{"batch" if collection == BATCH else "speed": found.values()})
    return ContractSample(len(found), Counter(each.kind for each in read.skipped))


def _newest(collection: str, types: list[tuple[str, str]], date: str) -> Iterator[Mapping[str, Any]]:
    store = wiring.patient_store(ANSWER_WITHIN)
    for key, name in types:
        yield from store.find(Find(collection, {key: name}, newest_by=date, limit=SAMPLED))
    # And some of any type, or of none that is known.
    yield from store.find(Find(collection, {}, limit=SAMPLED))


def _disk() -> tuple[int | None, int | None]:
    try:
        said = database().command("dbStats")
    except OperationFailure:
        return None, None  # not for this user
    used, total = said.get("fsUsedSize"), said.get("fsTotalSize")
    return (int(used), int(total)) if used and total else (None, None)
