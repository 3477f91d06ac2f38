"""Health monitor: runs each probe in its own thread, so that ``health`` answers in time whatever hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, Generic, TypeVar

from django.conf import settings

from lambdaserve.config.disk_room import free_bytes
from lambdaserve.ops.health.report import ProbeResults, Readiness, build_report
from merger import configuration
from merger.core.boundary import Layers
from merger.operations import probes

T = TypeVar("T")

REPORT_KEEP_SECONDS = 1.0
"""Lifetime of a report, in seconds: callers a moment apart cost the stores one round trip."""

COUNTS_KEEP_SECONDS, INDEXES_KEEP_SECONDS = 60.0, 15.0
"""Lifetimes of the document counts and of the list of missing indexes, in seconds."""

AWAY_SECONDS = 2.0
"""Time after a failure, in seconds, during which no caller waits for the probe: its thread could serve a cached answer
instead."""

PING_WAIT_SECONDS, LAYERS_WAIT_SECONDS, COUNTS_WAIT_SECONDS, INDEXES_WAIT_SECONDS = 0.35, 0.6, 0.25, 0.5
"""Longest waits, in seconds, for the stores, the layers' state, the first document counts and the indexes."""

DISK_WAIT_SECONDS = 0.1
"""Longest wait, in seconds, for the free bytes of the disk, which may be a network's."""


class Probe(Generic[T]):
    """Runs one check in a thread, once at a time, and keeps its result.

    Args:
        ask: the check; returns ``None`` when it fails.
        keep: seconds for which a result is used again.
    """

    def __init__(self, ask: Callable[[], T | None], keep: float = 0.0) -> None:
        self._ask = ask
        self._keep = keep
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=ask.__name__)
        self._lock = threading.Lock()
        self._pending: Future[T | None] | None = None
        self._due = self._failed_at = float("-inf")
        self.last: T | None = None

    def start(self) -> Future[T | None]:
        """Starts the check, unless it is still running or its result is still kept."""
        with self._lock:
            if self._pending is None or (self._pending.done() and time.monotonic() >= self._due):
                self._pending = self._thread.submit(self._run)
            return self._pending

    def wait(self, seconds: float) -> T | None:
        """Waits for the result; ``None`` when it takes longer, or when the check failed a moment ago."""
        pending, failed_recently = self.start(), time.monotonic() - self._failed_at < AWAY_SECONDS
        try:
            return pending.result(0.0 if failed_recently else seconds)
        except TimeoutError:
            return None

    def _run(self) -> T | None:
        result = self._ask()
        self._failed_at = time.monotonic() if result is None else float("-inf")
        if result is not None:
            self.last = result
            self._due = time.monotonic() + self._keep
        return result


class HealthMonitor:
    """Builds health reports, one at a time and at most one in ``REPORT_KEEP_SECONDS``."""

    def __init__(self) -> None:
        self._store = Probe(probes.ping_store)
        self._cache = Probe(probes.ping_cache)
        self._layers = Probe(probes.read_layers)
        self._counts = Probe(probes.count_documents, COUNTS_KEEP_SECONDS)
        self._indexes = Probe(probes.missing_indexes, INDEXES_KEEP_SECONDS)
        self._disk = Probe(_disk_free)
        self._lock = threading.Lock()
        self._report: dict[str, Any] = {}
        self._built_at = float("-inf")

    def report(self) -> dict[str, Any]:
        """The answer of ``health``, at most ``REPORT_KEEP_SECONDS`` old."""
        with self._lock:
            if time.monotonic() - self._built_at >= REPORT_KEEP_SECONDS:
                self._report = build_report(self._ask_probes(), configuration.utc_now())
                self._built_at = time.monotonic()
            return self._report

    @property
    def disk_free(self) -> int | None:
        """Free bytes on the disk of ``DATA_DIR`` at the last report; ``None``: unknown."""
        return self._disk.last

    def readiness(self) -> Readiness:
        """Finds out whether requests can be answered, and why not."""
        if self._store.wait(PING_WAIT_SECONDS) is None:
            return Readiness(False, probes.holds_answers(), None, None)
        # A check that takes too long does not count against the service.
        indexes = self._indexes.wait(INDEXES_WAIT_SECONDS)
        layers = self._layers.wait(LAYERS_WAIT_SECONDS)
        return Readiness(True, False, indexes, None if layers is None else _holds_documents(layers[1]))

    def _ask_probes(self) -> ProbeResults:
        self._cache.start()
        disk = self._disk.wait(DISK_WAIT_SECONDS)
        store = self._store.wait(PING_WAIT_SECONDS)
        cache = self._cache.wait(PING_WAIT_SECONDS)
        if store is None:
            return ProbeResults(None, cache, None, None, probes.breaker_states(), disk)
        layers = self._layers.wait(LAYERS_WAIT_SECONDS)
        # Counting may take seconds, so only a caller that would otherwise get no number waits, and only briefly.
        counts = self._counts.wait(0.0 if self._counts.last else COUNTS_WAIT_SECONDS)
        return ProbeResults(store, cache, layers, counts or self._counts.last, probes.breaker_states(), disk)


def _holds_documents(layers: Layers) -> bool:
    return layers.batch_computed_at is not None or any(layer.synced_at is not None for layer in layers.speed.values())


def _disk_free() -> int | None:
    return free_bytes(settings.DATA_DIR)


@cache
def monitor() -> HealthMonitor:
    """The monitor of this process, created once."""
    return HealthMonitor()
