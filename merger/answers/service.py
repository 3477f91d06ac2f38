"""``MergeService`` turns a view and its parameters into one encoded answer: it plans, reads, merges and caches."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from merger.answers.answer import PROCESS, REDIS, Answer
from merger.answers.data_version import encode
from merger.answers.dependencies import Dependencies
from merger.answers.explain import describe_cache, describe_plan
from merger.answers.reader import UNCHANGED, ChangedAt, Reader
from merger.answers.skipped_log import SkippedLog
from merger.cache.answer_cache import STALE, AnswerCache
from merger.cache.entry import Entry
from merger.cache.generations import BATCH_GENERATION, bumped_at, concerns_copies
from merger.cache.terms import CacheRequest, PartialAnswer
from merger.catalogue.catalogue import Catalogue
from merger.catalogue.loader import CatalogueLoader
from merger.contract.documents import Contract
from merger.contract.payloads import SPEED_TYPES
from merger.core.boundary import Boundary, Layers, Policy
from merger.core.evidence import PARTIAL, Completeness, Unproven
from merger.core.windows import HOUR, Window
from merger.deadline import deadline
from merger.errors import Incomplete, NotFound, StoreError
from merger.finding.finder import Finder
from merger.host.copies import HostCopies
from merger.layers.published_store import PublishedStore
from merger.layers.state import LayerState
from merger.meters import HALF_ANSWERS, INCOMPLETE_ANSWERS
from merger.request_context import TimedStep
from merger.speed.change_log import Changes
from merger.speed.shared_hours import SpeedHours
from merger.speed.tables import HourRange
from merger.stores.bulkhead import Bulkhead
from merger.stores.store import Store
from merger.views.freshness import TTLClass
from merger.views.plans import View
from merger.views.reading import ViewInputs

P = TypeVar("P")

PROVISIONAL_TTL = 1
"""Seconds for which an answer stays fresh if it comes from one layer only, or from copies that are being replaced."""


class MergeService:
    """Computes and caches the answers of all views.

    Args:
        store: both collections, and which batch runs are published (M12).
        cache: holds the encoded answers.
        contract: reads stored documents.
        policy: the operator's settings for the time boundary.
        ttl: seconds per TTL class.
        timeout: total seconds for which one answer may wait for the store (F1).
        places: for how many answers documents may be read at the same time.
        copies: indexes of this host; ``None``: this process has its own, in memory.
        notes: warnings of all answers.
        clock: aware UTC; asked once per answer.
        monotonic: seconds of a monotonic clock.
        on_computed: is called with each whole answer that is computed: view, parameters, key, moment and encoded body.

    Attributes:
        store: the published documents.
        cache: the cache passed in.
        hours, finder: the process's copies of all movies' hours, and what finds movies by words.
        computed_at: monotonic seconds at which an answer was last computed.
        batch_changed_at: monotonic seconds at which the batch layer was last known to have changed, in place perhaps.
    """

    def __init__(
        self,
        *,
        store: Store,
        cache: AnswerCache,
        contract: Contract,
        policy: Policy,
        ttl: Mapping[TTLClass, int],
        timeout: float = 2.0,
        places: int = 3,
        copies: HostCopies | None = None,
        notes: tuple[str, ...] = (),
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        on_computed: Callable[[View[Any], object, str, datetime, bytes], None] | None = None,
    ) -> None:
        self.store = published = PublishedStore(store)
        self.cache = cache
        self._monotonic, self._timeout = monotonic, timeout
        self._policy, self._ttl = policy, ttl
        self._clock, self._notes, self._on_computed = clock, notes, on_computed
        self._dependencies = Dependencies(contract.aliases, self.boundary)
        self._layers = LayerState(published, contract, monotonic, published.refresh)
        self.hours = SpeedHours(published, contract, monotonic)
        self.finder = Finder(copies)
        publication, keep = published.one_publication, self.finder.keep
        self._loader = CatalogueLoader(published, contract, self._layers, monotonic, publication, keep)
        bulkhead = Bulkhead(places, monotonic, timeout)
        self._reader = Reader(published, contract, self._layers, self.hours, self._loader, self.finder, bulkhead)
        self.skipped = SkippedLog()
        self._noted: Catalogue | None = None
        self.computed_at = self.batch_changed_at = float("-inf")

    def fetch(self, view: View[P], params: P, *, completeness: Completeness = PARTIAL) -> Answer:
        """Serves the answer of a view from the cache, or computes it.

        Args:
            view: what is asked for.
            params: its parameters, a frozen dataclass: part of the cache key.
            completeness: raise where the answer lacks events (``strict``), or also where it assumes some (``proven``).

        Raises:
            NotFound: neither layer knows it.
            Incomplete: unless ``completeness`` is ``partial``.
            StoreError: the documents can't be read.
        """
        ident, strict = (view.name, params), completeness is not PARTIAL
        cached = self.cache.serve_local(ident, view.name)
        is_local = cached is not None and not (strict and cached.state == STALE)
        if cached is not None and is_local:
            entry, state = cached.entry, cached.state
        else:
            request = self._cache_request(view, params, ident)
            with deadline(self._timeout):
                entry, state = self.cache.fetch(request, partial(self._compute, view, params, request), strict=strict)
        if strict and (entry.missing or entry.away):
            raise Incomplete(entry.missing, entry.away)
        if entry.missing:
            INCOMPLETE_ANSWERS.labels(view.name).inc()
        elif entry.assumed and completeness is Completeness.PROVEN:
            raise Unproven(entry.assumed)
        return Answer(entry, state, int(entry.age(self.cache.clock())), view, params, is_local)

    def explain(self, answer: Answer) -> dict[str, Any]:
        """Describes how an answer came about: plan, boundary, layers, indexes, cache.

        The store runs each find once more for it.

        Requirement O2.

        Returns:
            See ``merger.answers.explain``.

        Raises:
            StoreUnavailable: too many requests are waiting for the store.
        """
        boundary = self.boundary()
        with deadline(self._timeout):
            planned = self._reader.explain(answer.view, answer.params, boundary)
        request = self._cache_request(answer.view, answer.params, None)
        is_own = answer.is_local or self.cache.redis_tier.link.is_away
        return {
            **describe_plan(answer.view, answer.params, boundary, planned),
            "cache": describe_cache(answer, request, PROCESS if is_own else REDIS),
        }

    def _cache_request(self, view: View[P], params: P, ident: Hashable) -> CacheRequest:
        generations = self._dependencies.of(view, params)
        return CacheRequest(ident, view.name, cache_key(view.name, params), generations)

    def boundary(self) -> Boundary:
        """The time boundary as of now."""
        return Boundary(self._clock(), self._policy)

    @property
    def batch_seen(self) -> datetime | None:
        """When the newest batch document was computed, as last seen; the store is not asked."""
        return self._layers.batch_seen

    @property
    def runs_seen(self) -> str:
        """The mark of the published batch runs, as last seen; the store is not asked."""
        return self._layers.runs_seen

    def layers(self, types: tuple[str, ...]) -> tuple[Boundary, Layers]:
        """Reads the time boundary as of now and both layers' state, the speed layer's for some data types.

        Raises:
            StoreError: from the store.
        """
        boundary = self.boundary()
        return boundary, self._layers.layers(types, boundary)

    def refresh(self) -> tuple[Boundary, Layers, Changes]:
        """Brings the process's copies up to date, so that no request has to; the background thread calls it often.

        Returns:
            As ``layers``, of every data type, and what changed in the kept hours since the last call.

        Raises:
            StoreError: from the store; the copies stay as they were.
        """
        boundary = self.boundary()
        layers = self._layers.layers(tuple(SPEED_TYPES), boundary, max_age=0.0)
        self._loader.keep_current(boundary, self.batch_changed_at)
        return boundary, layers, self.hours.refresh(boundary, layers)

    def find_forms(self) -> None:
        """Finds the forms of stored moments, in a thread of its own; while the store is away, what was found stays."""
        with suppress(StoreError):
            self._layers.find_forms()

    def catalogue(self) -> Catalogue:
        """Returns the catalogue of movies and genres; loads it now if there is none yet.

        Raises:
            StoreError: from the store.
        """
        return self._loader.current(self.boundary())

    @property
    def catalogue_at_hand(self) -> Catalogue | None:
        """The catalogue of movies and genres; ``None`` before the first load."""
        return self._loader.at_hand

    def warm_up(self) -> None:
        """Reads what every answer needs, so that the first request does not wait for it.

        Raises:
            StoreError: from the store.
        """
        boundary = self.boundary()
        self._loader.current(boundary, wait=None)
        types = tuple(SPEED_TYPES)
        layers = self._layers.layers(types, boundary)
        since_cutoff = Window(boundary.cutoff, boundary.open_hour + HOUR)
        self.hours.read(HourRange(types, since_cutoff), boundary, layers)

    def _compute(self, view: View[P], params: P, request: CacheRequest, generations: tuple[str, ...]) -> Entry:
        now, started = self._clock(), self._monotonic()
        self.computed_at = started
        boundary, changed = Boundary(now, self._policy), self._changed_at(request, generations)
        with deadline(self._timeout):
            result = self._reader.read(view, params, boundary, changed)
        inputs, failed = result.inputs, result.failed
        self._note_skipped(inputs)
        try:
            with TimedStep("merge"):
                answer = view.build(params, inputs)
        except NotFound:
            if failed:
                raise next(iter(failed.values())) from None  # the layer that failed may hold it
            with deadline(self._timeout):
                named = self._reader.look_again(view, params, inputs)
            if named is None:
                raise
            answer = view.build(params, named)
        with TimedStep("encode"):
            body, version = encode(answer, boundary, inputs.layers, self._notes, is_current=result.is_current)
        entry = Entry.of(
            request.key,
            body,
            made=now.timestamp(),
            ttl=self._ttl[view.ttl] if result.is_current else min(self._ttl[view.ttl], PROVISIONAL_TTL),
            cost=self._monotonic() - started,
            missing=answer.freshness.missing,
            assumed=answer.freshness.assumed,
            generations=generations,
            data_version=version,
        )
        if failed:
            for layer in answer.freshness.away:
                HALF_ANSWERS.labels(view.name, layer).inc()
            raise PartialAnswer(replace(entry, away=answer.freshness.away), next(iter(failed.values())))
        if self._on_computed is not None:
            self._on_computed(view, params, request.key, now, body)
        return entry

    def _changed_at(self, request: CacheRequest, generations: tuple[str, ...]) -> ChangedAt:
        """When the data last changed, as the generations say under which an answer is computed."""
        ahead = self._monotonic() - self.cache.clock()
        bumps = {name: bumped_at(value) + ahead for name, value in zip(request.generations, generations, strict=False)}
        shared = [moment for name, moment in bumps.items() if concerns_copies(name)]
        return ChangedAt(bumps.get(BATCH_GENERATION, UNCHANGED.batch), max(shared, default=UNCHANGED.any))

    def _note_skipped(self, inputs: ViewInputs) -> None:
        """Notes what could not be read; what the catalogue lacks once per copy, not per answer."""
        self.skipped.note((*inputs.documents.skipped, *inputs.hours.skipped))
        self.skipped.note_dropped(Counter(inputs.documents.dropped))
        if inputs.catalogue is not self._noted:
            self._noted = inputs.catalogue
            self.skipped.note(inputs.catalogue.skipped)
            self.skipped.note_dropped(inputs.catalogue.dropped)


def cache_key(name: str, params: object) -> str:
    """Returns a short key, of fixed form whatever the parameters' text."""
    return f"{name}:{hashlib.blake2b(repr(params).encode(), digest_size=12).hexdigest()}"
