"""A single probe closes the circuit breaker, or opens it for another pause."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from merger.errors import StoreFault
from merger.stores.breaker import BreakerState
from tests.unit.merger.stores.guarded import RULES, Away, Guarded, refuse


@pytest.fixture
def guarded() -> Guarded:
    return Guarded()


def test_calls_are_refused_until_a_probe_is_answered_however_late(guarded: Guarded) -> None:
    guarded.open_()
    guarded.seconds += 1000
    refuse(guarded)
    assert guarded.breaker.probe(lambda: None)
    assert guarded.fine() == "answer"
    assert guarded.changes == [BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED]


def test_probe_waits_until_the_pause_is_over(guarded: Guarded) -> None:
    guarded.open_()
    calls: list[int] = []
    guarded.seconds += RULES.pause - 0.01
    assert not guarded.breaker.probe(lambda: calls.append(1))
    guarded.seconds += 0.01
    assert guarded.breaker.probe(lambda: calls.append(1))
    assert calls == [1]


def _takes_long(guarded: Guarded) -> None:
    guarded.seconds += RULES.slow


def _raises(guarded: Guarded) -> None:
    raise Away


def _faults(guarded: Guarded) -> None:
    raise StoreFault("still full")


@pytest.mark.parametrize("trouble", [_takes_long, _raises, _faults])
def test_failed_probe_opens_it_for_another_pause(guarded: Guarded, trouble: Callable[[Guarded], None]) -> None:
    guarded.open_()
    guarded.seconds += RULES.pause
    assert not guarded.breaker.probe(lambda: trouble(guarded))
    assert guarded.breaker.state is BreakerState.OPEN
    assert not guarded.breaker.probe(lambda: None)
    guarded.seconds += RULES.pause
    assert guarded.breaker.probe(lambda: None)


def test_probe_with_an_unexpected_error_raises_and_leaves_it_open(guarded: Guarded) -> None:
    guarded.open_()
    guarded.seconds += RULES.pause
    with pytest.raises(ZeroDivisionError):
        guarded.breaker.probe(lambda: 1 / 0)
    assert guarded.breaker.state is BreakerState.OPEN


def test_only_one_probe_and_no_call_runs_while_half_open(guarded: Guarded) -> None:
    guarded.open_()
    guarded.seconds += RULES.pause
    inside: list[object] = []

    def probe() -> None:
        inside.append(guarded.breaker.state)
        inside.append(guarded.breaker.probe(lambda: inside.append("a second probe")))
        refuse(guarded)

    assert guarded.breaker.probe(probe)
    assert inside == [BreakerState.HALF_OPEN, False]


def test_earlier_failures_do_not_count_after_it_closed(guarded: Guarded) -> None:
    guarded.open_()
    guarded.seconds += RULES.pause
    guarded.breaker.probe(lambda: None)
    for _ in range(RULES.least_calls - 1):
        guarded.fails()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_call_begun_before_it_opened_does_not_count_after_it_closed(guarded: Guarded) -> None:
    def operation() -> None:
        guarded.open_()
        guarded.seconds += RULES.pause
        guarded.breaker.probe(lambda: None)
        raise Away

    with pytest.raises(Away):
        guarded.breaker.call(operation)
    for _ in range(RULES.least_calls - 1):
        guarded.fails()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_one_of_many_probing_threads_gets_through(guarded: Guarded) -> None:
    guarded.open_()
    guarded.seconds += RULES.pause
    together, calls, release = threading.Barrier(20), list[int](), threading.Event()

    def hold() -> None:
        calls.append(1)
        release.wait(10)

    def probe() -> None:
        together.wait(10)
        guarded.breaker.probe(hold)

    threads = [threading.Thread(target=probe) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads[:]:
        thread.join(0.02)
    release.set()
    for thread in threads:
        thread.join()
    assert calls == [1]
    assert guarded.breaker.state is BreakerState.CLOSED
