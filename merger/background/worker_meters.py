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
from dataclasses import InitVar, dataclass, field
from itertools import product
from pathlib import Path

from merger import meters
from merger.cache.answer_cache import AnswerCache
from merger.cache.outcomes import Outcome
from merger.contract.collections import BATCH, SPEED
from merger.stores.breaker import BreakerState
from merger.stores.mongo.command_meters import FAILED, IN_USE, OK, OPEN
from merger.stores.redis.link import RedisLink

_MEMORY_FILE = Path("/proc/self/statm")


_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True, kw_only=True)
class WorkerMeters:
    """The figures of this worker. ``run`` may be called by several threads.

    Args:
        cache: has the outcomes of requests.
        redis: knows whether Redis is away.
        views: names of all views; their meters start at 0, so that Prometheus sees their first event as a rise.
        cpu_seconds: returns the processor time that this process has taken.
        resident_bytes: returns the memory that it occupies.
    """

    cache: AnswerCache
    redis: RedisLink
    views: InitVar[Iterable[str]]
    cpu_seconds: Callable[[], float]
    resident_bytes: Callable[[], int]
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _counted: Counter[tuple[str, Outcome]] = field(default_factory=Counter, init=False)
    _cpu_counted: float = field(default=0.0, init=False)

    def __post_init__(self, views: Iterable[str]) -> None:
        _start_meters(views)

    def run(self) -> None:
        """Adds to the meters what has changed since the last run."""
        with self._lock:
            self._update_counts()
            self._update_process()
        meters.CACHE_PROCESS_ENTRIES.set(len(self.cache.local_tier))
        meters.CACHE_PROCESS_BYTES.set(self.cache.local_tier.bytes)
        meters.REDIS_AWAY.set(self.redis.is_away)

    def _update_counts(self) -> None:
        for (view, outcome), number in self.cache.counts.all().items():
            more = number - self._counted[view, outcome]
            if more:
                meters.CACHE_ANSWERS.labels(view, outcome).inc(more)
                self._counted[view, outcome] = number

    def _update_process(self) -> None:
        cpu, resident = self.cpu_seconds(), self.resident_bytes()
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


def _start_meters(views: Iterable[str]) -> None:
    for view in views:
        meters.INCOMPLETE_ANSWERS.labels(view)
        for outcome in Outcome:
            meters.CACHE_ANSWERS.labels(view, outcome)
        for layer in ("batch", "speed"):
            meters.HALF_ANSWERS.labels(view, layer)
    for collection, ending in product((BATCH, SPEED), (OK, FAILED)):
        meters.MONGODB_COMMAND_SECONDS.labels("find", collection, ending)
    for collection, state in product((BATCH, SPEED), BreakerState):
        meters.BREAKER_TRANSITIONS.labels(collection, state)
        meters.BREAKER_REFUSED.labels(collection)
    for connections in (OPEN, IN_USE):
        meters.MONGODB_POOL_CONNECTIONS.labels(connections)
