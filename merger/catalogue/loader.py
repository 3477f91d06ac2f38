"""Loads the catalogue of movies and genres and keeps it current.

A batch run may still be writing when its first document is seen, so a change is followed by a second look, and
everything is read again now and then. Readers never wait for that: they get the copy at hand. Only where there is none
yet they wait for it, though not for as long as the largest catalogue takes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from merger.catalogue.builder import CatalogueBuilder
from merger.catalogue.catalogue import Catalogue
from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.deadline import left
from merger.errors import StoreError, StoreUnavailable
from merger.layers.publication import Publication
from merger.layers.state import LayerState
from merger.stores.store import Document, Store

CATALOGUE: Mapping[str, Mapping[str, Any]] = {
    "movie_details": {},
    "genre_analytics": {},
    # Lifetime totals are the documents without a date.
    "sentiment": {"data.date": None},
}
"""View types that the catalogue is made of, each with what narrows it down."""


SECOND_LOOK, MAX_AGE = 15.0, 300.0
"""Seconds after a change, and at most, until everything is read again."""


REST = 20
"""Until the next load that nothing calls for, at least so many times as long as the last one took: it costs the readers
a part of the process and of the store. A load that a change calls for waits as long as the last one took."""


CHANGE_REST = 4
"""The same for a load that changes in place call for: a job that writes for an hour tells of some every second."""


AT_ONCE, GIVE_WAY = 20, 50e-6
"""After so many documents a reload pauses so many seconds: a thread that just computes keeps each of the others waiting
for five milliseconds (Python's switch interval) at every turn, one that pauses for one or less."""


FIRST_WAIT = 10.0
"""Seconds that a reader waits for the first copy."""


_log = logging.getLogger(__name__)


@contextmanager
def _all_runs() -> Iterator[Publication]:
    """Where no run is hidden."""
    yield Publication()


class CatalogueLoader:
    """Holds the newest ``Catalogue`` of this process.

    Args:
        store: where the batch documents are.
        contract: how to read them.
        watch: tells when a new batch arrives; is told what was the newest document here.
        monotonic: seconds of a monotonic clock.
        one_publication: all that is read within sees the same batch runs, which it tells (M12).
    """

    def __init__(
        self,
        store: Store,
        contract: Contract,
        watch: LayerState,
        monotonic: Callable[[], float],
        one_publication: Callable[[], AbstractContextManager[Publication]] = _all_runs,
    ) -> None:
        self._store = store
        self._contract = contract
        self._watch = watch
        self._monotonic = monotonic
        self._held: Catalogue | None = None
        self._one_publication = one_publication
        self._held_of: datetime | None = None
        self._due = float("inf")
        self._ended, self._took = float("-inf"), 0.0
        self._lock = threading.Lock()
        self._loading: Future[Catalogue] | None = None

    @property
    def at_hand(self) -> Catalogue | None:
        """The copy that there is, current or not; ``None`` before the first one."""
        return self._held

    def current(self, boundary: Boundary, *, told: str = "", wait: float | None = FIRST_WAIT) -> Catalogue:
        """The catalogue. The first call has it read; later ones start a reload in the background when one is due.

        Args:
            boundary: of this request.
            told: generation of the batch layer's data: another one than before calls for a reload, too, since documents
                may be changed in place. Empty: not known.
            wait: seconds to wait for the first copy, if the request has them; ``None``: as long as it takes.

        Raises:
            StoreError: the store can't say whether the copy is still current, or there is none yet.
        """
        held = self._held
        if held is None:
            return self._first(boundary, told, wait if wait is None else left(wait))
        self.keep_current(boundary, told)
        return held

    def keep_current(self, boundary: Boundary, told: str = "") -> None:
        """Starts a reload in the background when one is due; does nothing where nobody asked for the first copy yet.

        Raises:
            StoreError: the store can't say whether the copy is still current.
        """
        if self._held is None:
            return
        layers = self._watch.layers((), boundary)
        newest = layers.batch_computed_at
        now, held = self._monotonic(), self._held
        if told and not held.as_of_change:
            held = self._held = replace(held, as_of_change=told)
        is_due = now >= self._due
        is_due |= (newest, layers.runs) != (self._held_of, held.as_of_runs) and now >= self._ended + self._took
        is_due |= told not in ("", held.as_of_change) and now >= self._ended + CHANGE_REST * self._took
        if is_due:
            with self._lock:
                self._start(boundary, newest, told)

    def _first(self, boundary: Boundary, told: str, wait: float | None) -> Catalogue:
        with self._lock:
            if self._held is not None:
                return self._held
            loading = self._start(boundary, None, told)
        try:
            return loading.result(wait)
        except TimeoutError:
            raise StoreUnavailable("the catalogue of movies is still being read") from None

    def _start(self, boundary: Boundary, newest: datetime | None, told: str) -> Future[Catalogue]:
        """Starts a load unless one is under way. Called under the lock."""
        if self._loading is None:
            self._loading = Future()
            threading.Thread(
                target=self._load, args=(self._loading, boundary, newest, told), name="catalogue", daemon=True
            ).start()
        return self._loading

    def _load(self, loading: Future[Catalogue], boundary: Boundary, newest: datetime | None, told: str) -> None:
        started = self._monotonic()
        try:
            reference, stamp = self._read(boundary)
        except StoreError as error:
            # Whoever reads the store in a request reports its trouble.
            self._fail(loading, error)
        except Exception as error:  # noqa: BLE001 - it is logged, and raised in whoever waits
            _log.exception("the catalogue of movies could not be made")
            self._fail(loading, error)
        else:
            with self._lock:
                self._loading = None
                self._took = self._monotonic() - started
                told = told or (self._held.as_of_change if self._held else "")
                held = self._keep(replace(reference, as_of_change=told), stamp if self._held is None else newest)
            loading.set_result(held)

    def _fail(self, loading: Future[Catalogue], error: Exception) -> None:
        """The copy at hand stays."""
        with self._lock:
            self._loading, self._due = None, self._monotonic() + SECOND_LOOK
        loading.set_exception(error)

    def _keep(self, reference: Catalogue, of: datetime | None) -> Catalogue:
        changed, now = self._held is not None and of != self._held_of, self._monotonic()
        self._held, self._held_of = replace(reference, as_of_run=of), of
        self._due = now + (max(SECOND_LOOK, self._took) if changed else max(MAX_AGE, REST * self._took))
        self._ended = now
        return self._held

    def _read(self, boundary: Boundary) -> tuple[Catalogue, datetime | None]:
        """The catalogue as stored now, and the newest date of its documents."""
        with self._one_publication() as published:
            reference, newest = self._read_all(boundary)
        return replace(reference, as_of_runs=published.mark), newest

    def _read_all(self, boundary: Boundary) -> tuple[Catalogue, datetime | None]:
        builder, newest = CatalogueBuilder(boundary), None
        for batch in self._batches():
            for start in range(0, len(batch), AT_ONCE):
                builder.add(self._contract.read(batch=batch[start : start + AT_ONCE]))
                if self._held is not None:
                    time.sleep(GIVE_WAY)
            newest = max(filter(None, (newest, _newest(batch, boundary.now))), key=_computed_at, default=None)
            # At once: a look for the newest document of a large batch, from nothing, takes some servers seconds.
            self._watch.batch_loaded(newest)
        return builder.finish(), None if newest is None else _computed_at(newest)

    def _batches(self) -> Iterator[Sequence[Document]]:
        for view_type, narrowed in CATALOGUE.items():
            for spelling in self._contract.aliases.names_of_view(view_type):
                yield from self._store.batches(BATCH, {"view_type": spelling, **narrowed})


def _newest(documents: Sequence[Document], now: datetime) -> Document | None:
    dated = (document for document in documents if isinstance(document.get("computed_at"), datetime))
    return max((document for document in dated if _computed_at(document) <= now), key=_computed_at, default=None)


def _computed_at(document: Document) -> datetime:
    found: datetime = document["computed_at"]
    return found
