"""Notes slow queries of this process by their shape, as they end (O3)."""

from __future__ import annotations

import threading
from typing import Final

from pymongo import monitoring

from merger.stores.mongo.query_shapes import Shape, Slow, shape_of

SHAPES: Final = 200
"""That a process notes between two reports."""


class SlowQueries(monitoring.CommandListener):
    """Notes what took long. A listener: its methods are called in the thread that asks, and cost a query no more than a
    look at a clock's reading unless it was slow.

    Args:
        after: milliseconds from which on a query is slow; 0: none is.
        collections: names of those that are looked at.
    """

    def __init__(self, after: float, collections: tuple[str, ...]) -> None:
        self._after = after
        self._collections = collections
        self._sent = threading.local()
        self._lock = threading.Lock()
        self._noted: dict[Shape, Slow] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Keeps the command until its end, which does not tell it."""
        of_ours = event.command.get(event.command_name) in self._collections
        self._sent.command = (event.request_id, event.command) if of_ours else None

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Notes it if it was slow."""
        self._ended(event)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """As a success: what is given up was slow."""
        self._ended(event)

    def take(self) -> list[Slow]:
        """What was noted since the last call."""
        with self._lock:
            taken, self._noted = list(self._noted.values()), {}
        return taken

    def _ended(self, event: monitoring.CommandSucceededEvent | monitoring.CommandFailedEvent) -> None:
        sent = getattr(self._sent, "command", None)
        self._sent.command = None
        took = event.duration_micros / 1000
        if sent is None or sent[0] != event.request_id or not self._after or took < self._after:
            return
        shape = shape_of(event.command_name, sent[1])
        if shape is not None:
            self._note(Slow(shape, 1, took, took))

    def _note(self, slow: Slow) -> None:
        with self._lock:
            known = self._noted.get(slow.shape)
            if known is not None:
                self._noted[slow.shape] = known + slow
            elif len(self._noted) < SHAPES:
                self._noted[slow.shape] = slow
