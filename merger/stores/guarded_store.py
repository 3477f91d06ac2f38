"""A store behind circuit breakers, one for each collection: one may fail while the other answers (F1, F5)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Final

from merger.deadline import deadline, left
from merger.errors import StoreError
from merger.stores.breaker import Breaker, BreakerRules, BreakerState
from merger.stores.store import Document, Find, Store

_CHEAP: Final = {"movie_id": 0}
"""What a probe asks for. Without a condition the embedded MongoDB looks at every document first."""


PROBE_LIMIT = 0.5
"""Seconds that a probe may take."""


_log = logging.getLogger(__name__)


class GuardedStore:
    """Asks another store while it answers.

    Args:
        store: the one behind.
        collections: those that are guarded.
        limit: seconds that one find may take.
        rules: of the breakers.
        monotonic: seconds of a monotonic clock.
        on_change: told collection and state whenever a breaker turns.
        on_refused: told the collection of each refusal.
        along_with: further collections, each with the one whose breaker is theirs.
    """

    def __init__(
        self,
        store: Store,
        collections: Iterable[str],
        *,
        limit: float,
        rules: BreakerRules,
        monotonic: Callable[[], float],
        on_change: Callable[[str, BreakerState], None] = lambda *_: None,
        on_refused: Callable[[str], None] = lambda _: None,
        along_with: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._store = store
        self._limit = limit
        self._on_change = on_change
        self._pause = rules.pause
        self.breakers: Mapping[str, Breaker] = {
            name: Breaker(
                f"MongoDB's {name}",
                rules,
                monotonic,
                on_change=lambda state, name=name: self._changed(name, state),  # type: ignore[misc]  # mypy knows no such default
                on_refused=lambda name=name: on_refused(name),  # type: ignore[misc]
            )
            for name in collections
        }
        self._along_with = along_with
        self._probing: set[str] = set()
        self._lock = threading.Lock()

    def find(self, find: Find) -> list[Document]:
        """See ``Store.find``.

        Raises:
            StoreUnavailable: at once while the collection is known not to answer.
        """
        breaker = self._breaker(find.collection)
        if left(self._limit) < self._limit / 2:
            # What fails for want of time, since the request spent it elsewhere, says nothing about the store.
            breaker.check()
            return self._find(find)
        return breaker.call(lambda: self._find(find))

    def explain(self, find: Find) -> Mapping[str, Any]:
        """See ``Store.explain``; refused while the collection is known not to answer."""
        self._breaker(find.collection).check()
        with deadline(self._limit):
            return self._store.explain(find)

    def batches(self, collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
        """See ``Store.batches``; refused while the collection is known not to answer."""
        self._breaker(collection).check()
        return self._store.batches(collection, wanted)

    def ping(self) -> None:
        """See ``Store.ping``; never refused."""
        self._store.ping()

    def _breaker(self, collection: str) -> Breaker:
        return self.breakers[self._along_with.get(collection, collection)]

    def _find(self, find: Find) -> list[Document]:
        with deadline(self._limit):
            return self._store.find(find)

    def _changed(self, collection: str, state: BreakerState) -> None:
        self._on_change(collection, state)
        if state is BreakerState.CLOSED:
            _log.warning("%s of MongoDB answers again", collection)
        elif state is BreakerState.OPEN:
            self._watch(collection)

    def _watch(self, collection: str) -> None:
        """Has a thread of its own find out when it is back; there is one already after a failed probe."""
        with self._lock:
            if collection in self._probing:
                return
            self._probing.add(collection)
        _log.warning("%s of MongoDB does not answer; going on without it", collection)
        threading.Thread(target=self._probe, args=(collection,), name=f"probe-{collection}", daemon=True).start()

    def _probe(self, collection: str) -> None:
        breaker, pause = self.breakers[collection], threading.Event()
        while True:
            pause.wait(self._pause)
            with suppress(StoreError):
                if breaker.probe(lambda: self._look(collection)):
                    break
        with self._lock:
            self._probing.discard(collection)
        # It may have opened again before this thread was known to be over.
        if breaker.state is not BreakerState.CLOSED:
            self._watch(collection)

    def _look(self, collection: str) -> None:
        """A find by an index: a ping would not tell whether finds are answered, and any other may take long."""
        with deadline(PROBE_LIMIT):
            self._store.find(Find(collection, _CHEAP, only=("_id",), limit=1))
