"""Asks the probes, each in a thread of its own, so that health answers in time whatever hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, Generic, TypeVar

from lambdaserve.ops.health.report import ProbeResults, Readiness, build_report
from merger import configuration
from merger.core.boundary import Layers
from merger.operations import probes

T = TypeVar("T")

REPORT_KEEP_SECONDS = 1.0
"""Seconds for which a report is given again; two callers a moment apart cost the stores one round trip."""

COUNTS_KEEP_SECONDS, INDEXES_KEEP_SECONDS = 60.0, 15.0
"""Seconds for which numbers of documents, and what is known of the indexes, are kept."""

AWAY_SECONDS = 2.0
"""Seconds after a failure in which nobody waits for the next answer: threads that would are needed by those who can be
answered from the cache."""

PING_WAIT_SECONDS, LAYERS_WAIT_SECONDS, COUNTS_WAIT_SECONDS, INDEXES_WAIT_SECONDS = 0.35, 0.6, 0.25, 0.5
"""Seconds that a report waits for the stores, for the layers' state, for the indexes, and, the first time, for the
numbers."""


class Probe(Generic[T]):
    """A question that is asked by one thread at a time.

    Args:
        ask: the question; ``None`` is a failure.
        keep: seconds for which an answer need not be asked for again.
    """

    def __init__(self, ask: Callable[[], T | None], keep: float = 0.0) -> None:
        self._ask = ask
        self._keep = keep
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=ask.__name__)
        self._lock = threading.Lock()
        self._asked: Future[T | None] | None = None
        self._due = self._failed_at = float("-inf")
        self.last: T | None = None

    def start(self) -> Future[T | None]:
        """Asks, unless the question is still open or its answer is kept."""
        with self._lock:
            if self._asked is None or (self._asked.done() and time.monotonic() >= self._due):
                self._asked = self._thread.submit(self._answer)
            return self._asked

    def within(self, seconds: float) -> T | None:
        """The answer, ``None`` when there is none in this time, or was none a moment ago."""
        asked, known_away = self.start(), time.monotonic() - self._failed_at < AWAY_SECONDS
        try:
            return asked.result(0.0 if known_away else seconds)
        except TimeoutError:
            return None

    def _answer(self) -> T | None:
        answer = self._ask()
        self._failed_at = time.monotonic() if answer is None else float("-inf")
        if answer is not None:
            self.last = answer
            self._due = time.monotonic() + self._keep
        return answer


class HealthMonitor:
    """Makes reports, at most one at a time and one in ``REPORT_KEEP_SECONDS``."""

    def __init__(self) -> None:
        self._store = Probe(probes.ping_store)
        self._cache = Probe(probes.ping_cache)
        self._layers = Probe(probes.read_layers)
        self._counts = Probe(probes.count_documents, COUNTS_KEEP_SECONDS)
        self._indexes = Probe(probes.missing_indexes, INDEXES_KEEP_SECONDS)
        self._lock = threading.Lock()
        self._report: dict[str, Any] = {}
        self._made = float("-inf")

    def report(self) -> dict[str, Any]:
        """The answer of ``health``, at most ``REPORT_KEEP_SECONDS`` old."""
        with self._lock:
            if time.monotonic() - self._made >= REPORT_KEEP_SECONDS:
                self._report = build_report(self._findings(), configuration.utc_now())
                self._made = time.monotonic()
            return self._report

    def readiness(self) -> Readiness:
        """Whether requests can be answered, and what is in the way."""
        if self._store.within(PING_WAIT_SECONDS) is None:
            return Readiness(False, probes.holds_answers(), None, None)
        # What takes longer than one may wait is not held against the service.
        indexes = self._indexes.within(INDEXES_WAIT_SECONDS)
        layers = self._layers.within(LAYERS_WAIT_SECONDS)
        return Readiness(True, False, indexes, None if layers is None else _holds_documents(layers[1]))

    def _findings(self) -> ProbeResults:
        self._cache.start()
        store = self._store.within(PING_WAIT_SECONDS)
        cache = self._cache.within(PING_WAIT_SECONDS)
        if store is None:
            return ProbeResults(None, cache, None, None, probes.breaker_states())
        layers = self._layers.within(LAYERS_WAIT_SECONDS)
        # Counting may take seconds. Only somebody who would get no number at all waits for it a little.
        counts = self._counts.within(0.0 if self._counts.last else COUNTS_WAIT_SECONDS)
        return ProbeResults(store, cache, layers, counts or self._counts.last, probes.breaker_states())


def _holds_documents(layers: Layers) -> bool:
    return layers.batch_computed_at is not None or any(layer.synced_at is not None for layer in layers.speed.values())


@cache
def monitor() -> HealthMonitor:
    """The monitor of this process."""
    return HealthMonitor()
