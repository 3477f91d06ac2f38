"""The bulkhead limits concurrent reads, and refuses further ones only while a read hangs."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from merger.errors import StoreUnavailable
from merger.stores.bulkhead import HANGING_SHARE, Bulkhead

TIMEOUT = 2.0


class Reads:
    """A bulkhead and a clock that the test moves."""

    def __init__(self, places: int = 2) -> None:
        self.seconds = 0.0
        self.bulkhead = Bulkhead(places, lambda: self.seconds, TIMEOUT)


def test_place_is_free_again_after_success_and_after_an_error() -> None:
    reads = Reads()
    for _ in range(5):
        with reads.bulkhead.place(), reads.bulkhead.place():
            pass
        with pytest.raises(ZeroDivisionError), reads.bulkhead.place():
            raise ZeroDivisionError


def test_further_read_is_refused_at_once_while_one_hangs() -> None:
    reads = Reads()
    with ExitStack() as taken:
        taken.enter_context(reads.bulkhead.place())
        reads.seconds += HANGING_SHARE * TIMEOUT
        taken.enter_context(reads.bulkhead.place())
        with pytest.raises(StoreUnavailable) as caught, reads.bulkhead.place():
            pytest.fail("there is no third place")
    assert caught.value.retry_after == 1


def test_further_read_waits_for_a_place_while_reads_go_well() -> None:
    reads, inside = Reads(places=1), threading.Event()
    with reads.bulkhead.place():
        waiting = threading.Thread(target=lambda: _enter(reads, inside))
        waiting.start()
        assert not inside.wait(0.02)
    assert inside.wait(10)
    waiting.join()


def _enter(reads: Reads, inside: threading.Event) -> None:
    with reads.bulkhead.place():
        inside.set()


def test_further_read_gives_up_when_no_place_becomes_free() -> None:
    reads = Reads(places=1)
    with (
        reads.bulkhead.place(),
        pytest.raises(StoreUnavailable, match="too many reads"),
        reads.bulkhead.place(),
    ):
        pytest.fail("there is no second place")


@pytest.mark.parametrize("places", [0, -3, 1])
def test_bulkhead_has_at_least_one_place(places: int) -> None:
    with Reads(places).bulkhead.place():
        pass
