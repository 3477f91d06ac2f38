"""Single flight within a process: one call per key at a time, whose result concurrent callers share.

Requirement C3.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
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
