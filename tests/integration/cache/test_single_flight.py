"""One computation per key at a time, over threads and processes.

Requirement C3.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from redis import Redis

from merger.cache.generations import ALL_GENERATION, of_movie
from merger.cache.outcomes import Outcome
from merger.cache.terms import CacheRules
from merger.errors import NotFound, StoreUnavailable
from tests.integration.cache.cached import Cached, about, absent, together

PROCESSES, THREADS = 4, 250
ROOT = Path(__file__).parents[3]
PROGRAM = Path(__file__).with_name("cold_key.py")
HASTY = CacheRules(wait=0.3, claim=0.5)
CLAIM_OF = "tests:l:movies.details:{}"
CLAIM = CLAIM_OF.format(1)


def asked_by_processes(redis: Redis, stage: str, processes: int, threads: int, seconds: float) -> list[tuple[str, int]]:
    """The answers of many threads of several processes that request one key at the same moment."""
    port = redis.connection_pool.connection_kwargs["port"]
    command = [sys.executable, str(PROGRAM), str(port), "key", stage, str(threads), str(seconds)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True)
        for _ in range(processes)
    ]
    deadline = time.monotonic() + 60
    while int(redis.get(f"ready:key:{stage}") or 0) < processes:
        assert time.monotonic() < deadline
        assert all(process.poll() is None for process in running)
        time.sleep(0.02)
    redis.set(f"go:key:{stage}", 1)
    results = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * processes
    return [(state, made) for result in results for state, made in json.loads(result)]


def test_a_thousand_callers_compute_a_cold_and_an_invalidated_answer_once_each(
    redis_client: Redis,
) -> None:
    for stage in ("cold", "outdated"):
        given = asked_by_processes(redis_client, stage, PROCESSES, THREADS, 0.5)
        assert len(given) == PROCESSES * THREADS
        assert redis_client.get(f"made:key:{stage}") == b"1"
        assert {made for _, made in given} == {1}
        states = Counter(state for state, _ in given)
        assert states["MISS"] == 1
        assert states["HIT"] == PROCESSES * THREADS - 1
        Cached(redis_client, namespace="cold:").redis_tier.advance([ALL_GENERATION])


def test_threads_of_a_process_compute_a_cold_answer_once(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    cached.while_making = lambda: time.sleep(0.1)
    assert Counter(together(50, lambda: cached.state(about()))) == {"MISS": 1, "HIT": 49}
    assert cached.makes == 1
    assert cached.count(Outcome.MISS) == 1
    assert cached.count(Outcome.WAIT) + cached.count(Outcome.HOT) + cached.count(Outcome.HIT) == 49


def test_callers_that_wait_for_an_absence_are_counted(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    cached.while_making = lambda: time.sleep(0.1)
    cached.error = absent()
    given = together(20, lambda: cached.state(about()))
    assert all(isinstance(each, NotFound) for each in given)
    assert cached.makes == cached.count(Outcome.MISS) == 1
    assert cached.count(Outcome.WAIT) + cached.count(Outcome.HIT) == 19


def test_threads_compute_once_without_redis_too(redis_client: Redis) -> None:
    cached = Cached(redis_client, retry_seconds=60)
    cached.link.is_away = True
    cached.while_making = lambda: time.sleep(0.1)
    assert Counter(together(50, lambda: cached.state(about()))) == {"MISS": 1, "HIT": 49}
    assert cached.makes == 1


def test_different_requests_do_not_wait_for_each_other(redis_client: Redis) -> None:
    cached, serial = Cached(redis_client), iter(range(50))
    cached.while_making = threading.Barrier(10, timeout=2).wait  # passes only when all are there
    assert together(10, lambda: cached.state(about(next(serial)))) == ["MISS"] * 10


def test_failure_reaches_all_waiting_callers_and_the_next_one_tries_again(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    cached.error = StoreUnavailable("away")
    cached.while_making = lambda: time.sleep(0.2)
    results = together(30, lambda: cached.state(about()))
    assert {type(result) for result in results} == {StoreUnavailable}
    assert cached.makes < 5, "one, and callers that came after it had failed"
    cached.error, cached.makes = None, 0
    assert cached.state(about()) == "MISS"
    assert cached.makes == 1


def test_absence_reaches_all_waiting_callers(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    cached.error = absent()
    cached.while_making = lambda: time.sleep(0.2)
    assert {type(result) for result in together(30, lambda: cached.state(about()))} == {NotFound}
    assert cached.makes == 1


def test_failure_releases_the_claim_to_another_process(redis_client: Redis) -> None:
    one = Cached(redis_client)
    other = Cached(redis_client, one)
    one.error = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        one.state(about())
    one.error = None
    assert not redis_client.exists(CLAIM)
    assert other.state(about()) == "MISS"


class Hasty(Cached):
    """With a real clock, since it waits for real."""

    def __init__(self, redis: Redis, world: Cached | None = None, rules: CacheRules = HASTY) -> None:
        super().__init__(redis, world, rules=rules)
        self.cache.monotonic = time.monotonic


@pytest.mark.parametrize("claim", [0.1, 60], ids=["that runs out", "that does not"])
def test_claim_of_a_dead_process_lapses_and_another_computes(redis_client: Redis, claim: float) -> None:
    cached, delays, rounds = Hasty(redis_client), [], []
    for number in range(1, 6):
        redis_client.set(CLAIM_OF.format(number), "of one who died", px=int(claim * 1000))
        started, made = time.perf_counter(), cached.makes
        states = together(20, partial(cached.state, about(number)))
        delays.append(time.perf_counter() - started)
        rounds.append((cached.makes - made, states.count("MISS"), states.count("HIT")))
    # Most rounds and the shortest, as a busy machine has delays of its own, in which Redis may answer too late.
    assert rounds.count((1, 1, 19)) >= 3, rounds
    assert min(claim, HASTY.wait) <= min(delays) < HASTY.wait + 0.3


def test_process_slower_than_its_claim_leaves_the_next_claim_alone(redis_client: Redis) -> None:
    cached, request = Hasty(redis_client), about()

    def overtaken() -> None:
        redis_client.set(CLAIM, "of the next one")

    cached.while_making = overtaken
    assert cached.state(request) == "MISS"
    assert redis_client.get(CLAIM) == b"of the next one"


def test_waiting_process_serves_what_the_other_one_stored(redis_client: Redis) -> None:
    one = Hasty(redis_client, rules=CacheRules())
    other = Hasty(redis_client, one, rules=CacheRules())
    one.while_making = other.while_making = lambda: time.sleep(0.2)
    processes = iter((one, other))
    assert Counter(together(2, lambda: next(processes).state(about()))) == {"MISS": 1, "HIT": 1}
    assert one.makes + other.makes == 1
    assert one.count(Outcome.WAIT) + other.count(Outcome.WAIT) == 1


def test_request_after_an_invalidation_does_not_join_an_older_computation(redis_client: Redis) -> None:
    cached = Hasty(redis_client, rules=CacheRules())
    began, ended = threading.Event(), threading.Event()

    def slow() -> None:
        if not began.is_set():
            began.set()
            ended.wait(0.5)  # less than the patience of a waiting caller

    def one() -> tuple[str, int, list[str]]:
        first = not turn.pop()
        if first:
            return (*cached.fetch(about())[:2], ["first"])
        began.wait(10)
        cached.value = 1
        cached.redis_tier.advance([of_movie(1)])
        found = cached.fetch(about())[:2]
        ended.set()
        return (*found, ["second"])

    turn = [False, True]
    cached.while_making = slow
    results = together(2, one)
    assert ("MISS", 1, ["second"]) in results
    assert ("MISS", 0, ["first"]) in results


def test_old_answer_is_served_when_the_computing_thread_hangs(redis_client: Redis) -> None:
    cached, request = Hasty(redis_client), about()
    cached.state(request)
    cached.cache.local_tier.clear()
    cached.redis_tier.advance([of_movie(1)])
    cached.while_making = lambda: time.sleep(1.0)
    states = together(10, lambda: cached.state(request))
    assert Counter(states) == {"MISS": 1, "STALE": 9}
    assert cached.makes == 2


def test_waiting_callers_compute_themselves_when_the_first_hangs(redis_client: Redis) -> None:
    cached = Hasty(redis_client)
    cached.while_making = lambda: time.sleep(1.0)
    assert set(together(3, lambda: cached.state(about()))) == {"MISS"}
