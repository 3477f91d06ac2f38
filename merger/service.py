"""``MergeService``: one question in, one encoded answer out. Plans, reads, merges, caches."""

from __future__ import annotations

import contextvars
import hashlib
import logging
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import orjson

from merger.boundary import Boundary, Layers, Policy
from merger.cache import STALE, AnswerCache
from merger.cacheterms import CacheQuestion
from merger.catalogue import Reference
from merger.changes import Changes
from merger.contract import Contract, Documents, Skipped
from merger.entry import Entry
from merger.errors import Incomplete, Interval
from merger.freshness import TTLClass
from merger.hourly import SharedHours
from merger.hours import SpeedHours
from merger.layers import LayerWatch
from merger.merge import Reading
from merger.meters import DOCUMENTS_SKIPPED, INCOMPLETE_ANSWERS
from merger.query import HOUR, Window
from merger.reference import ReferenceKeeper
from merger.routing import SPEED, HourRange, Plan, Question, Read, View
from merger.shapes import SPEED as SPEED_TYPES
from merger.sharedtier import ALL, CHANGED_MOVIES, of_changed_movie, of_changed_type, of_movie, of_view
from merger.sharedtier import BATCH as BATCH_LAYER
from merger.store import Document, Store

P = TypeVar("P")

BEHIND_TTL = 1
"""Seconds for which an answer is fresh that was made with the catalogue of the run before the newest one."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers.

    Args:
        entry: the answer as it is kept.
        state: ``HIT``, ``STALE`` or ``MISS`` (A6).
        age: whole seconds since it was computed.
    """

    entry: Entry
    state: str
    age: int

    @property
    def body(self) -> bytes:
        """Encoded JSON object, served as it is."""
        return self.entry.body

    @property
    def etag(self) -> str:
        """Strong entity tag, quoted."""
        return self.entry.etag

    @property
    def max_age(self) -> int:
        """Whole seconds for which it is still fresh."""
        return max(0, self.entry.ttl - self.age)

    @property
    def missing(self) -> tuple[Interval, ...]:
        """Intervals that neither layer holds; empty when the answer is complete (M8)."""
        return self.entry.missing

    @property
    def data(self) -> dict[str, Any]:
        """The body as plain data, for pages and tests."""
        result: dict[str, Any] = orjson.loads(self.body)
        return result


class SkippedLog:
    """Counts the documents that could not be read, and logs each kind once (D2)."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}

    def note(self, skipped: tuple[Skipped, ...]) -> None:
        for entry in skipped:
            key = (entry.layer, entry.kind)
            if key not in self.counts:
                _log.warning("a %s document could not be read (%s): %s", *key, entry.reason)
            self.counts[key] = self.counts.get(key, 0) + 1
            DOCUMENTS_SKIPPED.labels(*key).inc()


class MergeService:
    """The one way from a view's parameters to its answer.

    Args:
        store: both collections.
        cache: of encoded answers.
        contract: how stored documents are read.
        policy: of the time boundary.
        ttl: seconds per TTL class.
        clock: aware UTC; asked once per answer.
        monotonic: seconds of a monotonic clock.

    Attributes:
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
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._store = store
        self.cache = cache
        self._monotonic = monotonic
        self._contract = contract
        self._policy = policy
        self._ttl = ttl
        self._clock = clock
        self._watch = LayerWatch(store, contract.aliases, monotonic)
        self._hours = SpeedHours(store, contract, monotonic)
        self._reference = ReferenceKeeper(store, contract, self._watch, monotonic)
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="reads")
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
        if held is not None and not (strict and held.state == STALE):
            entry, state = held.entry, held.state
        else:
            make = partial(self._make, view, params)
            entry, state = self.cache.fetch(self._question(view, params, ident), make, strict=strict)
        if entry.missing:
            if strict:
                raise Incomplete(entry.missing)
            INCOMPLETE_ANSWERS.labels(view.name).inc()
        return Answer(entry, state, int(entry.age(self.cache.clock())))

    def _question(self, view: View[P], params: P, ident: Hashable) -> CacheQuestion:
        movie_id: int | None = getattr(params, "movie_id", None)
        generations = [ALL, of_view(view.name), BATCH_LAYER]
        if movie_id is not None:
            generations += [of_movie(movie_id), of_changed_movie(movie_id), CHANGED_MOVIES]
        elif view.ttl is TTLClass.VOLATILE:
            generations += map(of_changed_type, view.coverage)
        return CacheQuestion(ident, view.name, cache_key(view.name, params), tuple(generations))

    def boundary(self) -> Boundary:
        """The time boundary as of now."""
        return Boundary(self._clock(), self._policy)

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

    def _make(self, view: View[P], params: P, generations: tuple[str, ...]) -> Entry:
        now, started = self._clock(), self._monotonic()
        self.made_at = started
        boundary = Boundary(now, self._policy)
        layers = self._watch.layers(view.coverage, boundary)
        plan = view.plan(Question(params, boundary, layers, self._contract.aliases))
        documents, hours = self._read(plan, boundary, layers)
        reference = self._catalogue(boundary) if plan.reference else None
        reading = Reading(
            boundary=boundary,
            layers=layers,
            documents=documents,
            hours=hours,
            reference=reference or Reference(),
        )
        self.skipped.note((*documents.skipped, *hours.skipped))
        built = view.build(params, reading)
        body = orjson.dumps({**built.body, "freshness": built.freshness.as_dict()})
        return Entry.of(
            cache_key(view.name, params),
            body,
            made=now.timestamp(),
            ttl=min(self._ttl[view.ttl], BEHIND_TTL) if _is_behind(reference, layers) else self._ttl[view.ttl],
            cost=self._monotonic() - started,
            missing=built.freshness.missing,
            generations=generations,
        )

    def _read(self, plan: Plan, boundary: Boundary, layers: Layers) -> tuple[Documents, SharedHours]:
        """The plan's own reads and its layer-wide hours; finds run beside each other."""
        later = [self._beside(read) for read in plan.reads[1:]]
        first = [self._find(read) for read in plan.reads[:1]]
        found = list(zip(plan.reads, [*first, *(future.result() for future in later)], strict=True))
        documents = self._contract.read(
            batch=[raw for read, part in found if read.collection != SPEED for raw in part],
            speed=[raw for read, part in found if read.collection == SPEED for raw in part],
        )
        if plan.hours is None:
            return documents, SharedHours()
        return documents, self._hours.read(plan.hours, boundary, layers)

    def _catalogue(self, boundary: Boundary) -> Reference:
        """The catalogue; what could not be read of it is noted once per copy, not per answer."""
        found = self._reference.current(boundary)
        if found.skipped is not self._noted:
            self._noted = found.skipped
            self.skipped.note(found.skipped)
        return found

    def _beside(self, read: Read) -> Future[list[Document]]:
        # The deadline of the request is a context variable; a thread of a pool does not inherit those.
        return self._threads.submit(contextvars.copy_context().run, self._find, read)

    def _find(self, read: Read) -> list[Document]:
        return self._store.find(read.collection, read.filter, without=read.without)


def _is_behind(reference: Reference | None, layers: Layers) -> bool:
    """Whether a newer batch run is known than the catalogue at hand: it is being read at this moment."""
    newest = layers.batch_computed_at
    if reference is None or newest is None:
        return False
    return reference.as_of_run is None or reference.as_of_run < newest


def cache_key(name: str, params: object) -> str:
    """A short key that no parameter's text can break out of."""
    return f"{name}:{hashlib.blake2b(repr(params).encode(), digest_size=12).hexdigest()}"
