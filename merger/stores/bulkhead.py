"""A bulkhead: reading from a store that is slow never takes the last of a process's threads (F1).

Threads that answer requests are few. If all of them waited for the store, those who could be answered from the cache
would wait behind them. So fewer may read at once than there are threads. While reading goes well, one more waits a
moment for a place; once some of it hangs, one more is refused at once. See Nygard, *Release It!*, 2nd edition,
"Bulkheads".
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from merger.errors import StoreUnavailable

HANGS_AFTER = 0.25
"""Seconds after which reading that is still under way counts as hanging."""


class Bulkhead:
    """Places for reading.

    Args:
        places: so many read at once; at least one does.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(self, places: int, monotonic: Callable[[], float]) -> None:
        self._places = max(1, places)
        self._monotonic = monotonic
        self._numbers = itertools.count()
        self._taken: dict[int, float] = {}
        self._changed = threading.Condition()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place, for as long as what is done inside takes.

        Raises:
            StoreUnavailable: all are taken, and some by reading that hangs.
        """
        number = next(self._numbers)
        with self._changed:
            while len(self._taken) >= self._places:
                patience = HANGS_AFTER - (self._monotonic() - min(self._taken.values()))
                if patience <= 0 or not self._changed.wait(patience):
                    raise StoreUnavailable("too many questions are waiting for MongoDB", 1)
            self._taken[number] = self._monotonic()
        try:
            yield
        finally:
            with self._changed:
                del self._taken[number]
                self._changed.notify()
