"""Which questions are asked most, from a sample of the answered requests, over all processes.

It is known by address, so that somebody who warms the cache can ask the same again. Addresses that are asked once, be
they as many as they may, don't push out those that are asked often: where many are new at a time, only those seen
twice are kept, and the rest falls out at the end of the list.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from typing import cast

from redis import Redis

from merger.stores.redis.link import RedisLink

SHARE = 1 / 16
"""Share of the requests that are looked at."""


LONGEST = 300
"""Characters of an address; longer ones are not kept."""


MOST_AT_ONCE, MOST_KEPT = 500, 1_000
"""Addresses that a process notes between two reports, and that are kept over all processes."""


HALVED_EVERY = 3600
"""Seconds after which every count is halved, so that what was popular yesterday gives way to what is today."""


class PopularCounts:
    """Addresses that this process answered, since they were last taken."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def note(self, address: str) -> None:
        """Counts one request of the sample.

        Args:
            address: path and query.
        """
        if len(address) > LONGEST:
            return
        with self._lock:
            if len(self._counts) < self._most or address in self._counts:
                self._counts[address] += 1

    def take(self) -> dict[str, int]:
        """Addresses and how often they were noted since the last take."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        least = 2 if len(taken) == self._most else 1
        return {address: number for address, number in taken.items() if number >= least}


class PopularTotals:
    """The most requested addresses of all processes, in Redis.

    Args:
        link: the way to it. Every method raises ``RedisTrouble``.
        namespace: prefix of every key; services with other data must differ in it.
    """

    def __init__(self, link: RedisLink, namespace: str) -> None:
        self._link = link
        self._key = f"{namespace}requested"

    def add(self, counts: Mapping[str, int]) -> None:
        """Adds what a process noted, and lets all counts fade from time to time."""

        def question(redis: Redis) -> None:
            with redis.pipeline(transaction=False) as pipe:
                for address, number in counts.items():
                    pipe.zincrby(self._key, number, address)
                pipe.zremrangebyrank(self._key, 0, -MOST_KEPT - 1)
                pipe.set(f"{self._key}:halved", 1, nx=True, ex=HALVED_EVERY)
                is_due = pipe.execute()[-1]
            if is_due:
                with redis.pipeline(transaction=False) as pipe:
                    pipe.zunionstore(self._key, {self._key: 0.5})
                    pipe.zremrangebyscore(self._key, "-inf", "(0.5")
                    pipe.execute()

        if counts:
            self._link.ask(question)

    def top(self, most: int) -> list[tuple[str, float]]:
        """The most requested addresses and their counts, which have faded, the largest first."""
        found = self._link.ask(
            lambda redis: cast(
                "list[tuple[bytes, float]]", redis.zrange(self._key, 0, most - 1, desc=True, withscores=True)
            )
        )
        return [(address.decode(errors="replace"), score) for address, score in found]
