"""Cache outcomes of all processes, counted in Redis by view, outcome and hour.

Requirement C8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import cast

from redis import Redis

from merger.cache.outcomes import Outcome
from merger.core.windows import HOUR, floor_hour
from merger.stores.redis.link import RedisLink

Counts = dict[tuple[str, Outcome], int]


KEPT_FOR = timedelta(hours=24)
"""Life of an hour's counts."""


@dataclass(frozen=True, slots=True)
class OutcomeTotals:
    """The counts in Redis. No invalidation touches them.

    Args:
        link: the link to Redis. Every method raises ``RedisTrouble``.
        namespace: prefix of every key; services with different data must use different ones.
    """

    link: RedisLink
    namespace: str

    def add(self, counts: Mapping[tuple[str, Outcome], int], now: datetime) -> None:
        """Adds what a process counted since it added last."""
        key = self._key(now)

        def add_all(redis: Redis) -> None:
            with redis.pipeline(transaction=False) as pipe:
                for (view, outcome), number in counts.items():
                    pipe.hincrby(key, f"{view}|{outcome.value}", number)
                pipe.expire(key, KEPT_FOR + HOUR)
                pipe.execute()

        if counts:
            self.link.ask(add_all)

    def read(self, now: datetime, hours: int = 1) -> Counts:
        """Returns the counts of all processes for the open hour and ``hours`` hours before it."""

        def read_all(redis: Redis) -> list[dict[bytes, bytes]]:
            with redis.pipeline(transaction=False) as pipe:
                for ago in range(hours + 1):
                    pipe.hgetall(self._key(now - ago * HOUR))
                return cast("list[dict[bytes, bytes]]", pipe.execute())

        result: Counter[tuple[str, Outcome]] = Counter()
        for name, number in chain.from_iterable(found.items() for found in self.link.ask(read_all)):
            view, _, outcome = name.decode().partition("|")
            result[view, Outcome(outcome)] += int(number)
        return result

    def _key(self, moment: datetime) -> str:
        return f"{self.namespace}counts:{floor_hour(moment):%Y%m%dT%H}"
