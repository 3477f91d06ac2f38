"""The figures that a worker reports of itself."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import Counter, Gauge

from merger import meters
from merger.background.worker_meters import WorkerMeters, resident_bytes
from merger.cache.answer_cache import AnswerCache
from merger.cache.entry import Entry
from merger.cache.local_tier import CachedEntry
from merger.cache.outcomes import Outcome
from merger.cache.redis_tier import RedisTier
from merger.stores.redis.link import RedisLink


def value(meter: Counter | Gauge, *labels: str) -> float:
    held: Any = meter.labels(*labels) if labels else meter
    return float(held._value.get())


class Worker:
    """A process whose figures are set."""

    def __init__(self, *views: str) -> None:
        self.cpu = 0.5
        self.link = RedisLink(lambda: pytest.fail("Redis is not asked"))
        self.cache = AnswerCache(RedisTier(self.link, "measured:"), b"secret")
        self.measuring = WorkerMeters(
            cache=self.cache,
            redis=self.link,
            views=views,
            cpu_seconds=lambda: self.cpu,
            resident_bytes=lambda: 7_000_000,
        )


def test_meters_start_at_zero_and_rise_with_the_counts() -> None:
    worker = Worker("measured.view")
    assert [value(meters.CACHE_ANSWERS, "measured.view", outcome) for outcome in Outcome] == [0] * len(Outcome)
    for expected in (3, 3, 4):
        for _ in range(expected - int(value(meters.CACHE_ANSWERS, "measured.view", Outcome.HOT))):
            worker.cache.counts.note("measured.view", Outcome.HOT)
        worker.measuring.run()
        assert value(meters.CACHE_ANSWERS, "measured.view", Outcome.HOT) == expected


def test_counts_taken_for_redis_still_reach_the_meters() -> None:
    worker = Worker("taken.view")
    worker.cache.counts.note("taken.view", Outcome.MISS)
    worker.cache.counts.take()
    worker.cache.counts.note("taken.view", Outcome.MISS)
    worker.measuring.run()
    assert value(meters.CACHE_ANSWERS, "taken.view", Outcome.MISS) == 2


def test_processor_time_adds_up_and_memory_is_the_present_one() -> None:
    worker, before = Worker(), value(meters.PROCESS_CPU_SECONDS)
    for worker.cpu in (0.5, 0.75, 0.75, 2.0):
        worker.measuring.run()
    assert value(meters.PROCESS_CPU_SECONDS) - before == pytest.approx(2.0)
    assert value(meters.PROCESS_RESIDENT_BYTES) == value(meters.PROCESS_LARGEST_BYTES) == 7_000_000
    assert value(meters.WORKERS) == 1


def test_meters_show_the_local_tier_and_a_redis_outage() -> None:
    worker = Worker()
    entry = Entry.of("k", b"{}", made=0.0, ttl=60, cost=0.0, missing=(), generations=())
    worker.cache.local_tier.put("question", CachedEntry(entry, 1.0, "HIT", entry))
    for worker.link.is_away in (True, False):
        worker.measuring.run()
        assert value(meters.REDIS_AWAY) == worker.link.is_away
    assert value(meters.CACHE_PROCESS_ENTRIES) == 1
    assert value(meters.CACHE_PROCESS_BYTES) == entry.size


def test_resident_memory_of_this_process_is_plausible() -> None:
    assert 10_000_000 < resident_bytes() < 10_000_000_000
