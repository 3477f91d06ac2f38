"""Answers from the cache, or none: what ``only-if-cached`` asks for (RFC 9111, section 5.2.1.7).

It is a context variable, so that no function has to pass it on. Old answers are still renewed in the background.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from merger.errors import StoreUnavailable

_is_only_cached: ContextVar[bool] = ContextVar("is_only_cached", default=False)


class NotCached(StoreUnavailable):
    """The cache has no answer that may be served, and the caller wants none computed."""


@contextmanager
def only_cached() -> Iterator[None]:
    """Context in which an answer that would have to be computed raises ``NotCached``."""
    token = _is_only_cached.set(True)
    try:
        yield
    finally:
        _is_only_cached.reset(token)


def require_may_compute() -> None:
    """Raises ``NotCached`` in a context of ``only_cached``."""
    if _is_only_cached.get():
        raise NotCached("the answer is not in the cache")
