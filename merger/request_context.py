"""Context of the current request: its id, the layers it read, and, on request, its timed steps.

It is a context variable, so that worker threads started with a copy of the context see it too; others see none.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class RequestContext:
    """The context of one request in progress.

    Attributes:
        request_id: identifies it in logs and in the response's header.
        layers: layers (``batch``, ``speed``) whose documents were read to answer it.
        steps: name and seconds of each step since it asked for an explanation, in the order in which they ended;
            ``None``: it did not ask for one.
        service: what it asks for answers, if it stands elsewhere than at the present (``merger.standing``).
    """

    request_id: str
    layers: set[str] = field(default_factory=set)
    steps: list[tuple[str, float]] | None = None
    service: Any = None


current_request: ContextVar[RequestContext | None] = ContextVar("current_request", default=None)
"""The request that the running code works for; ``None`` outside of requests."""


def begin_explaining() -> None:
    """Starts to time the steps of the current request."""
    current = current_request.get()
    if current is not None:
        current.steps = []


def is_apart() -> bool:
    """Whether the current request stands elsewhere, so that nobody else may get its answers."""
    current = current_request.get()
    return current is not None and current.service is not None


def context_to_explain() -> RequestContext | None:
    """The current request, if it asked for an explanation of its answer."""
    current = current_request.get()
    return current if current is not None and current.steps is not None else None


class TimedStep:
    """Times the code inside as a step of the answer, for requests that ask for an explanation.

    It is a class since a generator would cost all other requests four times as much: some 0.3 µs.
    """

    __slots__ = ("_began", "_name", "_steps")

    def __init__(self, name: str) -> None:
        current = current_request.get()
        self._name, self._steps = name, current.steps if current is not None else None

    def __enter__(self) -> None:
        if self._steps is not None:
            self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        if self._steps is not None:
            self._steps.append((self._name, time.perf_counter() - self._began))
