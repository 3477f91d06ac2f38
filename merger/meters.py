"""What is measured of the merger and of the process it runs in (O1); ``docs/metrics.md`` says what each meter means.

Where ``PROMETHEUS_MULTIPROC_DIR`` is set before this module is imported, each worker writes to files of its own there,
and whoever is scraped adds them up. Without it a process knows its own figures alone. Every label takes values from a
set that no caller and no producer of documents can enlarge.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

PREFIX: Final = "lambdaserve"

REGISTRY: Final = CollectorRegistry(auto_describe=False)
"""Of all meters; not the package's own, which would add figures of a single process."""

_STORE_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


def counter(name: str, about: str, labels: tuple[str, ...] = ()) -> Counter:
    """A count that never falls; in the exposition its name ends with ``_total``."""
    return Counter(name, about, labels, namespace=PREFIX, registry=REGISTRY)


def gauge(name: str, about: str, labels: tuple[str, ...] = ()) -> Gauge:
    """A figure of the moment: over several workers the sum of those that live."""
    return Gauge(name, about, labels, namespace=PREFIX, registry=REGISTRY, multiprocess_mode="livesum")


def newest(name: str, about: str) -> Gauge:
    """A figure that outlives who found it: over several workers the one that was set last."""
    return Gauge(name, about, namespace=PREFIX, registry=REGISTRY, multiprocess_mode="mostrecent")


def histogram(name: str, about: str, labels: tuple[str, ...], buckets: tuple[float, ...]) -> Histogram:
    """Lengths of time in seconds, counted by buckets."""
    return Histogram(name, about, labels, namespace=PREFIX, registry=REGISTRY, buckets=buckets)


# The cache
CACHE_ANSWERS: Final = counter(
    "cache_answers", "Questions to the cache by view and by what became of them.", ("view", "outcome")
)
CACHE_PROCESS_ENTRIES: Final = gauge("cache_process_entries", "Entries in the workers' own tiers of the cache.")
CACHE_PROCESS_BYTES: Final = gauge("cache_process_bytes", "Bytes in the workers' own tiers of the cache, about.")
REDIS_AWAY: Final = gauge("redis_away", "Workers that do without Redis at the moment.")

# Answers
INCOMPLETE_ANSWERS: Final = counter(
    "incomplete_answers", "Answers given that lack intervals which neither layer holds.", ("view",)
)
HALF_ANSWERS: Final = counter(
    "half_answers", "Answers made from one layer while the other one failed.", ("view", "layer")
)
STRICT_REFUSALS: Final = counter(
    "strict_refusals", "503s of completeness=strict: what the caller asked for, so no errors of the service."
)
DOCUMENTS_SKIPPED: Final = counter(
    "documents_skipped", "Documents that could not be read, each time that they were met.", ("layer", "kind")
)

# What the layers say of the same days
DRIFT_CHECKED_BUCKETS: Final = counter("drift_checked_buckets", "Movies' days of which both layers were compared.")
DRIFT_EVENTS: Final = counter("drift_events", "Events that one layer has more than the other.", ("direction",))
DRIFT_RATIO: Final = newest("drift_ratio", "Events by which the layers differ per event of the batch layer.")
DRIFT_CHECKED_AT: Final = newest("drift_checked_at", "When the layers were compared last, in seconds since 1970.")

# MongoDB
MONGODB_COMMAND_SECONDS: Final = histogram(
    "mongodb_command_duration_seconds",
    "Time from a command to its reply.",
    ("command", "collection", "outcome"),
    _STORE_SECONDS,
)
MONGODB_POOL_CONNECTIONS: Final = gauge(
    "mongodb_pool_connections", "Connections to MongoDB: all that are open, and those in use.", ("state",)
)
MONGODB_POOL_WAIT: Final = histogram(
    "mongodb_pool_wait_seconds", "Time until a connection was to be had.", (), _STORE_SECONDS
)
MONGODB_POOL_TIMEOUTS: Final = counter("mongodb_pool_timeouts", "Times that none was to be had.")

# The circuit breaker, one per collection in each worker
BREAKER_STATE: Final = gauge("breaker_state", "Workers whose breaker is in this state.", ("collection", "state"))
BREAKER_TRANSITIONS: Final = counter("breaker_transitions", "Changes of a breaker's state.", ("collection", "to"))
BREAKER_REFUSED: Final = counter("breaker_refused", "Reads that an open breaker refused at once.", ("collection",))

# The workers
WORKERS: Final = gauge("workers", "Worker processes that live.")
PROCESS_CPU_SECONDS: Final = counter("process_cpu_seconds", "Processor time of all workers, ended ones included.")
PROCESS_RESIDENT_BYTES: Final = gauge("process_resident_memory_bytes", "Memory that the workers occupy.")
PROCESS_LARGEST_BYTES: Final = Gauge(
    "process_largest_resident_memory_bytes",
    "Memory that the largest worker occupies.",
    namespace=PREFIX,
    registry=REGISTRY,
    multiprocess_mode="livemax",
)
