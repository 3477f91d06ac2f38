"""A claim in Redis: one claimant at a time, until it is given back or lapses."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from merger.stores.redis.claim import LUA, claim, new_token, release
from merger.stores.redis.link import RedisLink

KEY = "claimed"


@pytest.fixture
def link(redis_client: Redis) -> RedisLink:
    return RedisLink(lambda: redis_client)


def test_claim_is_granted_to_one_token_until_it_gives_it_back(link: RedisLink) -> None:
    assert claim(link, KEY, "a", 10)
    assert not claim(link, KEY, "b", 10)
    release(link, KEY, "b")
    assert not claim(link, KEY, "b", 10), "another claimant's release changes nothing"
    release(link, KEY, "a")
    assert claim(link, KEY, "b", 10)


def test_repeated_claim_is_granted_again_and_extends_it(link: RedisLink, redis_client: Redis) -> None:
    assert claim(link, KEY, "a", 1)
    assert claim(link, KEY, "a", 60)
    assert redis_client.pttl(KEY) > 50_000


def test_claim_lapses_by_itself(link: RedisLink) -> None:
    assert claim(link, KEY, "a", 0.05)
    time.sleep(0.1)
    assert claim(link, KEY, "b", 10)


def test_key_of_another_type_grants_no_claim_and_stays(link: RedisLink, redis_client: Redis) -> None:
    redis_client.rpush(KEY, "not ours")
    assert not claim(link, KEY, "a", 10)
    release(link, KEY, "a")
    assert redis_client.exists(KEY)


def test_script_distinguishes_a_new_claim_from_a_renewed_one(redis_client: Redis) -> None:
    script = f"{LUA}return claim(KEYS[1], ARGV[1], 1000)"
    assert [redis_client.eval(script, 1, KEY, token) for token in ("a", "a", "b")] == [2, 1, 0]


def test_tokens_differ() -> None:
    assert len({new_token() for _ in range(100)}) == 100
