"""How many may read at once, and who is refused (F1)."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from merger.errors import StoreUnavailable
from merger.stores.bulkhead import HANGS_AFTER, Bulkhead


class Reading:
    """A bulkhead of two places, with a clock that a test moves."""

    def __init__(self, places: int = 2) -> None:
        self.seconds = 0.0
        self.bulkhead = Bulkhead(places, lambda: self.seconds)


def test_a_place_is_free_again_after_the_work_whatever_becomes_of_it() -> None:
    reading = Reading()
    for _ in range(5):
        with reading.bulkhead.place(), reading.bulkhead.place():
            pass
        with pytest.raises(ZeroDivisionError), reading.bulkhead.place():
            raise ZeroDivisionError


def test_one_more_is_refused_at_once_while_reading_hangs() -> None:
    reading = Reading()
    with ExitStack() as taken:
        taken.enter_context(reading.bulkhead.place())
        reading.seconds += HANGS_AFTER
        taken.enter_context(reading.bulkhead.place())
        with pytest.raises(StoreUnavailable) as caught, reading.bulkhead.place():
            pytest.fail("nobody gets a third place")
    assert caught.value.retry_after == 1


def test_one_more_waits_for_a_place_while_reading_goes_well() -> None:
    reading, inside = Reading(places=1), threading.Event()
    with reading.bulkhead.place():
        waiting = threading.Thread(target=lambda: _enter(reading, inside))
        waiting.start()
        assert not inside.wait(0.02)
    assert inside.wait(10)
    waiting.join()


def _enter(reading: Reading, inside: threading.Event) -> None:
    with reading.bulkhead.place():
        inside.set()


def test_one_more_does_not_wait_for_ever() -> None:
    reading = Reading(places=1)
    with (
        reading.bulkhead.place(),
        pytest.raises(StoreUnavailable, match="too many questions"),
        reading.bulkhead.place(),
    ):
        pytest.fail("nobody gets a second place")


@pytest.mark.parametrize("places", [0, -3, 1])
def test_there_is_always_one_place(places: int) -> None:
    with Reading(places).bulkhead.place():
        pass
