"""Outcomes of requests to the cache, counted in this process by view.

Requirement C8.
"""

from __future__ import annotations

import threading
from collections import Counter
from enum import StrEnum


class Outcome(StrEnum):
    """The end of a request to the cache."""

    HOT = "hot"
    """Served from the process's own tier, without asking Redis."""
    HIT = "hit"
    """Served from Redis."""
    STALE = "stale"
    """A stale answer was served."""
    MISS = "miss"
    """Computed for this request."""
    REFRESH = "refresh"
    """Computed in the background, before it expired or while a stale answer was served."""
    WAIT = "wait"
    """Served after another thread or process had computed it."""
    ERROR = "error"
    """Not served: the store is away, and no cached answer could stand in."""


SERVED_WITHOUT_COMPUTING = (Outcome.HOT, Outcome.HIT, Outcome.STALE, Outcome.WAIT)


SERVED = (*SERVED_WITHOUT_COMPUTING, Outcome.MISS)


class OutcomeCounts:
    """Counts of this process, by view and outcome."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: Counter[tuple[str, Outcome]] = Counter()
        self._since_taken: Counter[tuple[str, Outcome]] = Counter()

    def note(self, view: str, outcome: Outcome) -> None:
        """Counts one."""
        with self._lock:
            self._since_taken[view, outcome] += 1

    def take(self) -> dict[tuple[str, Outcome], int]:
        """Returns what was counted since the last call."""
        with self._lock:
            taken, self._since_taken = self._since_taken, Counter()
            self._all.update(taken)
        return dict(taken)

    def all(self) -> dict[tuple[str, Outcome], int]:
        """All counts since the process started."""
        with self._lock:
            return dict(self._all + self._since_taken)


def hit_rate(counts: dict[tuple[str, Outcome], int], view: str | None = None) -> float | None:
    """Share of the answers that were not computed for their request; ``None`` before the first answer.

    Args:
        counts: the number of requests by view and outcome.
        view: name of one view; ``None``: all views.
    """
    of_view = [(outcome, number) for (name, outcome), number in counts.items() if view in (None, name)]
    served = sum(number for outcome, number in of_view if outcome in SERVED)
    cached = sum(number for outcome, number in of_view if outcome in SERVED_WITHOUT_COMPUTING)
    return cached / served if served else None
