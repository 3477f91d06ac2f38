"""The most requested addresses of all processes, from a sample of the answered requests.

They are kept as addresses, so that the cache can be warmed by requesting them again. A flood of addresses that are
requested once does not push out popular ones: where many are new at a time, only those seen twice are kept, and the
rest falls off the end of the list.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from typing import cast

from redis import Redis

from merger.stores.redis.foreign import unless_foreign
from merger.stores.redis.link import RedisLink

SAMPLE_SHARE = 1 / 16
"""Share of the requests that are counted."""


LONGEST_ADDRESS = 300
"""Characters; longer addresses are not counted."""


MOST_PER_REPORT, MOST_KEPT = 500, 1_000
"""Addresses that a process counts between two reports, and that Redis keeps for all processes."""


HALVING_SECONDS = 3600
"""Seconds after which every count is halved, so that what was popular yesterday gives way to what is popular today."""


class PopularCounts:
    """Addresses that this process answered since they were last taken."""

    def __init__(self, most: int = MOST_PER_REPORT) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def note(self, address: str) -> None:
        """Counts one request of the sample.

        Args:
            address: path and query.
        """
        if len(address) > LONGEST_ADDRESS:
            return
        with self._lock:
            if len(self._counts) < self._most or address in self._counts:
                self._counts[address] += 1

    def take(self) -> dict[str, int]:
        """Returns the addresses noted since the last call, with their counts."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        least = 2 if len(taken) == self._most else 1
        return {address: number for address, number in taken.items() if number >= least}


class PopularTotals:
    """The most requested addresses of all processes, in Redis.

    Args:
        link: the link to Redis. Every method raises ``RedisTrouble``.
        namespace: prefix of every key; services with different data must use different ones.
    """

    def __init__(self, link: RedisLink, namespace: str) -> None:
        self._link = link
        self._key = f"{namespace}requested"

    def add(self, counts: Mapping[str, int]) -> None:
        """Adds what a process counted, and halves all counts from time to time."""

        def add_all(redis: Redis) -> None:
            if not unless_foreign(lambda: add_once(redis), default=False):
                redis.delete(self._key)
                add_once(redis)

        def add_once(redis: Redis) -> bool:
            with redis.pipeline(transaction=False) as pipe:
                for address, number in counts.items():
                    pipe.zincrby(self._key, number, address)
                pipe.zremrangebyrank(self._key, 0, -MOST_KEPT - 1)
                pipe.set(f"{self._key}:halved", 1, nx=True, ex=HALVING_SECONDS)
                is_due = pipe.execute()[-1]
            if is_due:
                with redis.pipeline(transaction=False) as pipe:
                    pipe.zunionstore(self._key, {self._key: 0.5})
                    pipe.zremrangebyscore(self._key, "-inf", "(0.5")
                    pipe.execute()
            return True

        if counts:
            self._link.ask(add_all)

    def top(self, most: int) -> list[tuple[str, float]]:
        """The most requested addresses, with their halved counts, largest first."""

        def read_top(redis: Redis) -> list[tuple[bytes, float]]:
            def read() -> list[tuple[bytes, float]]:
                found = redis.zrange(self._key, 0, most - 1, desc=True, withscores=True)
                return cast("list[tuple[bytes, float]]", found)

            return unless_foreign(read, [])

        return [(address.decode(errors="replace"), score) for address, score in self._link.ask(read_top)]
