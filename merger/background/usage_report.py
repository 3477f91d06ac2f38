"""Tells the other processes, by way of Redis, what this one counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from merger.cache.outcome_totals import OutcomeTotals
from merger.cache.outcomes import Outcome, OutcomeCounts
from merger.cache.popular import PopularCounts, PopularTotals
from merger.stores.redis.link import RedisTrouble

EVERY = 5.0
"""Seconds between two reports."""


class UsageReport:
    """Reports now and then; one thread calls it.

    Args:
        counts, shared_counts: what the cache did, here and over all processes.
        requested, shared_requested: what was asked for, here and over all processes.
        clock: aware UTC.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(
        self,
        *,
        counts: OutcomeCounts,
        shared_counts: OutcomeTotals,
        requested: PopularCounts,
        shared_requested: PopularTotals,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._counts, self._shared_counts = counts, shared_counts
        self._requested, self._shared_requested = requested, shared_requested
        self._clock = clock
        self._monotonic = monotonic
        self._due = float("-inf")
        # What Redis has not taken yet: as many numbers as there are views and outcomes.
        self._unreported: Counter[tuple[str, Outcome]] = Counter()

    def run(self) -> None:
        """Reports, if it is time to. While Redis is away the counts add up; what was asked for meanwhile is lost."""
        if self._monotonic() < self._due:
            return
        self._due = self._monotonic() + EVERY
        self._unreported.update(self._counts.take())
        asked = self._requested.take()
        try:
            self._shared_counts.add(self._unreported, self._clock())
            self._unreported.clear()
            self._shared_requested.add(asked)
        except RedisTrouble:
            return
