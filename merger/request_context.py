"""What is known of the request that is being answered, for whoever has to tell of it.

A context variable, as ``deadline`` is: threads that work for an answer in a copy of its context see it, all others see
none.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class RequestContext:
    """A request under way.

    Attributes:
        request_id: tells it from others, in logs and in the response's header.
        layers: layers (``batch``, ``speed``) whose documents were read to answer it.
        steps: what was done for it since it asked for an explanation, each with its seconds, in the order in which it
            was over; ``None``: it did not ask for one.
    """

    request_id: str
    layers: set[str] = field(default_factory=set)
    steps: list[tuple[str, float]] | None = None


asking: ContextVar[RequestContext | None] = ContextVar("asking", default=None)
"""The request that this context works for; ``None`` outside of any."""


def begin_explaining() -> None:
    """From here on the steps of the request that this context works for are timed."""
    current = asking.get()
    if current is not None:
        current.steps = []


def explained() -> RequestContext | None:
    """The request, where it asked how its answer came about."""
    current = asking.get()
    return current if current is not None and current.steps is not None else None


class TimedStep:
    """What is done inside is a step of the answer, timed for requests that ask for an explanation.

    A class, since a generator would cost all the others four times as much: some 0.3 µs.
    """

    __slots__ = ("_began", "_name", "_steps")

    def __init__(self, name: str) -> None:
        current = asking.get()
        self._name, self._steps = name, current.steps if current is not None else None

    def __enter__(self) -> None:
        if self._steps is not None:
            self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        if self._steps is not None:
            self._steps.append((self._name, time.perf_counter() - self._began))
