"""Runs calls side by side in other threads, each until the deadline of the caller's request.

The deadline is a context variable, and a thread of a pool inherits none: each call runs in a copy of the caller's
context. Requirement F1.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from merger.deadline import seconds_left
from merger.errors import StoreUnavailable

T = TypeVar("T")
R = TypeVar("R")


def start(pool: ThreadPoolExecutor, call: Callable[[T], R], item: T) -> Callable[[], R]:
    """Starts a call in a thread of the pool.

    Returns:
        A function that waits for its result. It raises what the call raised, and ``StoreUnavailable`` where the
        deadline is over first.

    Raises:
        StoreUnavailable: there is no thread for it, as when the process ends.
    """
    try:
        running = pool.submit(contextvars.copy_context().run, call, item)
    except RuntimeError as error:
        raise StoreUnavailable(f"no thread is there to read documents: {error}") from None
    return lambda: _wait_for(running)


def map_side_by_side(pool: ThreadPoolExecutor, call: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Calls a function with each item, all at once; yields the results in the items' order, as ``start`` does."""
    waits = [start(pool, call, item) for item in items]
    return (wait() for wait in waits)


def _wait_for(running: Future[R]) -> R:
    seconds = seconds_left()
    try:
        return running.result(None if seconds == float("inf") else seconds)
    except TimeoutError:
        if running.done():
            raise  # the call's own
        running.cancel()
        raise StoreUnavailable("no time was left to read documents") from None
