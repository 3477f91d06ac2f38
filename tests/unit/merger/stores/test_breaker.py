"""The circuit breaker opens on failures, slow and hanging calls, and refuses calls while it is open."""

from __future__ import annotations

import threading

import pytest

from merger.errors import StoreFault, StoreUnavailable
from merger.stores.breaker import BreakerState
from tests.unit.merger.stores.guarded import RULES, Guarded, refuse


@pytest.fixture
def guarded() -> Guarded:
    return Guarded()


def test_answered_calls_keep_it_closed(guarded: Guarded) -> None:
    assert [guarded.fine() for _ in range(50)] == ["answer"] * 50
    assert (guarded.breaker.state, guarded.changes) == (BreakerState.CLOSED, [])


def test_it_opens_once_enough_calls_failed(guarded: Guarded) -> None:
    for _ in range(RULES.least_calls - 1):
        guarded.fails()
        assert guarded.breaker.state == BreakerState.CLOSED
    guarded.fails()
    assert guarded.changes == [BreakerState.OPEN]


def test_store_fault_counts_as_a_failure(guarded: Guarded) -> None:
    for _ in range(RULES.least_calls):
        guarded.fails(StoreFault("disk full"))
    assert guarded.breaker.state is BreakerState.OPEN


def test_errors_of_other_kinds_do_not_count(guarded: Guarded) -> None:
    for _ in range(10):
        guarded.fails(ZeroDivisionError())
    assert guarded.breaker.state is BreakerState.CLOSED


def test_failures_below_the_share_leave_it_closed(guarded: Guarded) -> None:
    for _ in range(20):
        guarded.fine()
        guarded.fine()
        guarded.fails()
    assert guarded.breaker.state is BreakerState.CLOSED
    for _ in range(20):
        guarded.fails()
        if guarded.changes:
            break
    assert guarded.changes == [BreakerState.OPEN]


def test_failures_in_a_row_open_it_despite_a_window_of_answers(guarded: Guarded) -> None:
    for _ in range(1000):
        guarded.fine()
    guarded.seconds += RULES.slow
    for _ in range(RULES.in_a_row - 1):
        guarded.fails()
        assert guarded.breaker.state is BreakerState.CLOSED
    guarded.fails()
    assert guarded.changes == [BreakerState.OPEN]


def test_slow_answers_do_not_count_as_failures_in_a_row(guarded: Guarded) -> None:
    for _ in range(100):
        guarded.fine()
    for _ in range(2 * RULES.in_a_row):
        guarded.fine(takes=RULES.slow)
    guarded.fails()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_failures_in_a_row_leave_it_closed_while_others_are_answered(guarded: Guarded) -> None:
    for _ in range(1000):
        guarded.fine()
    for _ in range(3 * RULES.least_calls):
        guarded.fails()
    guarded.fine()
    assert guarded.breaker.state is BreakerState.CLOSED
    for _ in range(3):
        guarded.seconds += RULES.slow
        for _ in range(RULES.in_a_row - 1):
            guarded.fails()
        guarded.fine()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_hanging_calls_count_among_failures_in_a_row(guarded: Guarded) -> None:
    def hang(deeper: int) -> None:
        if deeper:
            guarded.breaker.call(lambda: hang(deeper - 1))
        else:
            guarded.seconds += RULES.slow
            guarded.fails()
            refuse(guarded)

    for _ in range(1000):
        guarded.fine()
    guarded.breaker.call(lambda: hang(RULES.in_a_row - 2))
    assert guarded.changes == [BreakerState.OPEN]


def test_calls_outside_the_window_are_dropped(guarded: Guarded) -> None:
    for _ in range(1000):
        guarded.fine(takes=0.1)
    assert len(guarded.breaker._ended) <= RULES.window / 0.1 + 1


def test_failures_count_only_within_the_window(guarded: Guarded) -> None:
    for _ in range(RULES.least_calls - 1):
        guarded.fails()
    guarded.seconds += RULES.window + 0.1
    guarded.fails()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_slow_answers_open_it(guarded: Guarded) -> None:
    for _ in range(RULES.least_calls):
        guarded.fine(takes=RULES.slow)
    assert guarded.breaker.state is BreakerState.OPEN


def test_some_slow_answers_among_many_leave_it_closed(guarded: Guarded) -> None:
    for _ in range(20):
        guarded.fine(takes=RULES.slow)
        guarded.fine()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_open_breaker_refuses_calls_and_says_when_to_retry(guarded: Guarded) -> None:
    guarded.open_()
    calls: list[int] = []
    for _ in range(5):
        with pytest.raises(StoreUnavailable, match="it is not answering"):
            guarded.breaker.call(lambda: calls.append(1))
    assert (calls, guarded.refused) == ([], 5)
    assert refuse(guarded).retry_after == 2
    guarded.seconds += 0.5
    assert refuse(guarded).retry_after == 1


def test_hanging_calls_open_it_before_they_end(guarded: Guarded) -> None:
    """Otherwise a hang would show only when the first time limit is over."""

    def hang(deeper: int) -> None:
        if deeper:
            guarded.breaker.call(lambda: hang(deeper - 1))
        else:
            guarded.seconds += RULES.slow
            refuse(guarded)

    guarded.breaker.call(lambda: hang(RULES.least_calls - 1))
    assert guarded.changes == [BreakerState.OPEN]


def test_calls_run_concurrently(guarded: Guarded) -> None:
    """Twenty calls run at the same time, since no lock is held; pybreaker runs one at a time."""
    all_inside = threading.Barrier(20)
    done: list[str] = []

    def operation() -> str:
        all_inside.wait(10)
        return "answer"

    threads = [threading.Thread(target=lambda: done.append(guarded.breaker.call(operation))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["answer"] * 20
