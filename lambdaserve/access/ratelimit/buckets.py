"""Storage of token buckets: in Redis for all processes, and in this process while Redis is away.

Requirement S3.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from lambdaserve.access.ratelimit.bucket import Grant, Limit, TokenBucket, take_from_all
from lambdaserve.access.ratelimit.client_address import buckets_of
from merger.stores.redis.link import RedisLink, RedisTrouble

SCRIPT = Path(__file__).with_name("bucket.lua").read_text(encoding="utf-8")

MAX_BUCKETS = 20_000
"""Buckets kept in this process; the least recently used one makes room."""


class RedisBuckets:
    """Buckets in Redis, shared by all processes.

    Args:
        link: the link to Redis.
        namespace: prefix of their keys.
    """

    def __init__(self, link: RedisLink, namespace: str) -> None:
        self._link = link
        self._namespace = namespace

    def take(self, client: str, limit: Limit, *, wanted: int, least: int, unused: int) -> Grant | None:
        """Takes tokens as ``take_from_all`` does, in one round trip; ``None`` while Redis is away."""
        names = buckets_of(client)
        sizes = [number for _, share in names for number in limit.times(share)]
        try:
            given, remaining, wait, _ = self._link.ask(
                lambda redis: redis.register_script(SCRIPT)(
                    keys=[self._namespace + name for name, _ in names], args=[wanted, least, unused, "", *sizes]
                )
            )
        except RedisTrouble:
            return None
        return Grant(given, remaining, wait)


class LocalBuckets:
    """Buckets of this process.

    Args:
        max_buckets: how many of them are kept.
        clock: returns microseconds since any fixed moment.
    """

    def __init__(
        self, max_buckets: int = MAX_BUCKETS, clock: Callable[[], int] = lambda: time.monotonic_ns() // 1000
    ) -> None:
        self._max_buckets = max_buckets
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, client: str, limit: Limit, tokens: int, *, unused: int = 0) -> Grant:
        """Takes this number of tokens, or none, after some were handed back."""
        names = buckets_of(client)
        with self._lock:
            found = [(self._buckets.pop(name, TokenBucket()), limit.times(share)) for name, share in names]
            after, grant = take_from_all(found, self._clock(), wanted=tokens, least=tokens, unused=unused)
            self._buckets.update(zip((name for name, _ in names), after, strict=True))
            while len(self._buckets) > self._max_buckets:
                self._buckets.popitem(last=False)
        return grant
