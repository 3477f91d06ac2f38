"""Cache outcomes of all processes, counted in Redis by view, outcome and hour.

Requirement C8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from redis import Redis

from merger.cache.outcomes import Outcome
from merger.core.windows import HOUR, floor_hour
from merger.stores.redis.foreign import is_foreign
from merger.stores.redis.link import RedisLink

Counts = dict[tuple[str, Outcome], int]


KEPT_FOR = timedelta(hours=24)
"""Life of an hour's counts."""


_KNOWN = frozenset(outcome.value for outcome in Outcome)


_MOST_DIGITS = 15
"""A longer number is no count."""


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
            if any(is_foreign(reply) for reply in add_once(redis)):
                redis.delete(key)  # the hour's counts give way: no other program's value may stop the counting
                add_once(redis)

        def add_once(redis: Redis) -> list[Any]:
            with redis.pipeline(transaction=False) as pipe:
                for (view, outcome), number in counts.items():
                    pipe.hincrby(key, f"{view}|{outcome.value}", number)
                pipe.expire(key, KEPT_FOR + HOUR)
                return _without_errors(pipe.execute(raise_on_error=False))

        if counts:
            self.link.ask(add_all)

    def read(self, now: datetime, hours: int = 1) -> Counts:
        """Returns the counts of all processes for the open hour and ``hours`` hours before it.

        Fields that are none of these counts are passed over: another release knows other outcomes, and other programs
        may write into the same Redis.
        """

        def read_all(redis: Redis) -> list[Any]:
            with redis.pipeline(transaction=False) as pipe:
                for ago in range(hours + 1):
                    pipe.hgetall(self._key(now - ago * HOUR))
                return _without_errors(pipe.execute(raise_on_error=False))

        result: Counter[tuple[str, Outcome]] = Counter()
        hashes = (found for found in self.link.ask(read_all) if isinstance(found, dict))
        for name, number in chain.from_iterable(found.items() for found in hashes):
            view, _, outcome = name.decode(errors="replace").partition("|")
            if outcome in _KNOWN and number.isdigit() and len(number) <= _MOST_DIGITS:
                result[view, Outcome(outcome)] += int(number)
        return result

    def _key(self, moment: datetime) -> str:
        return f"{self.namespace}counts:{floor_hour(moment):%Y%m%dT%H}"


def _without_errors(replies: list[Any]) -> list[Any]:
    """The replies, of which the errors may only be those of foreign values.

    Raises:
        ResponseError: another one.
    """
    for reply in replies:
        if isinstance(reply, Exception) and not is_foreign(reply):
            raise reply
    return replies
