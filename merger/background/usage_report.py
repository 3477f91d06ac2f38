"""Adds this process's cache counts and its most requested addresses to the totals in Redis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from merger.cache.outcome_totals import OutcomeTotals
from merger.cache.outcomes import Outcome, OutcomeCounts
from merger.cache.popular import PopularCounts, PopularTotals
from merger.stores.redis.link import RedisTrouble


class UsageReport:
    """What this process counted, and not yet reported. One thread calls it.

    Args:
        counts, shared_counts: what the cache did, here and over all processes.
        requested, shared_requested: what was asked for, here and over all processes.
        clock: aware UTC.
    """

    def __init__(
        self,
        *,
        counts: OutcomeCounts,
        shared_counts: OutcomeTotals,
        requested: PopularCounts,
        shared_requested: PopularTotals,
        clock: Callable[[], datetime],
    ) -> None:
        self._counts, self._shared_counts = counts, shared_counts
        self._requested, self._shared_requested = requested, shared_requested
        self._clock = clock
        # What Redis has not taken yet: as many numbers as there are views and outcomes.
        self._unreported: Counter[tuple[str, Outcome]] = Counter()

    def run(self) -> None:
        """Reports to Redis. While Redis is away the counts add up; the addresses of that time are lost."""
        self._unreported.update(self._counts.take())
        asked = self._requested.take()
        try:
            self._shared_counts.add(self._unreported, self._clock())
            self._unreported.clear()
            self._shared_requested.add(asked)
        except RedisTrouble:
            return
