"""Collects the slow queries of this process by their shape, as they end.

Requirement O3.
"""

from __future__ import annotations

import threading
from typing import Final

from pymongo import monitoring

from merger.stores.mongo.query_shapes import Shape, SlowTotals, shape_of

MAX_SHAPES: Final = 200
"""Shapes that a process keeps between two reports; further ones are dropped."""


class SlowQueries(monitoring.CommandListener):
    """A pymongo listener that adds up slow queries per shape.

    pymongo calls it in the thread that sends the command. A query that is not slow costs one comparison.

    Args:
        threshold: milliseconds from which a query is slow; 0: none is.
        collections: names of the observed ones.
    """

    def __init__(self, threshold: float, collections: tuple[str, ...]) -> None:
        self._threshold = threshold
        self._collections = collections
        self._pending = threading.local()
        self._lock = threading.Lock()
        self._totals: dict[Shape, SlowTotals] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Keeps the command, which the event that ends it does not contain."""
        is_observed = event.command.get(event.command_name) in self._collections
        self._pending.command = (event.request_id, event.command) if is_observed else None

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Adds the query if it was slow."""
        self._add_if_slow(event)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Adds the query if it was slow, as one that ran out of time is."""
        self._add_if_slow(event)

    def take(self) -> list[SlowTotals]:
        """Returns what was added since the last call."""
        with self._lock:
            totals, self._totals = list(self._totals.values()), {}
        return totals

    def _add_if_slow(self, event: monitoring.CommandSucceededEvent | monitoring.CommandFailedEvent) -> None:
        pending = getattr(self._pending, "command", None)
        self._pending.command = None
        milliseconds = event.duration_micros / 1000
        if pending is None or pending[0] != event.request_id or not self._threshold or milliseconds < self._threshold:
            return
        shape = shape_of(event.command_name, pending[1])
        if shape is not None:
            self._add(SlowTotals(shape, 1, milliseconds, milliseconds))

    def _add(self, slow: SlowTotals) -> None:
        with self._lock:
            known = self._totals.get(slow.shape)
            if known is not None:
                self._totals[slow.shape] = known + slow
            elif len(self._totals) < MAX_SHAPES:
                self._totals[slow.shape] = slow
