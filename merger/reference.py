"""Loads the catalogue of movies and genres and keeps it current.

A batch run may still be writing when its first document is seen, so a change is followed by a second look, and
everything is read again now and then. Readers never wait for that: they get the copy at hand.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from merger.boundary import Boundary
from merger.catalogue import Reference, spellings
from merger.contract import Contract
from merger.errors import StoreError
from merger.layers import LayerWatch
from merger.merge import newest_batch, usable_batch
from merger.routing import BATCH
from merger.store import Document, Store

VIEW_TYPES = ("movie_details", "genre_analytics")

SECOND_LOOK, MAX_AGE = 15.0, 300.0
"""Seconds after a change, and at most, until everything is read again."""


class ReferenceKeeper:
    """Holds the newest ``Reference`` of this process.

    Args:
        store: where the batch documents are.
        contract: how to read them.
        watch: tells when a new batch arrives; is told what was the newest document here.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(self, store: Store, contract: Contract, watch: LayerWatch, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._contract = contract
        self._watch = watch
        self._monotonic = monotonic
        self._held: Reference | None = None
        self._held_of: datetime | None = None
        self._due = float("inf")
        self._loading = threading.Lock()

    def current(self, boundary: Boundary) -> Reference:
        """The catalogue. The first call reads it; later ones start a reload in the background when one is due.

        Raises:
            StoreError: the store can't say whether the copy is still current, or there is none yet.
        """
        held = self._held
        if held is None:
            return self._first(boundary)
        newest = self._watch.layers((), boundary).batch_computed_at
        if newest != self._held_of or self._monotonic() >= self._due:
            self._reload_in_background(newest, boundary)
        return held

    def _first(self, boundary: Boundary) -> Reference:
        with self._loading:
            # Another thread may have read it while this one waited.
            return self._load(boundary) if self._held is None else self._held

    def _reload_in_background(self, newest: datetime | None, boundary: Boundary) -> None:
        if not self._loading.acquire(blocking=False):
            return
        changed = newest != self._held_of

        def reload() -> None:
            try:
                self._load(boundary)
                self._held_of = newest
                self._due = self._monotonic() + (SECOND_LOOK if changed else MAX_AGE)
            except StoreError:
                # The copy at hand stays; whoever reads the store in a request reports the trouble.
                self._due = self._monotonic() + SECOND_LOOK
            finally:
                self._loading.release()

        threading.Thread(target=reload, name="reference", daemon=True).start()

    def _load(self, boundary: Boundary) -> Reference:
        raw: list[Document] = []
        for view_type in VIEW_TYPES:
            for spelling in self._contract.aliases.names_of_view(view_type):
                raw += self._store.find(BATCH, {"view_type": spelling})
        documents = self._contract.read(batch=raw)
        movies = newest_batch(usable_batch(documents, "movie_details", boundary), lambda d: d.movie_id)
        months = newest_batch(
            usable_batch(documents, "genre_analytics", boundary),
            lambda d: (d.data["genre"].casefold(), d.data["year"], d.data.get("month")),
        )
        reference = Reference(
            movies={d.movie_id: d for d in movies.values() if d.movie_id is not None},
            genre_documents=tuple(months.values()),
            skipped=documents.skipped,
            genres=spellings((*movies.values(), *months.values())),
        )
        dated = [(d, d["computed_at"]) for d in raw if isinstance(d.get("computed_at"), datetime)]
        past = [(document, stamp) for document, stamp in dated if stamp <= boundary.now]
        newest, stamp = max(past, key=lambda pair: pair[1], default=(None, None))
        self._watch.batch_loaded(newest)
        if self._held is None:
            self._held_of = stamp
            self._due = self._monotonic() + MAX_AGE
        self._held = reference
        return reference
