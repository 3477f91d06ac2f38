"""The time that a request has left: set once, seen by everything that is done for it, in whatever thread (F1).

It is a context variable, so that nothing on the way has to hand it down. A thread of a pool sees it where it runs in a
copy of the caller's context. Outside a request there is none.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends: ContextVar[float] = ContextVar("ends", default=float("inf"))


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """What is done inside has to be over in so many seconds, or sooner where that was said outside."""
    token = _ends.set(min(_ends.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends.reset(token)


def left(most: float = float("inf")) -> float:
    """Seconds that are left, 0 when none are; at most so many, and just as many outside of any deadline."""
    return max(0.0, min(most, _ends.get() - time.monotonic()))


def patience() -> float:
    """The same for waiting on a lock, which takes -1 for "as long as it takes"."""
    seconds = left()
    return -1 if seconds == float("inf") else seconds
