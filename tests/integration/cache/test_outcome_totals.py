"""Outcomes and popular addresses of all processes, in Redis.

Requirement C8.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from redis import Redis

from merger.cache.outcome_totals import KEPT_FOR, OutcomeTotals
from merger.cache.outcomes import Outcome, hit_rate
from merger.cache.popular import MOST_KEPT, PopularTotals
from merger.core.windows import HOUR
from merger.drift.shared_result import SharedDriftResults
from merger.stores.redis.link import RedisLink

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
DETAILS = "movies.details"


@pytest.fixture
def link(redis_client: Redis) -> RedisLink:
    return RedisLink(lambda: redis_client)


def test_counts_of_several_processes_add_up(link: RedisLink) -> None:
    for number in (1, 2):
        OutcomeTotals(link, "a:").add({(DETAILS, Outcome.HIT): number, ("other", Outcome.MISS): 1}, NOW)
    found = OutcomeTotals(link, "a:").read(NOW)
    assert found == {(DETAILS, Outcome.HIT): 3, ("other", Outcome.MISS): 2}
    assert hit_rate(found, DETAILS) == 1.0
    assert hit_rate(found) == 0.6
    assert OutcomeTotals(link, "b:").read(NOW) == {}


def test_counts_cover_the_requested_hours(link: RedisLink, redis_client: Redis) -> None:
    counts = OutcomeTotals(link, "a:")
    for ago in range(4):
        counts.add({(DETAILS, Outcome.HIT): 10**ago}, NOW - ago * HOUR)
    assert counts.read(NOW) == {(DETAILS, Outcome.HIT): 11}
    assert counts.read(NOW, hours=3) == {(DETAILS, Outcome.HIT): 1111}
    assert all(0 < redis_client.ttl(key) <= (KEPT_FOR + HOUR).total_seconds() for key in redis_client.keys("a:*"))


def test_most_requested_addresses_come_first_and_are_halved(link: RedisLink, redis_client: Redis) -> None:
    shared = PopularTotals(link, "a:")
    shared.add({"/once": 1, "/often": 8})
    shared.add({"/often": 4})
    halved = shared.top(10)
    assert halved == [("/often", 8.0), ("/once", 0.5)]  # the first report halves, the second doesn't
    assert shared.top(1) == halved[:1]
    redis_client.delete("a:requested:halved")
    shared.add({"/new": 2})
    assert shared.top(10) == [("/often", 4.0), ("/new", 1.0)]


def test_flood_of_addresses_does_not_push_out_popular_ones(link: RedisLink, redis_client: Redis) -> None:
    shared = PopularTotals(link, "a:")
    shared.add({f"/popular/{number}": 50 for number in range(20)})
    for round_ in range(10):
        shared.add({f"/flood/{round_}/{number}": 1 for number in range(500)})
    assert redis_client.zcard("a:requested") <= MOST_KEPT
    assert {address for address, _ in shared.top(20)} == {f"/popular/{number}" for number in range(20)}


FOREIGN: dict[str, Callable[[Redis, str], object]] = {
    "text": lambda redis, key: redis.set(key, "x"),
    "a number": lambda redis, key: redis.set(key, 1),
    "a list": lambda redis, key: redis.rpush(key, "x"),
    "a set": lambda redis, key: redis.sadd(key, "x"),
    "a sorted set": lambda redis, key: redis.zadd(key, {b"/x": float("inf"), b"\xff": float("-inf")}),
    "a hash": lambda redis, key: redis.hset(key, mapping={"a": "b", "": "", b"\xff|hit": "1"}),
    "an outcome of a later release": lambda redis, key: redis.hset(key, f"{DETAILS}|nope", 1),
    "counts that are none": lambda redis, key: redis.hset(
        key, mapping={f"{DETAILS}|hit": "many", "a|hit": "-1", "b|hit": "1.5", "c|hit": "9" * 5000, "d|hit": ""}
    ),
    "the largest count": lambda redis, key: redis.hset(key, f"{DETAILS}|hit", 2**63 - 1),
}
"""Values that another program or another release may have written."""


@pytest.mark.parametrize("write", FOREIGN.values(), ids=FOREIGN.keys())
def test_foreign_counts_are_passed_over_and_give_way(
    link: RedisLink, redis_client: Redis, write: Callable[[Redis, str], object]
) -> None:
    totals = OutcomeTotals(link, "a:")
    totals.add({("other", Outcome.MISS): 1}, NOW - HOUR)
    write(redis_client, totals._key(NOW))
    known = {key: number for key, number in totals.read(NOW).items() if key[0] == "other"}
    assert known == {("other", Outcome.MISS): 1}
    for _ in range(2):
        totals.add({(DETAILS, Outcome.HIT): 2}, NOW)
    assert totals.read(NOW)[DETAILS, Outcome.HIT] == 4


@pytest.mark.parametrize("write", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_list_of_addresses_counts_as_none_and_gives_way(
    link: RedisLink, redis_client: Redis, write: Callable[[Redis, str], object]
) -> None:
    popular = PopularTotals(link, "a:")
    write(redis_client, "a:requested")
    assert popular.top(1) in ([], [("/x", float("inf"))])
    popular.add({"/often": 8})
    assert "/often" in dict(popular.top(20))


@pytest.mark.parametrize("write", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_result_of_the_comparison_counts_as_none(
    link: RedisLink, redis_client: Redis, write: Callable[[Redis, str], object]
) -> None:
    write(redis_client, "a:drift")
    assert SharedDriftResults(link, "a:").last() is None
