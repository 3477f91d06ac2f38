"""Facts about the servers, and samples of what they hold, for the doctor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database
from redis import Redis

from merger.operations import server_facts
from merger.operations.server_facts import ContractSample
from tests.unit.merger.documents import at, bucket, total

Stored = Database[dict[str, Any]]

NOON = at("2026-03-10 12:00")


def test_facts_of_the_running_servers_are_read(database: Stored, redis_client: Redis) -> None:
    store, cache = server_facts.store_facts(), server_facts.cache_facts()
    assert store.version[0].isdigit()
    assert timedelta() < store.latency < timedelta(seconds=server_facts.TIMEOUT_SECONDS)
    assert abs(store.clock_ahead) < timedelta(seconds=2)
    assert cache.version[0].isdigit()
    assert cache.used > 0


def test_unreadable_documents_are_counted_by_kind(indexed_database: Stored) -> None:
    broken = {**total(1, NOON, movie_id=2), "data": {"review_count": "x"}}
    indexed_database.batch_views.insert_many([total(1, NOON), broken, {"view_type": "unheard of"}])
    indexed_database.speed_views.insert_one(bucket(NOON, 1))
    samples = server_facts.contract_samples()
    assert samples["speed_views"] == ContractSample(1, {})
    assert samples["batch_views"].read == 3
    assert sum(samples["batch_views"].unreadable.values()) == 2


def test_only_the_newest_documents_of_a_type_are_sampled(
    indexed_database: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_facts, "SAMPLE_SIZE", 2)
    indexed_database.batch_views.insert_many([total(1, NOON + timedelta(hours=n), movie_id=n) for n in range(9)])
    assert 2 <= server_facts.contract_samples()["batch_views"].read <= 4


def test_a_speed_document_without_expiry_is_noticed(indexed_database: Stored) -> None:
    assert not server_facts.any_without_expiry()
    indexed_database.speed_views.insert_one({"ttl_expires_at": NOON})
    assert not server_facts.any_without_expiry()
    indexed_database.speed_views.insert_one({})
    assert server_facts.any_without_expiry()
