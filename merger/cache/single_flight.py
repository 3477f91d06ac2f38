"""Single flight within a process: of equal pieces of work under way, one is done and the others get its result (C3)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

T = TypeVar("T")


class WaitTimeout(Exception):
    """Somebody else's work took longer than one was ready to wait."""


class SingleFlight(Generic[T]):
    """Work under way, by what it is for."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Future[T]] = {}
        self._lock = threading.Lock()

    def run(self, ident: Hashable, work: Callable[[], T], patience: float) -> tuple[T, bool]:
        """The work's result, and whether it was done by this call.

        Args:
            ident: equal for equal work.
            work: is called unless somebody is at it; what it raises is raised to everyone who waits for it.
            patience: seconds to wait for somebody else.

        Raises:
            StillFlying: that was not enough.
        """
        own: Future[T] = Future()
        with self._lock:
            others = self._under_way.setdefault(ident, own)
        if others is not own:
            if not wait((others,), patience).done:
                raise WaitTimeout
            return others.result(), False
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
                del self._under_way[ident]
