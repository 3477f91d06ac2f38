"""Cache in which django-ratelimit counts: in Redis for all processes, in this process while Redis is away.

Requirement S3.
"""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache

from merger.stores.redis.client import redis_link
from merger.stores.redis.link import RedisTrouble


class CounterCache(BaseCache):
    """The part of Django's cache interface that counting needs.

    Args:
        name: identifies the counters that are kept in this process.
        params: as in ``CACHES``.
    """

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._link = redis_link()
        self._local = LocMemCache(name, params)

    def add(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Starts a counter; ``False`` where it has already started.

        Args:
            key: the counter's.
            value: the initial count.
            timeout: seconds until it expires.
            version: the key's version.
        """
        name = self.make_key(key, version)
        lifetime = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        seconds = None if lifetime is None else int(lifetime)
        try:
            return bool(self._link.ask(lambda redis: redis.set(name, value, nx=True, ex=seconds)))
        except RedisTrouble:
            return self._local.add(key, value, timeout, version)

    def clear(self) -> None:
        """Clears the counters of this process; those in Redis expire."""
        self._local.clear()

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Adds to a counter and returns the new count."""
        name = self.make_key(key, version)
        try:
            return int(self._link.ask(lambda redis: redis.incr(name, delta)))
        except RedisTrouble:
            self._local.add(key, 0, version=version)  # it may have started in Redis
            return self._local.incr(key, delta, version)
