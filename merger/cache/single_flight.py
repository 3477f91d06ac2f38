"""Single flight within a process: one call per key at a time. Concurrent callers share its result, or wait for none.

Requirement C3.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

T = TypeVar("T")


class WaitTimeout(Exception):
    """The flight did not finish within the caller's patience."""


class SingleFlight(Generic[T]):
    """Runs one call per key at a time; concurrent callers share its result or its exception."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Future[T]] = {}
        self._lock = threading.Lock()

    def run(self, key: Hashable, work: Callable[[], T], patience: float) -> tuple[T, bool]:
        """Returns the work's result, and whether this call did the work.

        Args:
            key: identifies the work.
            work: called by the first caller only; its exception is raised to every caller that waits for it.
            patience: seconds to wait for another caller's work.

        Raises:
            WaitTimeout: the other caller took longer.
        """
        own: Future[T] = Future()
        with self._lock:
            first = self._under_way.setdefault(key, own)
        if first is not own:
            if not wait((first,), patience).done:
                raise WaitTimeout
            return first.result(), False
        try:
            result = work()
        except BaseException as error:
            own.set_exception(error)
            raise
        else:
            own.set_result(result)
            return result, True
        finally:
            with self._lock:
                del self._under_way[key]


class BackgroundFlight:
    """Runs one call per key at a time, in threads of its own; further calls for its key are dropped meanwhile.

    Args:
        threads: number of calls that run side by side.
        name: of the threads.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._under_way: set[Hashable] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def start(self, key: Hashable, work: Callable[[], None]) -> None:
        """Starts the work unless the same is under way, or ``stop`` was called.

        Args:
            key: identifies the work.
            work: raises nothing.
        """
        with self._lock:
            if key in self._under_way:
                return
            self._under_way.add(key)

        def run() -> None:
            try:
                work()
            finally:
                self._end(key)

        try:
            self._pool.submit(run)
        except RuntimeError:  # the process ends
            self._end(key)

    def _end(self, key: Hashable) -> None:
        with self._lock:
            self._under_way.discard(key)

    def stop(self) -> None:
        """Drops the work that has not begun, and takes no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
