"""Calls side by side: their order, their errors, and the deadline of the request that they work for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from merger.deadline import deadline, seconds_left
from merger.errors import StoreUnavailable
from merger.stores.side_by_side import map_side_by_side, start


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def test_results_come_in_the_order_of_the_items(pool: ThreadPoolExecutor) -> None:
    begun = {item: threading.Event() for item in "abc"}

    def call(item: str) -> str:
        begun[item].set()
        if item == "a":  # the first ends last
            assert begun["b"].wait(5)
            assert begun["c"].wait(5)
        return item * 2

    assert list(map_side_by_side(pool, call, "abc")) == ["aa", "bb", "cc"]


def test_all_calls_run_also_where_nobody_reads_the_results(pool: ThreadPoolExecutor) -> None:
    ran = threading.Event()
    map_side_by_side(pool, lambda _: ran.set(), [1])
    assert ran.wait(5)


@pytest.mark.parametrize("error", [StoreUnavailable("away"), TimeoutError("its own")])
def test_an_error_reaches_the_caller(pool: ThreadPoolExecutor, error: Exception) -> None:
    def fail(_: int) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        start(pool, fail, 1)()
    assert raised.value is error


def test_a_call_knows_the_deadline_of_its_request(pool: ThreadPoolExecutor) -> None:
    with deadline(5):
        wait = start(pool, seconds_left, 60.0)
    assert 0 < wait() <= 5


def test_nobody_waits_for_longer_than_the_deadline(pool: ThreadPoolExecutor) -> None:
    go_on = threading.Event()
    began = time.monotonic()
    with deadline(0.05):
        wait = start(pool, go_on.wait, 10.0)
        with pytest.raises(StoreUnavailable, match="no time was left"):
            wait()
    assert time.monotonic() - began < 5
    go_on.set()


def test_a_pool_that_takes_no_more_calls_has_the_store_unavailable(pool: ThreadPoolExecutor) -> None:
    pool.shutdown()
    with pytest.raises(StoreUnavailable, match="no thread is there to read documents: cannot schedule new futures"):
        start(pool, str, 1)
