"""The cache of counters, over a Redis of this test's own making."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lambdaserve.access.ratelimit import counter_cache
from lambdaserve.access.ratelimit.counter_cache import CounterCache
from merger.stores.redis.link import RedisTrouble


class FakeRedis:
    """The two commands that counting needs, and a link that can be cut."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}
        self.expiries: dict[str, int | None] = {}
        self.is_away = False

    def ask(self, question: Callable[[Any], Any]) -> Any:
        if self.is_away:
            raise RedisTrouble("away")
        return question(self)

    def set(self, name: str, value: int, *, nx: bool, ex: int | None) -> bool | None:
        assert nx
        if name in self.values:
            return None
        self.values[name], self.expiries[name] = value, ex
        return True

    def incr(self, name: str, delta: int) -> int:
        self.values[name] = self.values.get(name, 0) + delta
        return self.values[name]


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> FakeRedis:
    fake = FakeRedis()
    monkeypatch.setattr(counter_cache, "redis_link", lambda: fake)
    return fake


@pytest.fixture
def cache(redis: FakeRedis) -> Iterator[CounterCache]:
    made = CounterCache("counters of a test", {"KEY_PREFIX": "tries"})
    yield made
    made.clear()


def test_a_counter_starts_once_and_expires_in_redis(cache: CounterCache, redis: FakeRedis) -> None:
    assert cache.add("ann", 1, timeout=305.5)
    assert not cache.add("ann", 1, timeout=305.5)
    assert redis.values == {"tries:1:ann": 1}
    assert redis.expiries == {"tries:1:ann": 305}
    assert [cache.incr("ann"), cache.incr("ann", 3)] == [2, 5]


def test_the_default_timeout_and_none_reach_redis_as_such(cache: CounterCache, redis: FakeRedis) -> None:
    cache.add("default", 1)
    cache.add("never", 1, timeout=None)
    assert redis.expiries == {"tries:1:default": 300, "tries:1:never": None}


def test_without_redis_this_process_counts_by_itself(cache: CounterCache, redis: FakeRedis) -> None:
    redis.is_away = True
    assert cache.add("ann", 1)
    assert not cache.add("ann", 1)
    assert [cache.incr("ann"), cache.incr("ann")] == [2, 3]
    assert redis.values == {}
    cache.clear()
    assert cache.add("ann", 1)


def test_a_counter_that_started_in_redis_starts_again_without_it(cache: CounterCache, redis: FakeRedis) -> None:
    cache.add("ann", 1)
    cache.incr("ann")
    redis.is_away = True
    assert cache.incr("ann") == 1
    redis.is_away = False
    assert cache.incr("ann") == 3
