"""The deadline of a request, set once and seen by all code that works for it.

It is a context variable, so that no function has to pass it on. A thread of a pool sees it if it runs in a copy of the
caller's context. Outside a request there is none. Requirement F1.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends: ContextVar[float] = ContextVar("ends", default=float("inf"))


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Sets a deadline for the code inside; an earlier one that surrounds it stays in force."""
    token = _ends.set(min(_ends.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends.reset(token)


def seconds_left(most: float = float("inf")) -> float:
    """Seconds until the deadline, from 0 to ``most``; ``most`` outside of any deadline."""
    return max(0.0, min(most, _ends.get() - time.monotonic()))


def lock_timeout() -> float:
    """Seconds until the deadline as a lock takes them, for which -1 means without limit."""
    seconds = seconds_left()
    return -1 if seconds == float("inf") else seconds
