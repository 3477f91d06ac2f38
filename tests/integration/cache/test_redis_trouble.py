"""Redis refuses, hangs, dies, is slow or full: answers stay right, the cost is paid once, and it recovers.

Requirements C5 and F2.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django_redis import get_redis_connection
from redis import Redis

from lambdaserve.server import embedded_stores as embedded
from merger.cache.generations import ALL_GENERATION, of_movie
from merger.cache.outcomes import Outcome
from merger.errors import StoreUnavailable
from merger.stores.redis.link import RETRY_SECONDS, RedisAway, RedisRefused
from tests.integration.cache.cached import TTL, Cached, about, together
from tests.tcp_proxy import TcpProxy

ONCE = 0.25
"""Seconds that finding out may cost; 0.1 of them are the time-out."""
THEN = 0.02
"""Seconds that a request may take on average during a known outage; ten times the truth, for busy machines."""
MENDED = 2.0
"""Seconds after which Redis must be in use again."""


class OwnRedis:
    """A Redis that a test may break, behind a proxy, and a client with the settings' options."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.store = embedded.start_redis(directory)
        self.port = int(self.store.address.rpartition(":")[2].partition("/")[0])
        self.proxy = TcpProxy(self.port)
        self.direct: Redis = Redis(port=self.port)
        behind_proxy = {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{self.proxy.port}/0"}
        with override_settings(CACHES={**settings.CACHES, "default": behind_proxy}):
            self.client: Redis = get_redis_connection("default")

    @property
    def pid(self) -> int:
        return self.store.child.process.pid

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.store.child.process.wait()

    def start(self) -> None:
        self.store = embedded.start_redis(self._directory, self.port)

    def close(self) -> None:
        for redis in (self.client, self.direct):
            redis.close()
            redis.connection_pool.disconnect()
        self.proxy.close()
        self.store.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnRedis]:
    found = OwnRedis(tmp_path)
    yield found
    found.close()


def _refused(own: OwnRedis) -> Callable[[], None]:
    own.proxy.refuse()
    return own.proxy.accept


def _cut(own: OwnRedis) -> Callable[[], None]:
    own.proxy.refuse()
    own.proxy.accept()
    own.proxy.silent = True
    return lambda: setattr(own.proxy, "silent", False)


def _slow(own: OwnRedis) -> Callable[[], None]:
    own.proxy.delay = 2.0
    return lambda: setattr(own.proxy, "delay", 0.0)


def _silent(own: OwnRedis) -> Callable[[], None]:
    own.proxy.silent = True
    return lambda: setattr(own.proxy, "silent", False)


def _stopped(own: OwnRedis) -> Callable[[], None]:
    os.kill(own.pid, signal.SIGSTOP)
    return lambda: os.kill(own.pid, signal.SIGCONT)


def _killed(own: OwnRedis) -> Callable[[], None]:
    own.kill()
    return own.start


WAYS = {
    "refused": _refused,
    "cut and silent": _cut,
    "slow by two seconds": _slow,
    "silent": _silent,
    "stopped": _stopped,
    "killed": _killed,
}


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def until_back(cached: Cached) -> float:
    """Seconds until Redis is asked again."""
    started = time.perf_counter()
    while cached.link.is_away and time.perf_counter() - started < 2 * MENDED:
        time.sleep(0.01)
    return time.perf_counter() - started


@pytest.mark.parametrize("spoil", WAYS.values(), ids=WAYS.keys())
def test_redis_outage_costs_one_timeout_and_recovers_by_itself(
    own: OwnRedis, spoil: Callable[[OwnRedis], Callable[[], None]]
) -> None:
    cached, request = Cached(own.client, retry_seconds=RETRY_SECONDS), about()
    cached.state(request)
    assert cached.after(1).state(request) == "HIT"

    mend = spoil(own)
    cached.after(1)
    assert seconds(lambda: cached.state(request)) < ONCE
    assert cached.state(request) == "HIT", "what the process has held is given for a little longer"
    others = [about(movie_id) for movie_id in range(2, 32)]
    states: list[str] = []
    assert seconds(lambda: states.extend(map(cached.state, others))) < THEN * len(others)
    assert set(states) == {"MISS"}
    cached.after(5).value = 1
    assert cached.fetch(request) == ("MISS", 1, [])

    mend()
    assert until_back(cached) < MENDED
    cached.after(2)
    assert {cached.state(each) for each in others} == {"MISS"}
    cached.after(1).take_asked()
    assert {cached.state(each) for each in others} == {"HIT"}
    assert cached.take_asked() == len(others)


@pytest.mark.parametrize("spoil", [_refused, _silent])
def test_redis_away_from_the_start_is_tolerated(own: OwnRedis, spoil: Callable[[OwnRedis], Callable[[], None]]) -> None:
    mend = spoil(own)
    cached = Cached(own.client)
    assert seconds(lambda: cached.state(about())) < ONCE
    assert seconds(lambda: cached.state(about(2))) < THEN
    mend()
    assert until_back(cached) < MENDED
    assert cached.after(1).state(about()) == "MISS"
    assert cached.after(1).state(about()) == "HIT"


def test_many_threads_wait_for_the_timeout_together(own: OwnRedis) -> None:
    cached = Cached(own.client)
    together(16, lambda: cached.state(about(3)))
    own.proxy.silent = True
    cached.after(1)
    serial = iter(range(100, 200))
    assert seconds(lambda: together(16, lambda: cached.state(about(next(serial))))) < 2 * ONCE


def test_with_both_stores_away_the_process_serves_what_it_holds_as_stale(own: OwnRedis) -> None:
    cached, request = Cached(own.client), about()
    cached.state(request)
    own.proxy.refuse()
    cached.error = StoreUnavailable("away")
    state, value, warnings = cached.after(60).fetch(request)
    assert (state, value, len(warnings)) == ("STALE", 0, 1)
    with pytest.raises(StoreUnavailable):
        cached.fetch(request, strict=True)
    with pytest.raises(StoreUnavailable):
        cached.fetch(about(2))


def test_answer_computed_without_redis_is_not_stored_in_it_later(own: OwnRedis) -> None:
    cached, request = Cached(own.client), about()
    own.proxy.refuse()

    def comes_back() -> None:
        own.proxy.accept()
        until_back(cached)

    cached.while_making = comes_back
    assert cached.state(request) == "MISS"
    assert not cached.link.is_away
    cached.while_making = lambda: None
    assert own.direct.get(cached.stored(request)) is None, "the generations that it was computed under are unknown"
    assert cached.after(1).state(request) == "MISS"
    assert cached.after(1).state(request) == "HIT"


def test_outage_during_a_computation_only_prevents_storing(own: OwnRedis) -> None:
    cached, request = Cached(own.client), about()
    cached.while_making = own.proxy.refuse
    assert cached.state(request) == "MISS"
    cached.while_making = lambda: None
    assert cached.state(request) == "HIT"
    assert cached.after(0.9).state(request) == "HIT"


def test_connection_closed_by_redis_is_replaced_unnoticed(own: OwnRedis) -> None:
    cached, request = Cached(own.client), about()
    cached.state(request)
    own.proxy.cut()
    time.sleep(0.05)
    assert cached.after(1).state(request) == "HIT"
    assert not cached.link.is_away


def test_late_reply_is_not_taken_for_the_next_request(own: OwnRedis) -> None:
    cached = Cached(own.client, retry_seconds=0.02)
    for movie_id in range(5):
        cached.state(about(movie_id))
    own.proxy.delay = 0.15
    cached.after(1)
    for movie_id in range(5):
        cached.state(about(movie_id))  # asserts whose answer it is
    own.proxy.delay = 0.0
    assert until_back(cached) < MENDED
    for _ in range(3):
        cached.after(1)
        assert [cached.fetch(about(movie_id))[0] for movie_id in range(5)] == ["HIT"] * 5


def test_known_outage_sends_only_occasional_pings(own: OwnRedis) -> None:
    cached = Cached(own.client, retry_seconds=0.1)
    cached.state(about())
    own.proxy.refuse()
    cached.after(1).state(about(2))
    assert cached.link.is_away
    with pytest.raises(RedisAway):
        cached.link.ask(Redis.ping)
    before = own.proxy.chunks
    for movie_id in range(3, 50):
        cached.state(about(movie_id))
    assert own.proxy.chunks == before


@pytest.fixture
def full(own: OwnRedis) -> OwnRedis:
    """One that takes nothing more, with one entry from before in it."""
    cached = Cached(own.client)
    cached.state(about())
    own.direct.config_set("maxmemory-policy", "noeviction")
    own.direct.config_set("maxmemory", 1)
    return own


def test_full_redis_serves_what_it_has_and_stores_nothing_new(full: OwnRedis) -> None:
    cached = Cached(full.client)
    assert [cached.after(1).state(about()) for _ in range(3)] == ["HIT"] * 3
    assert cached.take_asked() == 3
    assert [cached.after(1).state(about(2)) for _ in range(3)] == ["MISS"] * 3
    assert cached.take_asked() <= 9, "a look, a claim, a storing"
    assert cached.state(about(2)) == "HIT"
    assert cached.take_asked() == 0
    assert full.direct.dbsize() == 3, "the entry, the mark that there is one, the generation of everything"


def test_full_redis_refuses_an_invalidation_with_an_error(full: OwnRedis) -> None:
    cached = Cached(full.client)
    with pytest.raises(RedisRefused, match="maxmemory"):
        cached.redis_tier.advance([of_movie(1)])


def test_full_redis_serves_stale_answers_then_computes_them(full: OwnRedis) -> None:
    cached = Cached(full.client)
    cached.value = 1
    assert cached.after(TTL).fetch(about())[:2] == ("STALE", 0)
    cached.background.run()
    assert cached.after(TTL).fetch(about())[:2] == ("MISS", 1)


def test_full_redis_is_used_again_once_it_has_room(full: OwnRedis) -> None:
    cached = Cached(full.client)
    assert cached.state(about(2)) == "MISS"
    full.direct.config_set("maxmemory", 0)
    assert cached.after(1).state(about(2)) == "MISS"
    assert cached.after(1).state(about(2)) == "HIT"


def test_answers_are_right_over_a_redis_that_evicts_constantly(own: OwnRedis) -> None:
    cached, dice = Cached(own.client), random.Random(7)
    used: dict[str, Any] = own.direct.info("memory")
    own.direct.config_set("maxmemory", used["used_memory"] + 400_000)
    for step in range(1200):
        if step % 100 == 99:
            cached.value += 1
            cached.redis_tier.advance([ALL_GENERATION])
            cached.after(1)
        cached.padding = dice.randbytes(3_000).hex()
        assert cached.after(0.4).fetch(about(dice.randrange(120)))[1] == cached.value
    stats: dict[str, Any] = own.direct.info("stats")
    assert stats["evicted_keys"] > 100
    assert cached.count(Outcome.HIT) > 50
    assert not cached.link.is_away
