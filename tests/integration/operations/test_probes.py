"""Probes answer within their limits, and say so when a store is down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pymongo
import pytest
from pymongo.database import Database
from redis import Redis

from lambdaserve.server.embedded_stores import free_port
from merger import wiring
from merger.configuration import policy
from merger.core.boundary import Boundary
from merger.operations import probes
from tests.unit.merger.documents import total

Stored = Database[dict[str, Any]]

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_service(indexed_database: Stored, redis_client: Redis) -> Iterator[None]:
    wiring.service.cache_clear()
    yield
    wiring.service.cache_clear()


@pytest.fixture
def mongodb_down(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    client: Any = pymongo.MongoClient(f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=100)
    with client:
        monkeypatch.setattr(probes, "database", lambda: client["tests"])
        monkeypatch.setattr(probes, "COUNT_TIMEOUT_SECONDS", 0.3)
        yield


def test_stores_that_are_up_answer_a_ping() -> None:
    store, cache = probes.ping_store(), probes.ping_cache()
    assert store is not None
    assert store.latency_ms > 0
    assert cache is not None
    assert cache.hit_rate is None


@pytest.mark.usefixtures("mongodb_down")
def test_nothing_is_pinged_or_counted_while_mongodb_is_down() -> None:
    assert probes.ping_store() is None
    assert probes.count_documents() is None


def test_documents_are_counted_by_collection(indexed_database: Stored) -> None:
    indexed_database.batch_views.insert_many([{}, {}, {}])
    assert probes.count_documents() == {"batch_views": 3, "speed_views": 0}


def test_a_dropped_index_is_missing(indexed_database: Stored) -> None:
    assert probes.missing_indexes() == ()
    indexed_database.batch_views.drop_index("movie_view")
    assert probes.missing_indexes() == ("batch_views.movie_view",)


def test_the_newest_readable_document_of_a_view_is_found(indexed_database: Stored) -> None:
    newest = total(3, NOW - timedelta(days=1), movie_id=1)
    unreadable = {**total(3, NOW - timedelta(hours=9), movie_id=2), "data": {"review_count": "x"}}
    future = total(3, NOW + timedelta(days=1), movie_id=3)
    indexed_database.batch_views.insert_many([newest, total(1, NOW - timedelta(days=2)), unreadable, future])
    found = probes.newest_views(Boundary(NOW, policy()))
    assert found["movie_details"] is None
    assert found["sentiment"] is not None
    assert found["sentiment"].movie_id == 1


def test_an_empty_cache_holds_no_answers() -> None:
    assert not probes.holds_answers()


def test_breakers_start_closed() -> None:
    assert set(probes.breaker_states().values()) <= {"closed"}
