"""The deadline of a request."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor

from merger.deadline import deadline, lock_timeout, seconds_left


def test_no_deadline_outside_of_a_request() -> None:
    assert seconds_left() == float("inf")
    assert seconds_left(2.0) == 2.0
    assert lock_timeout() == -1


def test_inner_deadline_never_extends_the_outer_one() -> None:
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


def test_nothing_is_left_after_the_deadline() -> None:
    with deadline(-1.0):
        assert seconds_left() == lock_timeout() == 0.0


def test_pool_thread_sees_the_deadline_in_a_copied_context() -> None:
    with deadline(5.0), ThreadPoolExecutor(1) as pool:
        assert pool.submit(seconds_left).result() == float("inf")
        assert pool.submit(contextvars.copy_context().run, seconds_left).result() <= 5.0
