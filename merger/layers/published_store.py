"""A store that shows the batch documents of published runs alone, to all who read through it (M12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from merger.contract.collections import BATCH
from merger.layers.publication import RUN_KEY, RUNS, Publication
from merger.stores.store import Document, Find, Store

MOST_RECORDS = 10_000
"""Records of runs that are read; a run a night are 27 years."""


_held: ContextVar[Publication | None] = ContextVar("publication", default=None)


class PublishedStore:
    """Reads another store, and of its batch documents those that are visible.

    Args:
        store: the one behind.

    Attributes:
        behind: as given.
    """

    def __init__(self, store: Store) -> None:
        self.behind = store
        self._seen: Publication | None = None

    @property
    def publication(self) -> Publication:
        """What this context reads by: what was seen last, or had been when ``one_publication`` began.

        Raises:
            StoreError: nobody has looked before, and the store doesn't tell.
        """
        return _held.get() or self._seen or self.look()

    def look(self) -> Publication:
        """Looks which runs are published.

        Raises:
            StoreError: from the store; what was seen before stays.
        """
        seen = Publication.of(self.behind.find(Find(RUNS, {}, limit=MOST_RECORDS)))
        self._seen = seen
        return seen

    @contextmanager
    def one_publication(self) -> Iterator[Publication]:
        """All that is read inside sees the same runs, whatever is published meanwhile.

        Raises:
            StoreError: as of ``publication``.
        """
        publication = self.publication
        token = _held.set(publication)
        try:
            yield publication
        finally:
            _held.reset(token)

    def find(self, find: Find) -> list[Document]:
        """See ``Store.find``.

        Hidden documents are left out here rather than by the filter, which not every server would answer by an index.
        """
        if find.collection != BATCH or not self.publication.hides:
            return self.behind.find(find)
        publication = self.publication
        if find.only:
            find = replace(find, only=(*find.only, RUN_KEY))
        found = self.behind.find(find)
        shown = publication.visible(found)
        if find.newest_by is not None and not shown and found and len(found) == find.limit:
            # The newest are of a run that is being written, which may have any number of them.
            shown = self._newest(find, find.newest_by)
        return shown if find.only else [publication.completed(document) for document in shown]

    def _newest(self, find: Find, newest_by: str) -> list[Document]:
        """The newest visible documents, looked for run by run."""
        publication = self.publication
        if not publication.is_in_use:
            return self._find_in_run(find, {"$nin": [*publication.withheld]})
        found = [document for run_id in publication.shown for document in self._find_in_run(find, run_id)]
        found.sort(key=lambda document: document[newest_by], reverse=True)
        return found[: find.limit or None]

    def _find_in_run(self, find: Find, run_id: Any) -> list[Document]:
        return self.behind.find(replace(find, filter={**find.filter, RUN_KEY: run_id}))

    def batches(self, collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
        """See ``Store.batches``; one publication for all of them."""
        publication = self.publication if collection == BATCH else Publication()
        for found in self.behind.batches(collection, wanted):
            if not publication.hides:
                yield found
                continue
            yield [publication.completed(document) for document in publication.visible(found)]

    def explain(self, find: Find) -> Mapping[str, Any]:
        """See ``Store.explain``."""
        return self.behind.explain(find)

    def ping(self) -> None:
        """See ``Store.ping``."""
        self.behind.ping()
