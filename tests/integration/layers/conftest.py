"""Watchers over real stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.integration.layers.watched import Held, Watched, fill, moment


@pytest.fixture
def filled(indexed_database: Held) -> Held:
    """A movie in both layers."""
    fill(indexed_database, moment())
    return indexed_database


@pytest.fixture(params=[True, False], ids=["streams", "polling"])
def watched(filled: Held, redis_client: Redis, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A settled watcher, with change streams and without."""
    found = Watched(filled, redis_client, streams=request.param)
    yield found.settled()
    found.watcher.stop()


@pytest.fixture
def streaming(filled: Held, redis_client: Redis) -> Iterator[Watched]:
    """A settled watcher that reads change streams."""
    found = Watched(filled, redis_client)
    yield found.settled()
    found.watcher.stop()
