"""Runs calls that do not need each other side by side, so that a slow store is waited for once, not once for each."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from typing import TypeVar

from merger.deadline import seconds_left
from merger.errors import StoreUnavailable
from merger.stores.store import Document, Find, Store

T = TypeVar("T")


_threads = ThreadPoolExecutor(8, thread_name_prefix="reads")


def start_call(call: Callable[[], T]) -> Callable[[], T]:
    """Starts a call in another thread; returns what waits for its result until the request's deadline.

    The call itself must start none: it would wait for the thread that it runs in.
    """
    # The deadline is a context variable, and a thread of a pool inherits none.
    running = _threads.submit(contextvars.copy_context().run, call)

    def wait() -> T:
        seconds = seconds_left()
        try:
            return running.result(None if seconds == float("inf") else seconds)
        except FutureTimeout:
            running.cancel()
            raise StoreUnavailable("no time was left to read documents") from None

    return wait


def call_all(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Calls side by side; returns the results in the order of the calls, or raises the first error."""
    later = [start_call(each) for each in calls[1:]]
    return [*(each() for each in calls[:1]), *(wait() for wait in later)]


def find_all(store: Store, finds: Iterable[Find]) -> list[list[Document]]:
    """Runs finds side by side; returns the documents of each, in the order of the finds.

    Raises:
        StoreError: the first one from the store.
    """
    return call_all([partial(store.find, each) for each in finds])
