"""What is known of the request that is being answered, for whoever has to tell of it.

A context variable, as ``deadline`` is: threads that work for an answer in a copy of its context see it, all others see
none.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Asking:
    """A request under way.

    Attributes:
        request_id: tells it from others, in logs and in the response's header.
        layers: layers (``batch``, ``speed``) whose documents were read to answer it.
    """

    request_id: str
    layers: set[str] = field(default_factory=set)


asking: ContextVar[Asking | None] = ContextVar("asking", default=None)
"""The request that this context works for; ``None`` outside of any."""
