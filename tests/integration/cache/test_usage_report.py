"""A process adds what it counted to the totals in Redis.

Requirement C8.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from merger.background.usage_report import UsageReport
from merger.cache.outcome_totals import OutcomeTotals
from merger.cache.outcomes import Outcome, OutcomeCounts
from merger.cache.popular import PopularCounts, PopularTotals
from merger.stores.redis.link import RedisLink

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
DETAILS = "movies.details"


class Reported:
    """A process that reports, with its own clock."""

    def __init__(self, connection: Callable[[], Redis]) -> None:
        self.seconds = 0.0
        self.counts, self.popular_counts = OutcomeCounts(), PopularCounts()
        self.link = RedisLink(connection, retry_seconds=0.02)
        self.outcome_totals = OutcomeTotals(self.link, "a:")
        self.popular_totals = PopularTotals(self.link, "a:")
        self.report = UsageReport(
            counts=self.counts,
            outcome_totals=self.outcome_totals,
            popular_counts=self.popular_counts,
            popular_totals=self.popular_totals,
            clock=lambda: NOW + timedelta(seconds=self.seconds),
        )

    def run(self) -> None:
        self.seconds += 5
        self.report.run()


def test_report_adds_counts_and_addresses_to_the_totals_once(redis_client: Redis) -> None:
    process = Reported(lambda: redis_client)
    process.run()
    process.counts.note(DETAILS, Outcome.MISS)
    process.popular_counts.note("/api/v1/movies/1")
    process.run()
    process.run()
    assert process.outcome_totals.read(NOW) == {(DETAILS, Outcome.MISS): 1}
    assert [address for address, _ in process.popular_totals.top(5)] == ["/api/v1/movies/1"]


def test_counts_wait_until_redis_answers_again(redis_client: Redis) -> None:
    is_away = True

    def connection() -> Redis:
        if is_away:
            raise RedisConnectionError("away")
        return redis_client

    process = Reported(connection)
    for _ in range(3):
        process.counts.note(DETAILS, Outcome.HIT)
        process.run()
    is_away = False
    process.counts.note(DETAILS, Outcome.HIT)
    deadline = time.monotonic() + 10
    while process.link.is_away and time.monotonic() < deadline:
        time.sleep(0.02)
    process.run()
    assert process.outcome_totals.read(NOW) == {(DETAILS, Outcome.HIT): 4}
