"""Adds this process's cache counts and its most requested addresses to the totals in Redis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from merger.cache.outcome_totals import OutcomeTotals
from merger.cache.outcomes import Outcome, OutcomeCounts
from merger.cache.popular import PopularCounts, PopularTotals
from merger.stores.redis.link import RedisTrouble


@dataclass(slots=True, kw_only=True)
class UsageReport:
    """Reports this process's counts to Redis. One thread calls it.

    Args:
        counts, outcome_totals: cache outcomes, of this process and of all.
        popular_counts, popular_totals: the most requested addresses, of this process and of all.
        clock: aware UTC.
    """

    counts: OutcomeCounts
    outcome_totals: OutcomeTotals
    popular_counts: PopularCounts
    popular_totals: PopularTotals
    clock: Callable[[], datetime]
    # What Redis has not taken yet: at most one number per view and outcome.
    _unreported: Counter[tuple[str, Outcome]] = field(default_factory=Counter, init=False)

    def run(self) -> None:
        """Reports to Redis. While Redis is away the counts add up; the addresses of that time are lost."""
        self._unreported.update(self.counts.take())
        addresses = self.popular_counts.take()
        try:
            self.outcome_totals.add(self._unreported, self.clock())
            self._unreported.clear()
            self.popular_totals.add(addresses)
        except RedisTrouble:
            return
