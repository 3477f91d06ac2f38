"""However many different questions come in, Redis keeps room, and what others ask for again and again stays in it."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from redis import Redis

from merger.cache.admission import FULL, ROOMY
from tests.integration.cache.cached import TTL, Cached, about
from tests.integration.cache.test_redis_trouble import OwnRedis, own

__all__ = ["own"]

FLOOD = int(os.environ.get("TEST_FLOOD", "3000"))
"""Different questions; ``make nightly`` asks more."""

ROOM = max(8_000_000, 1_280 * FLOOD)
"""Bytes; 256 MB for 200,000 questions, as the Redis of Compose has it."""

DEAR = 8_000
"""Bytes of a large answer."""


def memory(redis: Redis) -> dict[str, Any]:
    found: dict[str, Any] = redis.info("memory")
    return found


def limit(redis: Redis, share: float) -> None:
    """Sets ``maxmemory`` so that this share of it is in use."""
    redis.config_set("maxmemory", int(memory(redis)["used_memory"] / share))


def test_a_flood_of_different_questions_drives_out_nothing_that_is_asked_for_again(own: OwnRedis) -> None:
    cached, dice = Cached(own.client), random.Random(7)
    own.direct.config_set("maxmemory-policy", "allkeys-lru")
    own.direct.config_set("maxmemory", memory(own.direct)["used_memory"] + ROOM)
    ordinary = [about(movie_id) for movie_id in range(20)]
    for request in ordinary:
        assert cached.state(request) == "MISS"
    for movie_id in range(1_000, 1_000 + FLOOD):
        cached.padding = dice.randbytes(DEAR).hex()
        assert cached.state(about(movie_id)) == "MISS"
        if movie_id % 100 == 0:
            assert {cached.state(request) for request in ordinary} == {"HIT"}
    assert own.direct.info("stats")["evicted_keys"] == 0
    found = memory(own.direct)
    assert FULL * 0.8 < found["used_memory"] / found["maxmemory"] < 1


@pytest.mark.parametrize(
    ("share", "first", "second"),
    [(ROOMY - 0.2, "long", "long"), (ROOMY + 0.2, "brief", "long"), (FULL + 0.05, "not", "brief")],
)
def test_how_full_redis_is_decides_how_long_an_answer_stays(
    own: OwnRedis, share: float, first: str, second: str
) -> None:
    def stays() -> str:
        seconds = own.direct.ttl(cached.stored(about()))
        return "not" if seconds < 0 else "brief" if seconds <= 2 * TTL else "long"

    cached = Cached(own.client)
    own.direct.config_set("maxmemory-policy", "noeviction")
    own.direct.set("ballast", bytes(20_000_000))  # beside it, the connections' buffers are small
    limit(own.direct, share)
    cached.state(about())
    assert stays() == first
    cached.after(TTL + 1).state(about())
    cached.background.run()
    assert stays() == second


def test_without_a_limit_an_answer_stays(own: OwnRedis) -> None:
    cached = Cached(own.client)
    own.direct.config_set("maxmemory", 0)
    cached.state(about())
    assert own.direct.ttl(cached.stored(about())) > 2 * TTL
