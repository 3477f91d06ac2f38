"""What the processes remember of callers, and tests have to forget."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lambdaserve.access.credentials.authentication import api_key_cache, token_cache
from lambdaserve.access.ratelimit.throttle import lease_table

_CACHES = (lease_table, api_key_cache, token_cache)


@contextmanager
def nothing_remembered() -> Iterator[None]:
    """Forgets leases, keys and tokens before the block and after it."""
    for each in _CACHES:
        each.cache_clear()
    yield
    for each in _CACHES:
        each.cache_clear()
