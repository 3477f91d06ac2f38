"""``MergeService``: one question in, one encoded answer out. Plans, reads, merges, caches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import orjson

from merger.answers.answer import MADE, PROCESS, REDIS, Answer
from merger.answers.explain import described_plan
from merger.answers.reader import Reader
from merger.answers.skipped_log import SkippedLog
from merger.cache.answer_cache import MISS, STALE, AnswerCache
from merger.cache.entry import Entry
from merger.cache.generations import (
    ALL_GENERATION,
    BATCH_GENERATION,
    CHANGED_MOVIES,
    of_changed_movie,
    of_changed_type,
    of_movie,
    of_view,
)
from merger.cache.terms import CacheRequest, PartialAnswer
from merger.catalogue.catalogue import Catalogue
from merger.catalogue.loader import CatalogueLoader
from merger.contract.documents import Contract, Skipped
from merger.contract.payloads import SPEED_TYPES
from merger.core.boundary import Boundary, Layers, Policy
from merger.core.windows import HOUR, Window
from merger.deadline import deadline
from merger.errors import Incomplete, NotFound
from merger.layers.published_store import PublishedStore
from merger.layers.state import LayerState
from merger.meters import HALF_ANSWERS, INCOMPLETE_ANSWERS
from merger.request_context import TimedStep
from merger.speed.change_log import Changes
from merger.speed.hour_range import HourRange
from merger.speed.shared_hours import SpeedHours
from merger.stores.bulkhead import Bulkhead
from merger.stores.store import Store
from merger.views.freshness import TTLClass
from merger.views.plans import View
from merger.views.reading import ViewInputs

P = TypeVar("P")


BEHIND_TTL = 1
"""Seconds for which an answer is fresh that was made from one layer, or with a catalogue that is being replaced."""


class MergeService:
    """The one way from a view's parameters to its answer.

    Args:
        store: both collections, and which batch runs are published (M12).
        cache: of encoded answers.
        contract: how stored documents are read.
        policy: of the time boundary.
        ttl: seconds per TTL class.
        limit: seconds that the store may keep one answer waiting, in all (F1).
        places: answers that are read for at the same time.
        clock: aware UTC; asked once per answer.
        monotonic: seconds of a monotonic clock.

    Attributes:
        store: what of that is visible.
        cache: as given.
        made_at: monotonic seconds at which an answer was last made.
    """

    def __init__(
        self,
        *,
        store: Store,
        cache: AnswerCache,
        contract: Contract,
        policy: Policy,
        ttl: Mapping[TTLClass, int],
        limit: float = 2.0,
        places: int = 3,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.store = visible = PublishedStore(store)
        self.cache = cache
        self._monotonic = monotonic
        self._limit = limit
        self._policy = policy
        self._ttl = ttl
        self._clock = clock
        self._watch = LayerState(visible, contract.aliases, monotonic, visible.look)
        self._hours = SpeedHours(visible, contract, monotonic)
        self._reference = CatalogueLoader(visible, contract, self._watch, monotonic, visible.one_publication)
        self._reader = Reader(
            store=visible,
            contract=contract,
            watch=self._watch,
            hours=self._hours,
            reference=self._reference,
            places=Bulkhead(places, monotonic),
            one_publication=visible.one_publication,
        )
        self.skipped = SkippedLog()
        self._noted: tuple[Skipped, ...] = ()
        self.made_at = float("-inf")

    def fetch(self, view: View[P], params: P, *, strict: bool = False) -> Answer:
        """The answer of a view, from the cache or made now.

        Args:
            view: what is asked.
            params: its parameters, a frozen dataclass: part of the cache key.
            strict: raise rather than answer when the answer lacks events (``completeness=strict``).

        Raises:
            NotFound: nobody holds such a thing.
            Incomplete: only when ``strict``.
            StoreError: the documents can't be read.
        """
        ident = (view.name, params)
        held = self.cache.at_hand(ident, view.name)
        at_hand = held is not None and not (strict and held.state == STALE)
        if held is not None and at_hand:
            entry, state = held.entry, held.state
        else:
            request = self._cache_request(view, params, ident)
            with deadline(self._limit):
                entry, state = self.cache.fetch(request, partial(self._make, view, params, request), strict=strict)
        if entry.missing:
            if strict:
                raise Incomplete(entry.missing)
            INCOMPLETE_ANSWERS.labels(view.name).inc()
        return Answer(entry, state, int(entry.age(self.cache.clock())), view, params, at_hand)

    def explain(self, answer: Answer) -> dict[str, Any]:
        """How an answer came about: plan, boundary, layers, indexes, cache (O2). The store runs each find once more.

        Returns:
            See ``merger.answers.explain``.

        Raises:
            StoreUnavailable: too many questions are waiting for the store.
        """
        boundary = self.boundary()
        with deadline(self._limit):
            planned = self._reader.explain(answer.view, answer.params, boundary)
        request = self._cache_request(answer.view, answer.params, None)
        return {
            **described_plan(answer.view, answer.params, boundary, planned),
            "cache": {
                "state": answer.state,
                "given_by": self._giver(answer),
                "key": request.key,
                "age_seconds": answer.age,
                "fresh_for_seconds": answer.max_age,
                "took_ms": round(1000 * answer.entry.cost, 3),
                "bytes": len(answer.entry.stored),
                "generations": dict(zip(request.generations, answer.entry.generations, strict=False)),
            },
        }

    def _giver(self, answer: Answer) -> str:
        if answer.state == MISS:
            return MADE
        return PROCESS if answer.at_hand or self.cache.shared.link.is_away else REDIS

    def _cache_request(self, view: View[P], params: P, ident: Hashable) -> CacheRequest:
        movie_id = view.identity(params)
        generations = [ALL_GENERATION, of_view(view.name), BATCH_GENERATION]
        if movie_id is not None:
            generations += [of_movie(movie_id), of_changed_movie(movie_id), CHANGED_MOVIES]
        elif view.ttl is TTLClass.VOLATILE:
            generations += map(of_changed_type, view.coverage)
        return CacheRequest(ident, view.name, cache_key(view.name, params), tuple(generations))

    def boundary(self) -> Boundary:
        """The time boundary as of now."""
        return Boundary(self._clock(), self._policy)

    @property
    def batch_seen(self) -> datetime | None:
        """When the newest batch document was computed, as last seen; nobody is asked."""
        return self._watch.batch_seen

    def layers(self, types: tuple[str, ...]) -> tuple[Boundary, Layers]:
        """The time boundary as of now and both layers' state, the speed layer's for some data types.

        Raises:
            StoreError: from the store.
        """
        boundary = self.boundary()
        return boundary, self._watch.layers(types, boundary)

    def refresh(self) -> tuple[Boundary, Layers, Changes]:
        """Brings up to date what answers are made from, so that none has to; for a thread that does so often.

        Returns:
            As ``layers``, of every data type, and what changed in the kept hours since the last call.

        Raises:
            StoreError: from the store; nothing that is known is lost by it.
        """
        boundary = self.boundary()
        layers = self._watch.refresh(tuple(SPEED_TYPES), boundary)
        self._reference.keep_current(boundary)
        return boundary, layers, self._hours.refresh(boundary, layers)

    def catalogue(self) -> Catalogue:
        """Movies and genres as they are known; read first where they never were.

        Raises:
            StoreError: from the store.
        """
        return self._reference.current(self.boundary())

    @property
    def catalogue_at_hand(self) -> Catalogue | None:
        """The same where it needs no reading."""
        return self._reference.at_hand

    def warm_up(self) -> None:
        """Reads what every answer needs, so that the first one does not pay for it.

        Raises:
            StoreError: from the store.
        """
        boundary = self.boundary()
        self._reference.current(boundary, wait=None)
        types = ("sentiment", "stats", "trending")
        layers = self._watch.layers(types, boundary)
        since_cutoff = Window(boundary.cutoff, boundary.open_hour + HOUR)
        self._hours.read(HourRange(types, since_cutoff), boundary, layers)

    def _make(self, view: View[P], params: P, request: CacheRequest, generations: tuple[str, ...]) -> Entry:
        now, started = self._clock(), self._monotonic()
        self.made_at = started
        boundary = Boundary(now, self._policy)
        batch_generation = request.generation(BATCH_GENERATION, generations)
        with deadline(self._limit):
            gathered = self._reader.read(view, params, boundary, batch_generation)
        reading, lost = gathered.reading, gathered.lost
        self._note_skipped(reading)
        try:
            with TimedStep("merge"):
                built = view.build(params, reading)
        except NotFound:
            if lost:
                raise lost.first from None  # the layer that failed may know it
            raise
        with TimedStep("encode"):
            body = orjson.dumps({**built.body, "freshness": built.freshness.as_dict()})
        entry = Entry.of(
            request.key,
            body,
            made=now.timestamp(),
            ttl=self._ttl[view.ttl] if gathered.is_current else min(self._ttl[view.ttl], BEHIND_TTL),
            cost=self._monotonic() - started,
            missing=built.freshness.missing,
            generations=generations,
        )
        if lost:
            for layer in reading.layers.away:
                HALF_ANSWERS.labels(view.name, layer).inc()
            raise PartialAnswer(entry, lost.first)
        return entry

    def _note_skipped(self, reading: ViewInputs) -> None:
        """What could not be read; of the catalogue once per copy, not per answer."""
        self.skipped.note((*reading.documents.skipped, *reading.hours.skipped))
        if reading.reference.skipped and reading.reference.skipped is not self._noted:
            self._noted = reading.reference.skipped
            self.skipped.note(self._noted)


def cache_key(name: str, params: object) -> str:
    """A short key that no parameter's text can break out of."""
    return f"{name}:{hashlib.blake2b(repr(params).encode(), digest_size=12).hexdigest()}"
