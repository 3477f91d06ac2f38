"""What the cache did, counted by view (C8)."""

from __future__ import annotations

import threading
from collections import Counter
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a question, and what it took."""

    HOT = "hot"
    """Given from the process's own tier, without asking anybody."""
    HIT = "hit"
    """Given from Redis."""
    STALE = "stale"
    """An old answer was given, and said so."""
    MISS = "miss"
    """Made for this question."""
    REFRESH = "refresh"
    """Made ahead of need, or beside an old answer, in the background."""
    WAIT = "wait"
    """Given after somebody else had made it."""
    ERROR = "error"
    """Neither made nor held: the store is away."""


ANSWERED_WITHOUT_MAKING = (Outcome.HOT, Outcome.HIT, Outcome.STALE, Outcome.WAIT)


ANSWERED = (*ANSWERED_WITHOUT_MAKING, Outcome.MISS)


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
        """What was counted since the last take."""
        with self._lock:
            taken, self._since_taken = self._since_taken, Counter()
            self._all.update(taken)
        return dict(taken)

    def all(self) -> dict[tuple[str, Outcome], int]:
        """What was counted since the process started."""
        with self._lock:
            return dict(self._all + self._since_taken)


def hit_rate(counts: dict[tuple[str, Outcome], int], view: str | None = None) -> float | None:
    """Share of the answers that did not have to be made for their question; ``None`` before the first.

    Args:
        counts: by view and outcome.
        view: of this one; ``None``: of all.
    """
    of_view = [(outcome, number) for (name, outcome), number in counts.items() if view in (None, name)]
    answered = sum(number for outcome, number in of_view if outcome in ANSWERED)
    kept = sum(number for outcome, number in of_view if outcome in ANSWERED_WITHOUT_MAKING)
    return kept / answered if answered else None
