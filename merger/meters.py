"""Meters of the merger and of its process, for Prometheus; ``docs/metrics.md`` explains each of them.

Where ``PROMETHEUS_MULTIPROC_DIR`` is set before this module is imported, each worker writes to files of its own there,
and the worker that is scraped adds them up. Without it a process knows only its own figures. Every label takes values
from a set that no caller and no producer of documents can enlarge. Requirement O1.
"""

from __future__ import annotations

from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from merger.meter_files import use_meter_files

use_meter_files()

PREFIX: Final = "lambdaserve"

REGISTRY: Final = CollectorRegistry(auto_describe=False)
"""The registry of all meters. prometheus_client's default one would add figures of a single process."""

Mode = Literal["livesum", "livemax", "mostrecent"]
"""What stands for several workers: their sum or maximum while they live, or the figure that was set last."""

_STORE_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


def counter(name: str, about: str, labels: tuple[str, ...] = ()) -> Counter:
    """A count that never falls; Prometheus sees its name with ``_total`` at the end."""
    return Counter(name, about, labels, namespace=PREFIX, registry=REGISTRY)


def gauge(name: str, about: str, labels: tuple[str, ...] = (), *, of_workers: Mode = "livesum") -> Gauge:
    """A current value; with several workers, the sum over the living ones, or as ``of_workers`` says."""
    return Gauge(name, about, labels, namespace=PREFIX, registry=REGISTRY, multiprocess_mode=of_workers)


def newest(name: str, about: str) -> Gauge:
    """A value that outlives its process; with several workers, the one that was set last."""
    return gauge(name, about, of_workers="mostrecent")


def histogram(name: str, about: str, labels: tuple[str, ...], buckets: tuple[float, ...]) -> Histogram:
    """Lengths of time in seconds, counted by buckets."""
    return Histogram(name, about, labels, namespace=PREFIX, registry=REGISTRY, buckets=buckets)


# The cache
CACHE_ANSWERS: Final = counter("cache_answers", "Requests to the cache, by view and outcome.", ("view", "outcome"))
CACHE_PROCESS_ENTRIES: Final = gauge("cache_process_entries", "Entries in the workers' own cache tiers.")
CACHE_PROCESS_BYTES: Final = gauge("cache_process_bytes", "About the bytes in the workers' own cache tiers.")
REDIS_AWAY: Final = gauge("redis_away", "Workers that run without Redis at present.")

# Answers
INCOMPLETE_ANSWERS: Final = counter(
    "incomplete_answers", "Answers served that lack intervals which neither layer holds.", ("view",)
)
HALF_ANSWERS: Final = counter(
    "half_answers", "Answers computed from one layer while the other one failed.", ("view", "layer")
)
STRICT_REFUSALS: Final = counter(
    "strict_refusals",
    "503 responses to completeness=strict or proven, which the caller asked for: not errors of the service.",
)
DOCUMENTS_SKIPPED: Final = counter(
    "documents_skipped", "Documents that could not be read, counted at each reading.", ("layer", "kind")
)
VALUES_DROPPED: Final = counter(
    "values_dropped", "Values that could not be read, of documents that were, at each reading.", ("layer", "kind")
)

# Drift between the layers
DRIFT_CHECKED_BUCKETS: Final = counter("drift_checked_buckets", "Movies' days compared between both layers.")
DRIFT_EVENTS: Final = counter("drift_events", "Events that one layer has and the other lacks.", ("direction",))
DRIFT_RATIO: Final = newest("drift_ratio", "Events by which the layers differ, per event of the batch layer.")
DRIFT_CHECKED_AT: Final = newest("drift_checked_at", "When the layers were last compared, in seconds since 1970.")

# Answers that were compared with the batch layer later
LIVE_ANSWERS: Final = counter(
    "live_answers_compared", "Days of sampled answers compared with the batch layer, by their age.", ("age", "result")
)
LIVE_ANSWER_REVIEWS: Final = counter(
    "live_answer_reviews", "Reviews of these days: the batch layer's, and those missing or extra.", ("age", "kind")
)

# MongoDB
MONGODB_COMMAND_SECONDS: Final = histogram(
    "mongodb_command_duration_seconds",
    "Time from a command to its reply.",
    ("command", "collection", "outcome"),
    _STORE_SECONDS,
)
MONGODB_POOL_CONNECTIONS: Final = gauge(
    "mongodb_pool_connections", "Connections to MongoDB: all open ones, and those in use.", ("state",)
)
MONGODB_POOL_WAIT: Final = histogram(
    "mongodb_pool_wait_seconds", "Time waited for a connection from the pool.", (), _STORE_SECONDS
)
MONGODB_POOL_TIMEOUTS: Final = counter("mongodb_pool_timeouts", "Times that no connection was free in time.")

# The circuit breaker, one per collection in each worker
BREAKER_STATE: Final = gauge("breaker_state", "Workers whose breaker is in this state.", ("collection", "state"))
BREAKER_TRANSITIONS: Final = counter("breaker_transitions", "Changes of breakers' states.", ("collection", "to"))
BREAKER_REFUSED: Final = counter("breaker_refused", "Reads that an open breaker refused at once.", ("collection",))

# The workers
WORKERS: Final = gauge("workers", "Living worker processes.")
PROCESS_CPU_SECONDS: Final = counter("process_cpu_seconds", "Processor time of all workers, including ended ones.")
PROCESS_RESIDENT_BYTES: Final = gauge("process_resident_memory_bytes", "Resident memory of all workers.")
PROCESS_LARGEST_BYTES: Final = gauge(
    "process_largest_resident_memory_bytes", "Resident memory of the largest worker.", of_workers="livemax"
)
