"""Copies a worker's own figures to the meters once a second, so that a cache hit pays nothing for them.

Requirement O1.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

from merger import meters
from merger.cache.answer_cache import AnswerCache
from merger.cache.outcomes import Outcome
from merger.contract.collections import BATCH, SPEED
from merger.stores.mongo.command_meters import FAILED, IN_USE, OK, OPEN
from merger.stores.redis.link import RedisLink

BREAKER_STATES = ("closed", "half_open", "open")


_MEMORY_FILE = Path("/proc/self/statm")


_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class WorkerMeters:
    """The figures of this worker. ``run`` may be called by several threads.

    Args:
        cache: has the outcomes of requests.
        redis: knows whether Redis is away.
        views: names of all views; their meters start at 0, so that Prometheus sees their first event as a rise.
        cpu_seconds: returns the processor time that this process has taken.
        resident_bytes: returns the memory that it occupies.
    """

    def __init__(
        self,
        *,
        cache: AnswerCache,
        redis: RedisLink,
        views: Iterable[str],
        cpu_seconds: Callable[[], float],
        resident_bytes: Callable[[], int],
    ) -> None:
        self._cache, self._redis = cache, redis
        self._cpu_seconds, self._resident_bytes = cpu_seconds, resident_bytes
        self._lock = threading.Lock()
        self._counted: Counter[tuple[str, Outcome]] = Counter()
        self._cpu_counted = 0.0
        _start_meters(tuple(views))

    def run(self) -> None:
        """Adds to the meters what has changed since the last run."""
        with self._lock:
            self._update_counts()
            self._update_process()
        meters.CACHE_PROCESS_ENTRIES.set(len(self._cache.local_tier))
        meters.CACHE_PROCESS_BYTES.set(self._cache.local_tier.bytes)
        meters.REDIS_AWAY.set(self._redis.is_away)

    def _update_counts(self) -> None:
        for (view, outcome), number in self._cache.counts.all().items():
            more = number - self._counted[view, outcome]
            if more:
                meters.CACHE_ANSWERS.labels(view, outcome).inc(more)
                self._counted[view, outcome] = number

    def _update_process(self) -> None:
        cpu, resident = self._cpu_seconds(), self._resident_bytes()
        meters.PROCESS_CPU_SECONDS.inc(max(0.0, cpu - self._cpu_counted))
        self._cpu_counted = cpu
        meters.PROCESS_RESIDENT_BYTES.set(resident)
        meters.PROCESS_LARGEST_BYTES.set(resident)
        meters.WORKERS.set(1)


def resident_bytes() -> int:
    """Memory that this process occupies; its peak, where the system reports only that."""
    try:
        return int(_MEMORY_FILE.read_bytes().split()[1]) * _PAGE_BYTES
    except FileNotFoundError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def _start_meters(views: tuple[str, ...]) -> None:
    for view in views:
        meters.INCOMPLETE_ANSWERS.labels(view)
        for outcome in Outcome:
            meters.CACHE_ANSWERS.labels(view, outcome)
        for layer in ("batch", "speed"):
            meters.HALF_ANSWERS.labels(view, layer)
    for collection, ending in product((BATCH, SPEED), (OK, FAILED)):
        meters.MONGODB_COMMAND_SECONDS.labels("find", collection, ending)
    for collection, state in product((BATCH, SPEED), BREAKER_STATES):
        meters.BREAKER_TRANSITIONS.labels(collection, state)
        meters.BREAKER_REFUSED.labels(collection)
    for state in (OPEN, IN_USE):
        meters.MONGODB_POOL_CONNECTIONS.labels(state)
