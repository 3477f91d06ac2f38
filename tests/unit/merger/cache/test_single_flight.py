"""One call per key at a time.

Requirement C3.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from merger.cache.single_flight import BackgroundFlight, SingleFlight, WaitTimeout


class Gate:
    """Work that begins, and ends when it is let."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.let = threading.Event(), threading.Event()
        self.calls = 0
        self.error = error

    def work(self) -> int:
        self.calls += 1
        self.begun.set()
        assert self.let.wait(5)
        if self.error is not None:
            raise self.error
        return self.calls


def never() -> int:
    pytest.fail("the first caller does the work")


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(20)


def test_all_callers_get_one_result_from_one_call(pool: ThreadPoolExecutor) -> None:
    flights, gate = SingleFlight[int](), Gate()
    with pool:
        first = pool.submit(flights.run, "q", gate.work, 5)
        assert gate.begun.wait(5)
        others = [pool.submit(flights.run, "q", never, 5) for _ in range(19)]
        gate.let.set()
        assert first.result() == (1, True)
        assert {other.result() for other in others} == {(1, False)}
    assert gate.calls == 1


def test_all_callers_get_the_same_exception(pool: ThreadPoolExecutor) -> None:
    flights, gate = SingleFlight[int](), Gate(ZeroDivisionError())
    with pool:
        running = [pool.submit(flights.run, "q", gate.work, 5)]
        assert gate.begun.wait(5)
        running += [pool.submit(flights.run, "q", never, 5) for _ in range(19)]
        gate.let.set()
        assert all(each.exception() is gate.error for each in running)


def test_call_after_the_flight_does_the_work_again() -> None:
    flights = SingleFlight[int]()

    def fail() -> int:
        raise ZeroDivisionError

    assert flights.run("q", lambda: 1, 5) == (1, True)
    with pytest.raises(ZeroDivisionError):
        flights.run("q", fail, 5)
    assert flights.run("q", lambda: 2, 5) == (2, True)
    assert flights._under_way == {}


def test_work_under_another_key_does_not_wait(pool: ThreadPoolExecutor) -> None:
    flights, gate = SingleFlight[int](), Gate()
    with pool:
        first = pool.submit(flights.run, "q", gate.work, 5)
        assert gate.begun.wait(5)
        assert flights.run("another", lambda: 7, 5) == (7, True)
        gate.let.set()
        assert first.result() == (1, True)


def test_caller_out_of_patience_gets_a_timeout_and_the_work_goes_on(pool: ThreadPoolExecutor) -> None:
    flights, gate = SingleFlight[int](), Gate()
    with pool:
        first = pool.submit(flights.run, "q", gate.work, 5)
        assert gate.begun.wait(5)
        with pytest.raises(WaitTimeout):
            flights.run("q", never, 0.01)
        gate.let.set()
        assert first.result() == (1, True)


def test_exiting_thread_releases_the_waiting_callers(pool: ThreadPoolExecutor) -> None:
    flights, gate = SingleFlight[int](), Gate()

    def leave() -> int:
        gate.work()
        raise SystemExit

    def run() -> None:
        with pytest.raises(SystemExit):
            flights.run("q", leave, 5)

    with pool:
        first = pool.submit(run)
        assert gate.begun.wait(5)
        gate.let.set()
        first.result()
    assert flights.run("q", lambda: 3, 5) == (3, True)


def test_in_the_background_the_same_work_is_not_begun_twice_at_once() -> None:
    gate, flights = Gate(), BackgroundFlight(2, "tests")
    twice, again = threading.Event(), threading.Event()
    flights.start("a", lambda: (gate.work(), None)[-1])
    assert gate.begun.wait(5)
    flights.start("a", twice.set)
    flights.start("b", again.set)
    assert again.wait(5), "other work is not kept waiting"
    gate.let.set()
    again.clear()
    while not again.wait(0.01):  # until the first has left
        flights.start("a", again.set)
    flights.stop()
    assert not twice.is_set()


def test_work_that_has_not_begun_is_dropped_when_the_background_stops() -> None:
    gate, flights = Gate(), BackgroundFlight(1, "tests")
    late = list[str]()
    flights.start("a", lambda: (gate.work(), None)[-1])
    assert gate.begun.wait(5)
    flights.start("b", lambda: late.append("queued"))
    flights.stop()
    flights.start("c", lambda: late.append("after the end"))
    gate.let.set()
    flights._pool.shutdown(wait=True)
    assert late == []
