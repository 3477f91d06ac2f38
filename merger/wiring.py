"""Builds the real objects of this process from Django's settings; nothing else does."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache

from django.conf import settings

from merger import configuration
from merger.answers.service import MergeService
from merger.background.loop import Every
from merger.background.usage_report import UsageReport
from merger.background.worker_meters import WorkerMeters, resident_bytes
from merger.cache.answer_cache import AnswerCache
from merger.cache.outcome_totals import OutcomeTotals
from merger.cache.popular import PopularCounts, PopularTotals
from merger.cache.redis_tier import RedisTier
from merger.cache.terms import CacheRules
from merger.configuration import aliases, configured_contract, data_prefix, policy, service_prefix
from merger.contract.collections import BATCH, SPEED
from merger.contract.payloads import SPEED_TYPES
from merger.core.boundary import Boundary, Layers
from merger.drift.answer_audit import AnswerAudit
from merger.drift.auditor import Auditor
from merger.drift.job import DriftAudit
from merger.drift.sampling import AnswerSample
from merger.drift.shared_answers import SharedAnswers
from merger.drift.shared_result import SharedDriftResults, batch_of
from merger.gates.configured import configured_limits
from merger.host.copies import HostCopies
from merger.indexes.slow_query_log import SlowQueryLog, report_slow_queries
from merger.invalidation.change_stream import ChangeStream
from merger.invalidation.leader import Leader
from merger.invalidation.watcher import Watcher
from merger.layers.guarding import guarded_store
from merger.layers.published_store import PublishedStore
from merger.layers.state import LayerState
from merger.migrations_mongo.log import MigrationLog
from merger.migrations_mongo.runner import Migrator
from merger.request_context import current_request
from merger.runs.publisher import RunPublisher
from merger.stores.breaker import Breaker
from merger.stores.guarded_store import GuardedStore
from merger.stores.mongo.causal_reads import CausalClock
from merger.stores.mongo.client import causal_clock, database, slow_queries
from merger.stores.mongo.store import MongoStore
from merger.stores.redis.client import redis_link
from merger.stores.redis.link import RedisLink, without_redis
from merger.stores.store import Store
from merger.views.freshness import TTLClass
from merger.views.registry import known_views

_PATIENCE_SECONDS = 60.0
"""For which an answer may wait for a store in memory, which takes as long as there are documents."""


_stand_in: ContextVar[MergeService | None] = ContextVar("stand-in", default=None)


@cache
def service() -> MergeService:
    """The service of this process; it connects on first use, not here."""
    if (standing_in := _stand_in.get()) is not None:
        return standing_in
    cache, copies = _answer_cache(redis_link(), causal_clock()), HostCopies(settings.DATA_DIR / "search")
    now, timeout, sample = configuration.utc_now, settings.MONGODB_TIMEOUT, answer_sample()
    return _service_of(guarded_store(), cache, now, timeout, copies=copies, sample=sample)


def _service_of(
    store: Store,
    cache: AnswerCache,
    clock: Callable[[], datetime],
    timeout: float,
    monotonic: Callable[[], float] = time.monotonic,
    copies: HostCopies | None = None,
    notes: tuple[str, ...] = (),
    sample: AnswerSample | None = None,
) -> MergeService:
    return MergeService(
        store=store,
        cache=cache,
        contract=configured_contract(),
        policy=policy(),
        ttl={ttl: getattr(settings, f"CACHE_TTL_{ttl.name}") for ttl in TTLClass},
        timeout=timeout,
        places=settings.THREADS - 1,
        copies=copies,
        notes=notes,
        clock=clock,
        monotonic=monotonic,
        on_computed=None if sample is None else sample.note,
    )


def asked_service() -> MergeService:
    """The service that the running code asks for answers: the process's, or that of where its request stands."""
    current = current_request.get()
    return service() if current is None or current.service is None else current.service


def service_apart(store: Store, notes: tuple[str, ...]) -> MergeService:
    """A service over another store that shares nothing with others: no Redis, and copies of its own.

    Args:
        store: the documents to answer from.
        notes: warnings of all its answers.
    """
    cache = _answer_cache(without_redis(), None)
    return _service_of(store, cache, configuration.utc_now, settings.MONGODB_TIMEOUT, notes=notes)


@contextmanager
def answers_from(store: Store, now: datetime, copies: HostCopies | None = None) -> Iterator[None]:
    """Context in which this process answers from another store, as of a fixed time, without MongoDB and Redis.

    For commands alone: it applies to the whole process.

    Args:
        store: the documents to answer from.
        now: aware UTC.
        copies: where the index of the search lies; ``None``: in memory.
    """
    # Time stands still: what was read of the layers once stays true.
    cache = _answer_cache(without_redis(), None)
    token = _stand_in.set(_service_of(store, cache, lambda: now, _PATIENCE_SECONDS, lambda: 0.0, copies))
    service.cache_clear()
    try:
        yield
    finally:
        _stand_in.reset(token)
        service.cache_clear()


def patient_store(seconds: float) -> PublishedStore:
    """The published documents, for staff who can wait: a slow read here opens no breaker.

    Args:
        seconds: longest time of each read.
    """
    return PublishedStore(MongoStore(database(), seconds, causal_clock()))


def patient_layers(seconds: float) -> tuple[Boundary, Layers]:
    """The present boundary and both layers' state, read fresh, for callers that can wait.

    Args:
        seconds: longest time of each read.

    Raises:
        StoreError: from the store.
    """
    store, boundary = patient_store(seconds), service().boundary()
    state = LayerState(store, configured_contract(), time.monotonic, store.refresh)
    return boundary, state.layers(tuple(SPEED_TYPES), boundary)


def breakers() -> Mapping[str, Breaker]:
    """The circuit breakers of this process, by collection."""
    found = service().store.wrapped
    return found.breakers if isinstance(found, GuardedStore) else {}


def run_publisher() -> RunPublisher:
    """Publishes and rolls back batch runs."""
    return RunPublisher(database(), configured_contract(), service().boundary, configured_limits())


def migrator() -> Migrator:
    """Runs the migrations of the two collections."""
    return Migrator(database(), aliases(), settings.CONTRACT_VALIDATION, MigrationLog(database()))


@cache
def watcher() -> Watcher:
    """The watcher of this process."""
    return Watcher(
        service=service(),
        leader=Leader(redis_link(), service_prefix()),
        batch=ChangeStream(lambda: database()[BATCH]),
        speed=ChangeStream(lambda: database()[SPEED], has_documents=True),
        contract=configured_contract(),
    )


@cache
def popular_counts() -> PopularCounts:
    """The addresses that this process answered."""
    return PopularCounts()


def popular_totals() -> PopularTotals:
    """The most requested addresses of all processes."""
    return PopularTotals(redis_link(), data_prefix())


def outcome_totals() -> OutcomeTotals:
    """The cache outcomes of all processes."""
    return OutcomeTotals(redis_link(), data_prefix())


@cache
def usage_report() -> UsageReport:
    """The usage report of this process."""
    return UsageReport(
        counts=service().cache.counts,
        outcome_totals=outcome_totals(),
        popular_counts=popular_counts(),
        popular_totals=popular_totals(),
        clock=configuration.utc_now,
    )


def slow_query_log() -> SlowQueryLog:
    """Slow queries of all processes."""
    return SlowQueryLog(database())


@cache
def worker_meters() -> WorkerMeters:
    """The meters of this process."""
    return WorkerMeters(
        cache=service().cache,
        redis=redis_link(),
        views=known_views(),
        cpu_seconds=time.process_time,
        resident_bytes=resident_bytes,
    )


def shared_drift_results() -> SharedDriftResults:
    """The last comparison of the layers, by any process."""
    return SharedDriftResults(redis_link(), data_prefix())


@cache
def answer_sample() -> AnswerSample:
    """The sampled answers of this process."""
    return AnswerSample()


def shared_answers() -> SharedAnswers:
    """The sampled answers of all processes, and what comparing them with the batch layer gave."""
    return SharedAnswers(redis_link(), data_prefix())


@cache
def answer_audit() -> AnswerAudit:
    """The comparison of answers in this process."""
    return AnswerAudit(service().layers, service().store, configured_contract(), answer_sample(), shared_answers())


@cache
def drift_audit() -> DriftAudit:
    """The comparison of the layers in this process."""
    own_watcher = watcher()
    return DriftAudit(
        auditor=Auditor(service().layers, service().store, configured_contract(), time.monotonic),
        compare_answers=answer_audit().compare,
        shared=shared_drift_results(),
        current_batch=lambda: batch_of(service()),
        may_compare=lambda: own_watcher.is_leader or redis_link().is_away,
        batch_noticed=lambda: own_watcher.batch_noticed,
        clock=configuration.utc_now,
        monotonic=time.monotonic,
    )


def background_tasks() -> list[Callable[[], None]]:
    """Tasks that the background thread of this process runs after each tick of the watcher; intervals in seconds."""
    return [
        worker_meters().run,
        Every(5, usage_report().run),
        Every(5, answer_audit().keep),
        Every(10, drift_audit().run),
        Every(60, lambda: report_slow_queries(slow_queries(), slow_query_log(), configuration.utc_now())),
    ]


def _answer_cache(redis: RedisLink, seen: CausalClock | None) -> AnswerCache:
    longest = max(settings.CACHE_TTL_VOLATILE, settings.CACHE_TTL_STABLE, settings.CACHE_TTL_VERY_STABLE)
    keep = max(settings.CACHE_STALE_IF_ERROR, 2 * longest)
    return AnswerCache(
        redis_tier=RedisTier(redis, service_prefix(), keep, seen),
        secret=hashlib.sha256(b"cache entries\n" + settings.SECRET_KEY.encode()).digest(),
        clock=lambda: configuration.utc_now().timestamp(),
        rules=CacheRules(
            absent=settings.CACHE_TTL_ABSENT,
            stale_if_error=settings.CACHE_STALE_IF_ERROR,
            # A computation takes no longer than the store may; a claim whose release got lost delays others no longer.
            claim=settings.MONGODB_TIMEOUT + 1,
            wait=settings.MONGODB_TIMEOUT / 2,
        ),
    )
