"""The time that a request has left."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor

from merger.deadline import deadline, lock_timeout, seconds_left


def test_outside_of_a_request_there_is_no_end() -> None:
    assert seconds_left() == float("inf")
    assert seconds_left(2.0) == 2.0
    assert lock_timeout() == -1


def test_inside_it_is_what_was_said_outside_at_most() -> None:
    with deadline(5.0):
        assert 4.0 < seconds_left() <= 5.0
        assert seconds_left(1.0) == 1.0
        with deadline(60.0):
            assert seconds_left() <= 5.0
        with deadline(1.0):
            assert seconds_left() <= 1.0
        assert seconds_left() > 4.0
        assert 4.0 < lock_timeout() <= 5.0
    assert seconds_left() == float("inf")


def test_when_it_is_over_nothing_is_left() -> None:
    with deadline(-1.0):
        assert seconds_left() == lock_timeout() == 0.0


def test_a_thread_of_a_pool_sees_it_in_a_copy_of_the_context() -> None:
    with deadline(5.0), ThreadPoolExecutor(1) as pool:
        assert pool.submit(seconds_left).result() == float("inf")
        assert pool.submit(contextvars.copy_context().run, seconds_left).result() <= 5.0
