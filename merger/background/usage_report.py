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
    """Reports this process's counts to Redis. One thread calls it.

    Args:
        counts, outcome_totals: cache outcomes, of this process and of all.
        popular_counts, popular_totals: the most requested addresses, of this process and of all.
        clock: aware UTC.
    """

    def __init__(
        self,
        *,
        counts: OutcomeCounts,
        outcome_totals: OutcomeTotals,
        popular_counts: PopularCounts,
        popular_totals: PopularTotals,
        clock: Callable[[], datetime],
    ) -> None:
        self._counts, self._outcome_totals = counts, outcome_totals
        self._popular_counts, self._popular_totals = popular_counts, popular_totals
        self._clock = clock
        # What Redis has not taken yet: at most one number per view and outcome.
        self._unreported: Counter[tuple[str, Outcome]] = Counter()

    def run(self) -> None:
        """Reports to Redis. While Redis is away the counts add up; the addresses of that time are lost."""
        self._unreported.update(self._counts.take())
        addresses = self._popular_counts.take()
        try:
            self._outcome_totals.add(self._unreported, self._clock())
            self._unreported.clear()
            self._popular_totals.add(addresses)
        except RedisTrouble:
            return
