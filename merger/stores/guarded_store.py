"""A store behind circuit breakers, one per collection, so that one may fail while the other answers.

Requirements F1, F5.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from merger.deadline import deadline, seconds_left
from merger.errors import StoreError
from merger.stores.breaker import Breaker, BreakerRules, BreakerState
from merger.stores.store import Document, Find, Store

_PROBE_FILTER: Final = {"movie_id": 0}
"""Filter of a probe's find. Without one the embedded MongoDB reads every document first."""


PROBE_SECONDS = 0.5
"""Time limit of a probe."""


_log = logging.getLogger(__name__)


class GuardedStore:
    """Passes calls to another store, and refuses those to a collection that does not answer.

    Args:
        store: the guarded store.
        collections: each gets a breaker.
        limit: seconds for one find.
        rules: when the breakers open.
        monotonic: clock in seconds.
        on_change: called with collection and new state whenever a breaker changes.
        on_refused: called with the collection of each refused call.
        along_with: further collections, each with the collection whose breaker it shares.
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
                on_change=partial(self._handle_change, name),
                on_refused=partial(on_refused, name),
            )
            for name in collections
        }
        self._along_with = along_with
        self._probing: set[str] = set()
        self._lock = threading.Lock()

    def find(self, find: Find) -> list[Document]:
        """Finds documents, unless the collection is known not to answer.

        Raises:
            StoreUnavailable: raised at once while the collection is known not to answer.
        """
        breaker = self._breaker(find.collection)
        if seconds_left(self._limit) < self._limit / 2:
            # A request that spent its time elsewhere may fail for lack of it; that says nothing about the store.
            breaker.check()
            return self._find(find)
        return breaker.call(lambda: self._find(find))

    def count(self, collection: str, wanted: Mapping[str, Any]) -> int:
        """Counts matching documents, unless the collection is known not to answer; a slow count opens no breaker."""
        self._breaker(collection).check()
        return self._store.count(collection, wanted)

    def explain(self, find: Find) -> Mapping[str, Any]:
        """Explains a find, unless the collection is known not to answer."""
        self._breaker(find.collection).check()
        with deadline(self._limit):
            return self._store.explain(find)

    def batches(
        self, collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> Iterator[Sequence[Document]]:
        """Yields matching documents in batches, unless the collection is known not to answer."""
        self._breaker(collection).check()
        return self._store.batches(collection, wanted, only)

    def _breaker(self, collection: str) -> Breaker:
        return self.breakers[self._along_with.get(collection, collection)]

    def _find(self, find: Find) -> list[Document]:
        with deadline(self._limit):
            return self._store.find(find)

    def _handle_change(self, collection: str, state: BreakerState) -> None:
        self._on_change(collection, state)
        if state is BreakerState.CLOSED:
            _log.warning("%s of MongoDB answers again", collection)
        elif state is BreakerState.OPEN:
            self._start_probing(collection)

    def _start_probing(self, collection: str) -> None:
        """Starts a thread that probes until the collection answers; after a failed probe, one is running already."""
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
                if breaker.probe(lambda: self._find_one(collection)):
                    break
        with self._lock:
            self._probing.discard(collection)
        # It may have opened again before this thread had signed off.
        if breaker.state is not BreakerState.CLOSED:
            self._start_probing(collection)

    def _find_one(self, collection: str) -> None:
        """Runs a find by an index: a ping does not show whether finds are answered, and another find may take long."""
        with deadline(PROBE_SECONDS):
            self._store.find(Find(collection, _PROBE_FILTER, only=("_id",), limit=1))
