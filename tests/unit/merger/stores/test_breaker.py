"""When the circuit breaker opens, what it refuses, and how it closes: a clock that a test moves (F1)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from merger.errors import StoreFault, StoreUnavailable
from merger.stores.breaker import Breaker, BreakerRules, BreakerState

RULES = BreakerRules(window=10.0, least_calls=4, failed=0.5, in_a_row=3, slow=0.5, slow_share=0.8, pause=1.0)


class Away(StoreUnavailable):
    """What the thing behind the breaker raises, to be told from a refusal."""

    def __init__(self) -> None:
        super().__init__("away")


class Guarded:
    """A breaker and what it was told."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.changes: list[BreakerState] = []
        self.refused = 0
        self.breaker = Breaker(
            "it", RULES, lambda: self.seconds, on_change=self.changes.append, on_refused=self._refuse
        )

    def _refuse(self) -> None:
        self.refused += 1

    def fine(self, *, takes: float = 0.0) -> str:
        def question() -> str:
            self.seconds += takes
            return "answer"

        return self.breaker.call(question)

    def fails(self, error: Exception | None = None) -> None:
        def question() -> None:
            raise error or Away

        with pytest.raises(type(error) if error else Away):
            self.breaker.call(question)

    def opened(self) -> Guarded:
        for _ in range(RULES.least_calls):
            self.fails()
        assert self.breaker.state is BreakerState.OPEN
        return self


@pytest.fixture
def guarded() -> Guarded:
    return Guarded()


def refusal(guarded: Guarded) -> StoreUnavailable:
    with pytest.raises(StoreUnavailable) as caught:
        guarded.fine()
    assert not isinstance(caught.value, Away)
    return caught.value


def test_what_answers_is_let_through(guarded: Guarded) -> None:
    assert [guarded.fine() for _ in range(50)] == ["answer"] * 50
    assert (guarded.breaker.state, guarded.changes) == (BreakerState.CLOSED, [])


def test_it_opens_once_enough_calls_failed(guarded: Guarded) -> None:
    for _ in range(RULES.least_calls - 1):
        guarded.fails()
        assert guarded.breaker.state == BreakerState.CLOSED
    guarded.fails()
    assert guarded.changes == [BreakerState.OPEN]


def test_an_error_that_a_retry_will_not_mend_is_a_failure_too(guarded: Guarded) -> None:
    for _ in range(RULES.least_calls):
        guarded.fails(StoreFault("disk full"))
    assert guarded.breaker.state is BreakerState.OPEN


def test_an_error_that_says_nothing_of_the_store_is_not_judged(guarded: Guarded) -> None:
    for _ in range(10):
        guarded.fails(ZeroDivisionError())
    assert guarded.breaker.state is BreakerState.CLOSED


def test_fewer_failures_than_the_share_leave_it_closed(guarded: Guarded) -> None:
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


def test_a_window_full_of_good_answers_does_not_keep_it_closed_once_none_comes_any_more(guarded: Guarded) -> None:
    for _ in range(1000):
        guarded.fine()
    guarded.seconds += RULES.slow
    for _ in range(RULES.in_a_row - 1):
        guarded.fails()
        assert guarded.breaker.state is BreakerState.CLOSED
    guarded.fails()
    assert guarded.changes == [BreakerState.OPEN]


def test_slow_answers_in_a_row_are_answers(guarded: Guarded) -> None:
    for _ in range(100):
        guarded.fine()
    for _ in range(2 * RULES.in_a_row):
        guarded.fine(takes=RULES.slow)
    guarded.fails()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_failures_in_a_row_do_not_open_it_while_others_are_answered(guarded: Guarded) -> None:
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


def test_calls_that_hang_count_among_failures_in_a_row(guarded: Guarded) -> None:
    def hang(deeper: int) -> None:
        if deeper:
            guarded.breaker.call(lambda: hang(deeper - 1))
        else:
            guarded.seconds += RULES.slow
            guarded.fails()
            refusal(guarded)

    for _ in range(1000):
        guarded.fine()
    guarded.breaker.call(lambda: hang(RULES.in_a_row - 2))
    assert guarded.changes == [BreakerState.OPEN]


def test_calls_beyond_the_window_are_not_kept(guarded: Guarded) -> None:
    for _ in range(1000):
        guarded.fine(takes=0.1)
    assert len(guarded.breaker._ended) <= RULES.window / 0.1 + 1


def test_calls_count_for_the_window_only(guarded: Guarded) -> None:
    for _ in range(RULES.least_calls - 1):
        guarded.fails()
    guarded.seconds += RULES.window + 0.1
    guarded.fails()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_slow_answers_open_it(guarded: Guarded) -> None:
    for _ in range(RULES.least_calls):
        guarded.fine(takes=RULES.slow)
    assert guarded.breaker.state is BreakerState.OPEN


def test_some_slow_answers_among_many_do_not(guarded: Guarded) -> None:
    for _ in range(20):
        guarded.fine(takes=RULES.slow)
        guarded.fine()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_while_open_nothing_is_asked_and_everybody_is_told_when_to_come_again(guarded: Guarded) -> None:
    guarded.opened()
    asked: list[int] = []
    for _ in range(5):
        with pytest.raises(StoreUnavailable, match="it did not answer"):
            guarded.breaker.call(lambda: asked.append(1))
    assert (asked, guarded.refused) == ([], 5)
    assert refusal(guarded).retry_after == 2
    guarded.seconds += 0.5
    assert refusal(guarded).retry_after == 1


def test_callers_are_refused_until_a_probe_was_answered_however_late_it_is(guarded: Guarded) -> None:
    guarded.opened()
    guarded.seconds += 1000
    refusal(guarded)
    assert guarded.breaker.probe(lambda: None)
    assert guarded.fine() == "answer"
    assert guarded.changes == [BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED]


def test_a_probe_waits_for_the_pause_to_be_over(guarded: Guarded) -> None:
    guarded.opened()
    asked: list[int] = []
    guarded.seconds += RULES.pause - 0.01
    assert not guarded.breaker.probe(lambda: asked.append(1))
    guarded.seconds += 0.01
    assert guarded.breaker.probe(lambda: asked.append(1))
    assert asked == [1]


def _takes_long(guarded: Guarded) -> None:
    guarded.seconds += RULES.slow


def _raises(guarded: Guarded) -> None:
    raise Away


def _faults(guarded: Guarded) -> None:
    raise StoreFault("still full")


@pytest.mark.parametrize("trouble", [_takes_long, _raises, _faults])
def test_a_probe_that_fails_opens_it_for_another_pause(guarded: Guarded, trouble: Callable[[Guarded], None]) -> None:
    guarded.opened()
    guarded.seconds += RULES.pause
    assert not guarded.breaker.probe(lambda: trouble(guarded))
    assert guarded.breaker.state is BreakerState.OPEN
    assert not guarded.breaker.probe(lambda: None)
    guarded.seconds += RULES.pause
    assert guarded.breaker.probe(lambda: None)


def test_a_probe_that_breaks_leaves_it_open_and_is_heard(guarded: Guarded) -> None:
    guarded.opened()
    guarded.seconds += RULES.pause
    with pytest.raises(ZeroDivisionError):
        guarded.breaker.probe(lambda: 1 / 0)
    assert guarded.breaker.state is BreakerState.OPEN


def test_one_probe_at_a_time_and_nobody_else_while_it_lasts(guarded: Guarded) -> None:
    guarded.opened()
    guarded.seconds += RULES.pause
    inside: list[object] = []

    def probe() -> None:
        inside.append(guarded.breaker.state)
        inside.append(guarded.breaker.probe(lambda: inside.append("a second probe")))
        refusal(guarded)

    assert guarded.breaker.probe(probe)
    assert inside == [BreakerState.HALF_OPEN, False]


def test_after_closing_the_past_is_forgotten(guarded: Guarded) -> None:
    guarded.opened()
    guarded.seconds += RULES.pause
    guarded.breaker.probe(lambda: None)
    for _ in range(RULES.least_calls - 1):
        guarded.fails()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_what_began_before_it_opened_does_not_count_after_it_closed(guarded: Guarded) -> None:
    def question() -> None:
        guarded.opened()
        guarded.seconds += RULES.pause
        guarded.breaker.probe(lambda: None)
        raise Away

    with pytest.raises(Away):
        guarded.breaker.call(question)
    for _ in range(RULES.least_calls - 1):
        guarded.fails()
    assert guarded.breaker.state is BreakerState.CLOSED


def test_calls_that_hang_open_it_before_they_end(guarded: Guarded) -> None:
    """Of something that hangs nobody hears otherwise before the first time limit is over."""

    def hang(deeper: int) -> None:
        if deeper:
            guarded.breaker.call(lambda: hang(deeper - 1))
        else:
            guarded.seconds += RULES.slow
            refusal(guarded)

    guarded.breaker.call(lambda: hang(RULES.least_calls - 1))
    assert guarded.changes == [BreakerState.OPEN]


def test_no_lock_is_held_during_a_call(guarded: Guarded) -> None:
    """Twenty calls are inside at the same time: pybreaker lets one in."""
    all_inside = threading.Barrier(20)
    done: list[str] = []

    def question() -> str:
        all_inside.wait(10)
        return "answer"

    threads = [threading.Thread(target=lambda: done.append(guarded.breaker.call(question))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["answer"] * 20


def test_of_many_threads_that_probe_one_gets_through(guarded: Guarded) -> None:
    guarded.opened()
    guarded.seconds += RULES.pause
    together, asked, release = threading.Barrier(20), list[int](), threading.Event()

    def hold() -> None:
        asked.append(1)
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
    assert asked == [1]
    assert guarded.breaker.state is BreakerState.CLOSED
