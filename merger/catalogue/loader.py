"""Loads the catalogue of movies and genres, and reloads it in the background when it is due.

A batch run may still be writing when its first document is seen. So a change is followed by a second load, and
everything is reloaded now and then. Readers never wait for a reload: they get the present copy. Only before the first
copy do they wait, and not for as long as the largest catalogue takes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

from merger.catalogue.builder import CatalogueBuilder
from merger.catalogue.catalogue import Catalogue
from merger.catalogue.losses import ACTORS, SERIES
from merger.catalogue.text_source import StoredTexts, TextSource
from merger.contract.collections import BATCH
from merger.contract.documents import Contract, Documents
from merger.core.boundary import Boundary
from merger.deadline import seconds_left
from merger.errors import StoreError, StoreUnavailable
from merger.layers.newest import Newest, read_date
from merger.layers.publication import Publication
from merger.layers.state import LayerState
from merger.stores.store import PAUSE_SECONDS, PIECE_SIZE, Document, Store

VIEW_FILTERS: Mapping[str, Mapping[str, Any]] = {
    "movie_details": {},
    "genre_analytics": {},
    # Lifetime totals are the documents without a date.
    "sentiment": {"data.date": None},
    # An actor is found by name. Documents without one may be about any actor, or have their payload elsewhere.
    ACTORS: {"data.actor": None},
    # Points are found by their metric. Those without a date may lack it too, or have their payload elsewhere.
    SERIES: {"data.date": None},
}
"""The view types that the catalogue is built from, each with the rest of its filter, which an index answers."""


SECOND_LOAD_SECONDS, MAX_AGE_SECONDS = 15.0, 300.0
"""Seconds until the second load after a change, and the longest time between two loads."""


MOST_LOST = 10_000
"""Most documents of a type to look through for those that no query finds: a producer may have all its payloads
elsewhere."""


REST_FACTOR = 20
"""Without a known change, the next load waits at least this many times the duration of the last one, since a load slows
down requests in the process and in the store. After a new batch run it waits that duration once."""


CHANGE_REST_FACTOR = 4
"""The same for a load after changes in place: a job that writes for an hour reports some every second."""


FIRST_WAIT_SECONDS = 10.0
"""Seconds for which a reader waits for the first copy."""


_NEVER = float("-inf")


_log = logging.getLogger(__name__)


def _ignore(_: Catalogue, __: TextSource) -> None:
    """Does nothing with a new copy."""


class CatalogueLoader:
    """Holds the newest ``Catalogue`` of this process.

    Args:
        store: holds the batch documents.
        contract: reads them.
        layers: says when a new batch has arrived, and is given the newest document of each load.
        monotonic: clock in seconds.
        one_publication: all reads inside it see the same batch runs, which it yields. Requirement M12.
        on_loaded: called with each copy, and where its texts come from, after its readers have it, in the thread that
            loaded it.
    """

    def __init__(
        self,
        store: Store,
        contract: Contract,
        layers: LayerState,
        monotonic: Callable[[], float],
        one_publication: Callable[[], AbstractContextManager[Publication]] = lambda: nullcontext(Publication()),
        on_loaded: Callable[[Catalogue, TextSource], None] = _ignore,
    ) -> None:
        self._store = store
        self._contract = contract
        self._layers = layers
        self._monotonic = monotonic
        self._catalogue: Catalogue | None = None
        self._one_publication = one_publication
        self._on_loaded = on_loaded
        self._texts = StoredTexts(store, contract, one_publication)
        self._loaded_run: datetime | None = None
        self._due = float("inf")
        self._ended, self._took = float("-inf"), 0.0
        self._lock = threading.Lock()
        self._loading: Future[Catalogue] | None = None

    @property
    def at_hand(self) -> Catalogue | None:
        """The present copy, current or not; ``None`` before the first one."""
        return self._catalogue

    def current(
        self, boundary: Boundary, *, changed_at: float = _NEVER, wait: float | None = FIRST_WAIT_SECONDS
    ) -> Catalogue:
        """Returns the catalogue. The first call loads it; later ones start a reload in the background when it is due.

        Args:
            boundary: the request's time boundary.
            changed_at: when the batch layer is known to have changed, in monotonic seconds. A copy that was read before
                is due, since documents may have been changed in place.
            wait: seconds to wait for the first copy, within the request's deadline; ``None``: no limit.

        Raises:
            StoreError: the store can't say whether the copy is current, or there is no copy yet.
        """
        held = self._catalogue
        if held is None:
            return self._load_first(boundary, wait if wait is None else seconds_left(wait))
        self.keep_current(boundary, changed_at)
        return held

    def keep_current(self, boundary: Boundary, changed_at: float = _NEVER) -> None:
        """Starts a reload in the background when one is due; does nothing before the first copy.

        Raises:
            StoreError: the store can't say whether the copy is current.
        """
        if self._catalogue is None:
            return
        layers = self._layers.layers((), boundary)
        newest = layers.batch_computed_at
        now, held = self._monotonic(), self._catalogue
        is_due = now >= self._due
        is_due |= (newest, layers.runs) != (self._loaded_run, held.as_of_runs) and now >= self._ended + self._took
        is_due |= held.read_at < changed_at and now >= self._ended + CHANGE_REST_FACTOR * self._took
        if is_due:
            with self._lock:
                self._start(boundary, newest)

    def _load_first(self, boundary: Boundary, wait: float | None) -> Catalogue:
        with self._lock:
            if self._catalogue is not None:
                return self._catalogue
            loading = self._start(boundary, None)
        try:
            return loading.result(wait)
        except TimeoutError:
            raise StoreUnavailable("the catalogue of movies is still being read") from None

    def _start(self, boundary: Boundary, newest: datetime | None) -> Future[Catalogue]:
        """Starts a load unless one is running. Called under the lock."""
        if self._loading is None:
            self._loading = Future()
            args = self._loading, boundary, newest
            threading.Thread(target=self._load, args=args, name="catalogue", daemon=True).start()
        return self._loading

    def _load(self, loading: Future[Catalogue], boundary: Boundary, newest: datetime | None) -> None:
        started = self._monotonic()
        try:
            catalogue, stamp = self._read(boundary)
        except StoreError as error:
            # Requests that read the store report its errors.
            self._fail(loading, error)
        except Exception as error:  # noqa: BLE001 - logged, and raised in the waiting readers
            _log.exception("the catalogue of movies could not be built")
            self._fail(loading, error)
        else:
            with self._lock:
                self._loading = None
                self._took = self._monotonic() - started
                kept = self._keep(replace(catalogue, read_at=started), stamp if self._catalogue is None else newest)
            loading.set_result(kept)
            self._on_loaded(kept, self._texts)

    def _fail(self, loading: Future[Catalogue], error: Exception) -> None:
        """Ends a failed load; the present copy stays."""
        with self._lock:
            self._loading, self._due = None, self._monotonic() + SECOND_LOAD_SECONDS
        loading.set_exception(error)

    def _keep(self, catalogue: Catalogue, run: datetime | None) -> Catalogue:
        changed, now = self._catalogue is not None and run != self._loaded_run, self._monotonic()
        self._catalogue, self._loaded_run = replace(catalogue, as_of_run=run), run
        self._due = now + (
            max(SECOND_LOAD_SECONDS, self._took) if changed else max(MAX_AGE_SECONDS, REST_FACTOR * self._took)
        )
        self._ended = now
        return self._catalogue

    def _read(self, boundary: Boundary) -> tuple[Catalogue, datetime | None]:
        """Returns the catalogue as stored now, and the newest ``computed_at`` among its documents."""
        with self._one_publication() as published:
            catalogue, newest = self._read_all(boundary, published.mark)
        return replace(catalogue, as_of_runs=published.mark), newest

    def _read_all(self, boundary: Boundary, runs: str) -> tuple[Catalogue, datetime | None]:
        builder, newest = CatalogueBuilder(boundary), Newest()
        for batch in self._batches():
            for start in range(0, len(batch), PIECE_SIZE):
                piece = batch[start : start + PIECE_SIZE]
                read = self._contract.read(batch=piece)
                builder.add(read)
                newest = _newer(newest, piece, read, boundary.now)
                if self._catalogue is not None:
                    time.sleep(PAUSE_SECONDS)
            # After each batch: without this hint, some servers take seconds to find the newest document of a large one.
            self._layers.note_newest_batch(newest, runs)
        for name in self._texts.actors():
            builder.add_actor(name)
        return builder.finish(), newest.value

    def _batches(self) -> Iterator[Sequence[Document]]:
        aliases = self._contract.aliases
        for view_type, narrowed in VIEW_FILTERS.items():
            for spelling in aliases.names_of_view(view_type):
                found = self._store.batches(BATCH, {"view_type": spelling, **narrowed})
                yield from _first(found, MOST_LOST) if view_type in (ACTORS, SERIES) else found


def _first(batches: Iterable[Sequence[Document]], most: int) -> Iterator[Sequence[Document]]:
    """Yields batches until they hold so many documents."""
    number = 0
    for batch in batches:
        yield batch
        number += len(batch)
        if number >= most:
            return


def _newer(known: Newest, documents: Sequence[Document], read: Documents, now: datetime) -> Newest:
    """The newest of some documents that could be read, or the one known if that is as new."""
    value = max((each.computed_at for each in read.batch if each.computed_at <= now), default=None)
    if value is None or (known.value is not None and value <= known.value):
        return known
    return Newest(value, next((each["_id"] for each in documents if read_date(each, "computed_at") == value), None))
