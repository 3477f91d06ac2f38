"""The token bucket in a real Redis: equal to the pure one, shared by processes, and safe while Redis is away."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from lambdaserve.access.ratelimit.bucket import MAX_TOKENS, MINUTE_US, Grant, Limit, TokenBucket, take_from_all
from lambdaserve.access.ratelimit.buckets import SCRIPT, LocalBuckets, RedisBuckets
from lambdaserve.access.ratelimit.leases import LEASE_SECONDS, LeaseTable
from lambdaserve.server import embedded_stores as embedded
from merger.stores.redis.link import RedisLink
from tests.effort import examples

NAMESPACE = "lambdaserve:bucket:test:"
EPOCH = 1_800_000_000_000_000
"""Microseconds, as in Redis."""


def take_in_redis(redis: Redis, limit: Limit, moment: int | None, wanted: int, least: int, unused: int) -> list[int]:
    """Takes from the bucket in Redis, by its own clock unless a moment is given: tokens, remaining, wait, moment."""
    arguments = [wanted, least, unused, "" if moment is None else moment, limit.rate, limit.burst]
    found: list[int] = redis.register_script(SCRIPT)(keys=[NAMESPACE + "twin"], args=arguments)
    return found


@settings(deadline=None, max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(
        st.tuples(st.integers(0, MINUTE_US), st.integers(0, 64), st.integers(0, 20), st.integers(0, 64)), max_size=20
    ),
    limit=st.builds(Limit, st.integers(1, 700), st.integers(20, 60)) | st.just(Limit(MAX_TOKENS, MAX_TOKENS)),
)
def test_both_twins_give_the_same_from_several_buckets(
    redis_client: Redis, steps: list[tuple[int, int, int, int]], limit: Limit
) -> None:
    bounds = [limit, limit.times(4), limit.times(16)]
    keys = [f"{NAMESPACE}several {number}" for number in range(len(bounds))]
    redis_client.delete(*keys)
    buckets, now = [TokenBucket() for _ in bounds], EPOCH
    for pause, more, least, unused in steps:
        now += pause
        for key, bucket in zip(keys, buckets, strict=True):
            if bucket.full_at:
                redis_client.set(key, bucket.full_at)
        wanted = least + more
        buckets, grant = take_from_all(
            list(zip(buckets, bounds, strict=True)), now, wanted=wanted, least=least, unused=unused
        )
        sizes = [number for each in bounds for number in each]
        found = redis_client.register_script(SCRIPT)(keys=keys, args=[wanted, least, unused, now, *sizes])
        assert found == [*grant, now]


def test_one_customer_s_networks_share_a_wider_bucket(redis_client: Redis) -> None:
    limit = Limit(rate=6, burst=10)
    for table in (
        lease_table_on(RedisLink(lambda: redis_client)),
        LeaseTable(Away(), LocalBuckets(), lambda _: None),
    ):
        admitted = {
            prefix: sum(
                table.take(f"address:2001:db8:{prefix}{number:02x}::/64", limit, 1).admitted
                for number in range(100)
                for _ in range(3)
            )
            for prefix in ("1:0", "1:1", "1:2", "1:3", "1:4", "1:5", "2:0")
        }
        assert all(30 <= admitted[prefix] <= 42 for prefix in ("1:0", "1:1", "1:2")), admitted
        assert 120 <= sum(count for prefix, count in admitted.items() if prefix.startswith("1:")) <= 164, admitted
        assert admitted["2:0"] >= 30, "another customer's"


class Away:
    """Shared buckets that can't be asked."""

    def take(self, client: str, limit: Limit, *, wanted: int, least: int, unused: int) -> None:
        return None


def test_what_is_counted_exactly_needs_no_lease_and_can_be_handed_back(redis_client: Redis) -> None:
    limit = Limit(rate=3, burst=15)
    for first, second in (
        [lease_table_on(RedisLink(lambda: redis_client)) for _ in range(2)],
        [LeaseTable(Away(), LocalBuckets(), lambda _: None)] * 2,
    ):
        assert [first.take_unleased("a", limit, 5).admitted for _ in range(2)] == [True, True]
        assert [second.take_unleased("a", limit, 5).admitted for _ in range(2)] == [True, False]
        first.hand_back("a", limit, 5)
        assert [second.take_unleased("a", limit, 5).admitted for _ in range(2)] == [True, False]
        for _ in range(5):
            second.hand_back("a", limit, 5)
        assert sum(first.take_unleased("a", limit, 5).admitted for _ in range(9)) == 3


limits = st.builds(Limit, st.integers(1, 700), st.integers(1, 60)) | st.builds(
    Limit, st.integers(1, MAX_TOKENS), st.integers(1, MAX_TOKENS)
)
steps = st.lists(
    st.tuples(
        limits,
        st.integers(0, 2_000) | st.integers(0, 2 * MINUTE_US),
        st.integers(1, 64) | st.integers(1, MAX_TOKENS),
        st.integers(1, 64),
        st.integers(0, 64),
    ),
    min_size=1,
    max_size=30,
)


@settings(deadline=None, max_examples=examples(150), suppress_health_check=list(HealthCheck))
@given(first=limits, steps=steps, one_limit=st.booleans())
def test_both_twins_give_the_same_for_every_sequence(
    redis_client: Redis, first: Limit, steps: list[tuple[Limit, int, int, int, int]], one_limit: bool
) -> None:
    key = NAMESPACE + "twin"
    redis_client.delete(key)
    bucket, now = TokenBucket(), EPOCH
    for changed, pause, wanted, least, unused in steps:
        limit = first if one_limit else changed
        now += pause
        useful = min(least, limit.burst)
        wanted_at_least = max(wanted, useful)
        if bucket.full_at:
            # The key expires by Redis's own clock, which is not this test's.
            redis_client.set(key, bucket.full_at)
        bucket, grant = bucket.take(limit, now, wanted=wanted_at_least, least=useful, unused=unused)
        assert take_in_redis(redis_client, limit, now, wanted_at_least, useful, unused) == [*grant, now]
        stored = redis_client.get(key)
        assert stored == b"%d" % bucket.full_at or (stored is None and bucket.full_at - now < 1_000_000)


def test_both_twins_give_the_same_by_redis_s_own_clock(redis_client: Redis) -> None:
    limit, bucket = Limit(rate=6_000, burst=5), TokenBucket()
    refused = 0
    for _ in range(300):
        *found, now = take_in_redis(redis_client, limit, None, 1, 1, 0)
        bucket, grant = bucket.take(limit, now, wanted=1)
        assert found == [*grant]
        refused += not grant.tokens
    assert 0 < refused < 300


def test_a_bucket_in_redis_expires_when_it_is_full(redis_client: Redis) -> None:
    limit = Limit(rate=60, burst=10)
    take_in_redis(redis_client, limit, None, 10, 1, 0)
    assert 9_900 < redis_client.pttl(NAMESPACE + "twin") <= 10_000
    take_in_redis(redis_client, limit, None, 1, 1, 10)
    assert 900 < redis_client.pttl(NAMESPACE + "twin") <= 1_000
    take_in_redis(redis_client, Limit(rate=6_000, burst=10), None, 1, 1, 10)
    time.sleep(0.2)
    assert redis_client.exists(NAMESPACE + "twin") == 0


_start: Any = None
"""Barrier at which the processes of the test below wait for each other."""


def set_barrier(start: Any) -> None:
    global _start  # noqa: PLW0603 - how a pool hands its processes what can't be pickled
    _start = start


def take_at_full_speed(address: str, limit: Limit, seconds: float) -> tuple[int, float, float]:
    """Takes without pause in one process; returns the number admitted and the first and last moment."""
    redis = Redis.from_url(address)
    table = lease_table_on(RedisLink(lambda: redis))
    _start.wait(60)
    admitted, first = 0, time.time()
    last = first
    while last < first + seconds:
        admitted += table.take("one", limit, 1).admitted
        time.sleep(0.001)
        last = time.time()
    redis.close()
    return admitted, first, last


def lease_table_on(link: RedisLink) -> LeaseTable:
    renewal = ThreadPoolExecutor(1)
    return LeaseTable(RedisBuckets(link, NAMESPACE), LocalBuckets(), renewal.submit)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [Limit(rate=6_000, burst=200), Limit(rate=1_200, burst=10)])
def test_eight_processes_together_admit_nearly_a_bucket_and_no_more(
    redis_client: Redis, redis_url: str, limit: Limit
) -> None:
    processes = multiprocessing.get_context("spawn")
    start = processes.Barrier(8)
    with ProcessPoolExecutor(8, mp_context=processes, initializer=set_barrier, initargs=(start,)) as pool:
        running = [pool.submit(take_at_full_speed, redis_url, limit, 3.0) for _ in range(8)]
        found = [each.result() for each in running]
    admitted = sum(count for count, _, _ in found)
    span = max(last for _, _, last in found) - min(first for _, first, _ in found)
    most = limit.burst + limit.rate * span / 60
    assert admitted <= most
    assert admitted >= 0.8 * most


@pytest.fixture
def store(tmp_path: Path) -> Iterator[embedded.Store]:
    """A Redis of this test's own, which it stops and starts."""
    found = embedded.start_redis(tmp_path)
    yield found
    found.stop()


def test_limits_hold_while_redis_is_down_and_redis_is_used_again(store: embedded.Store, tmp_path: Path) -> None:
    limit = Limit(rate=6, burst=20)
    redis = Redis.from_url(store.address, socket_timeout=0.2, socket_connect_timeout=0.2, retry=None)
    connected = list[float]()

    def connection() -> Redis:
        connected.append(time.perf_counter())
        return redis

    link = RedisLink(connection, retry_seconds=0.05)
    table = lease_table_on(link)
    assert sum(table.take("a", limit, 1).admitted for _ in range(40)) == 20

    store.child.process.kill()
    store.child.process.wait()
    store.stop()
    assert not table.take("a", limit, 1).admitted, "a client refused a moment ago still is"
    assert sum(table.take("b", limit, 1).admitted for _ in range(40)) == 20
    connected.clear()
    for number in range(1_000):
        table.take(f"client {number}", limit, 1)
    between = [later - earlier for earlier, later in pairwise(connected)]
    assert all(seconds > 0.04 for seconds in between), "only one attempt to connect per interval"

    port = int(store.address.rpartition(":")[2].partition("/")[0])
    again = embedded.start_redis(tmp_path / "again", port)
    try:
        deadline = time.monotonic() + 5
        while link.is_away and time.monotonic() < deadline:
            time.sleep(0.02)
        assert table.take("c", limit, 1).admitted
        assert redis.exists(NAMESPACE + "c") == 1
    finally:
        redis.close()
        again.stop()


def test_limits_hold_while_redis_takes_no_writes(redis_client: Redis) -> None:
    limit = Limit(rate=6, burst=20)
    table = lease_table_on(RedisLink(lambda: redis_client))
    redis_client.config_set("maxmemory", "1")
    try:
        assert sum(table.take("a", limit, 1).admitted for _ in range(40)) == 20
    finally:
        redis_client.config_set("maxmemory", "0")


def test_a_flushed_script_is_sent_again(redis_client: Redis) -> None:
    shared = RedisBuckets(RedisLink(lambda: redis_client), NAMESPACE)
    for _ in range(2):
        redis_client.script_flush()
        assert isinstance(shared.take("a", Limit(60, 10), wanted=1, least=1, unused=0), Grant)


def test_threads_share_a_lease_to_the_exact_token(redis_client: Redis) -> None:
    limit = Limit(rate=1, burst=500)
    table = lease_table_on(RedisLink(lambda: redis_client))
    admitted: list[Any] = []

    def take_many() -> None:
        admitted.append(sum(table.take("a", limit, 1).admitted for _ in range(200)))

    threads = [threading.Thread(target=take_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A lease that was renewed in the background may hold the last tokens while the threads were being refused.
    until = time.monotonic() + 2 * LEASE_SECONDS
    while sum(admitted) < 500 and time.monotonic() < until:
        admitted.append(table.take("a", limit, 1).admitted)
    assert sum(admitted) == 500
    assert not table.take("a", limit, 1).admitted
