"""A bulkhead: reads from a slow store never take all threads of a process.

A process has few threads for requests. If all of them waited for the store, requests that the cache could answer would
wait behind them. So fewer threads may read at once than there are. While reads go well, a further one waits a moment
for a place; once a read hangs, a further one is refused at once. See Nygard, *Release It!*, 2nd edition, "Bulkheads".
Requirement F1.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from merger.errors import StoreUnavailable

HANGING_SHARE = 1 / 8
"""A read hangs once it has taken this share of the time for which an answer may wait."""


class Bulkhead:
    """Limits how many threads read at once.

    Args:
        places: number of concurrent reads, at least 1.
        monotonic: clock in seconds.
        timeout: seconds for which an answer may wait for the store.
    """

    def __init__(self, places: int, monotonic: Callable[[], float], timeout: float) -> None:
        self._places, self._hanging_seconds = max(1, places), HANGING_SHARE * timeout
        self._monotonic = monotonic
        self._numbers = itertools.count()
        self._taken: dict[int, float] = {}
        self._changed = threading.Condition()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Holds a place while the body runs; waits for one if none is free.

        Raises:
            StoreUnavailable: all places are taken, and a read in one of them hangs.
        """
        number = next(self._numbers)
        with self._changed:
            while len(self._taken) >= self._places:
                patience = self._hanging_seconds - (self._monotonic() - min(self._taken.values()))
                if patience <= 0 or not self._changed.wait(patience):
                    raise StoreUnavailable("too many reads are waiting for MongoDB", 1)
            self._taken[number] = self._monotonic()
        try:
            yield
        finally:
            with self._changed:
                del self._taken[number]
                self._changed.notify()
