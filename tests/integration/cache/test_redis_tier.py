"""The cache tier in Redis: entries, claims and generations, by themselves."""

from __future__ import annotations

import pytest
from redis import Redis

from merger.cache.generations import ALL_GENERATION, of_changed_movie, of_view
from merger.cache.redis_tier import DAY_SECONDS, RedisTier
from merger.stores.redis.link import RedisLink

KEY = "movies.details:1"
NAMES = (ALL_GENERATION, of_view("movies.details"), of_changed_movie(1))


@pytest.fixture
def tier(redis_client: Redis) -> RedisTier:
    return RedisTier(RedisLink(lambda: redis_client), "tier:")


def test_empty_redis_has_only_the_generation_of_everything(tier: RedisTier) -> None:
    found = tier.find(KEY, NAMES)
    assert found.raw is None
    assert found.generations[0].isdigit()
    assert found.generations[1:] == ("", "")
    assert tier.find(KEY, NAMES) == found


def test_advance_bumps_named_generations_each_time_and_no_others(tier: RedisTier) -> None:
    seen = []
    for _ in range(3):
        tier.advance([of_changed_movie(1)])
        seen.append(int(tier.find(KEY, NAMES).generations[2]))
    assert seen == sorted(set(seen))
    assert tier.find(KEY, NAMES).generations[1] == ""


def test_generations_of_movies_expire_and_others_do_not(tier: RedisTier, redis_client: Redis) -> None:
    tier.advance([*NAMES])
    assert redis_client.ttl("tier:g:view:movies.details") == -1
    assert DAY_SECONDS < redis_client.ttl("tier:g:changed:movie:1") <= 2 * DAY_SECONDS


def test_put_stores_the_entry_and_releases_its_own_claim_only(tier: RedisTier) -> None:
    assert tier.claim(KEY, "a", 10) == (True, None)
    assert tier.claim(KEY, "b", 10) == (False, None)
    tier.put(KEY, b"of b", 60, "b")
    assert tier.claim(KEY, "c", 10) == (False, b"of b"), "the claim of a stays"
    tier.put(KEY, b"of a", 60, "a")
    assert tier.claim(KEY, "c", 10) == (True, b"of a")
    tier.release(KEY, "c")
    assert tier.claim(KEY, "d", 10) == (True, b"of a")


def test_absences_do_not_count_as_answers(tier: RedisTier) -> None:
    tier.put(KEY, b"nothing", 60, None, is_answer=False)
    assert not tier.holds_answers()
    tier.put(KEY, b"an answer", 60, None)
    assert tier.holds_answers()
