"""The way to Redis: one connection per thread, which survives being closed at the other end (C5)."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from merger.cache.redis_tier import RedisTier
from merger.stores.redis.link import RedisLink, RedisRefused


def test_a_connection_that_was_closed_at_the_other_end_is_opened_anew_at_once(redis_client: Redis) -> None:
    link = RedisLink(lambda: redis_client)
    assert link.command("SET", "a", "1") == b"OK"
    redis_client.client_kill_filter(_type="normal", skipme=True)
    time.sleep(0.05)
    assert link.command("GET", "a") == b"1"
    assert not link.is_away


def test_a_refusal_leaves_the_connection_in_order(redis_client: Redis) -> None:
    link = RedisLink(lambda: redis_client)
    redis_client.lpush("list", 1)
    with pytest.raises(RedisRefused, match="WRONGTYPE"):
        link.command("GET", "list")
    assert link.command("LLEN", "list") == 1
    assert not link.is_away


def test_a_claim_whose_reply_was_lost_is_granted_when_it_is_asked_for_again(redis_client: Redis) -> None:
    tier = RedisTier(RedisLink(lambda: redis_client), "tests:")
    assert tier.claim("key", "ours", 10) == (True, None)
    assert tier.claim("key", "ours", 10) == (True, None)
    assert tier.claim("key", "theirs", 10) == (False, None)
