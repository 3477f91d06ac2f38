"""Where django-ratelimit counts: in Redis for all processes, and in this process for as long as Redis is away (S3)."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache

from merger.stores.redis.client import redis_link
from merger.stores.redis.link import RedisTrouble


class CounterCache(BaseCache):
    """What counting takes of Django's caches.

    Args:
        name: of the counts that are kept in this process.
        params: as in ``CACHES``.
    """

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._link = redis_link()
        self._own = LocMemCache(name, params)

    def add(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Starts a count; ``False`` where it has begun.

        Args:
            key: of the count.
            value: to start with.
            timeout: seconds until it is forgotten.
            version: of the key.
        """
        name = self.make_key(key, version)
        lifetime = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        seconds = None if lifetime is None else int(lifetime)
        try:
            return bool(self._link.ask(lambda redis: redis.set(name, value, nx=True, ex=seconds)))
        except RedisTrouble:
            return self._own.add(key, value, timeout, version)

    def clear(self) -> None:
        """Forgets what this process has counted by itself; counts in Redis expire."""
        self._own.clear()

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Goes on counting; the new count."""
        name = self.make_key(key, version)
        try:
            return int(self._link.ask(lambda redis: redis.incr(name, delta)))
        except RedisTrouble:
            self._own.add(key, 0, version=version)  # it may have begun in Redis
            return self._own.incr(key, delta, version)
