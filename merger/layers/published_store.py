"""A store that shows only the batch documents of published runs to its readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from merger.contract.collections import BATCH
from merger.contract.fields import readable
from merger.contract.stamps import moment
from merger.core.windows import EPOCH
from merger.layers.publication import RUN_KEY, RUNS, Publication, journal_of
from merger.stores.store import Document, Find, Store

MOST_RECORDS = 10_000
"""Most run records to read: 27 years of one run a night."""


MOST_READS = 5
"""Most reads of the records in a row, while others change them."""


_current: ContextVar[Publication | None] = ContextVar("publication", default=None)


class PublishedStore:
    """Reads another store, leaving out batch documents that are not visible.

    Args:
        store: the store to read.

    Attributes:
        wrapped: the store passed in.
    """

    def __init__(self, store: Store) -> None:
        self.wrapped = store
        self._last: Publication | None = None
        self._journal: Document = {}

    @property
    def publication(self) -> Publication:
        """The publication that applies: the last one read, or within ``one_publication`` the one at its start.

        Raises:
            StoreError: it was never read before, and the store does not answer.
        """
        return _current.get() or self._last or self.refresh()

    def refresh(self) -> Publication:
        """Reads which runs are published.

        A find of many records is not of one moment. No record changes unless the journal does first, so a find that has
        the same journal as the one before has all records of one moment.

        Raises:
            StoreError: from the store; the last publication is kept.
        """
        records: list[Document] = []
        for _ in range(MOST_READS):
            records = self.wrapped.find(Find(RUNS, {}, limit=MOST_RECORDS))
            journal, self._journal = self._journal, journal_of(records)
            if journal == self._journal:
                break
        self._last = Publication.of(records)
        return self._last

    @contextmanager
    def one_publication(self) -> Iterator[Publication]:
        """Context in which every read sees the same runs, even if others are published meanwhile.

        Raises:
            StoreError: as ``publication``.
        """
        publication = self.publication
        token = _current.set(publication)
        try:
            yield publication
        finally:
            _current.reset(token)

    def find(self, find: Find) -> list[Document]:
        """Finds documents as ``Store.find`` does, leaving out hidden ones.

        They are removed here and not by the filter, for which not every server would use an index.
        """
        if find.collection != BATCH or not self.publication.hides:
            return self.wrapped.find(find)
        publication = self.publication
        if find.only:
            find = replace(find, only=(*find.only, RUN_KEY))
        found = self.wrapped.find(find)
        shown = publication.visible_of(found)
        if find.newest_by is not None and not shown and found and len(found) == find.limit:
            # The newest belong to a run that is being written, and there may be any number of them.
            shown = self._find_newest(find, find.newest_by)
        return shown if find.only else [publication.with_run_coverage(document) for document in shown]

    def _find_newest(self, find: Find, newest_by: str) -> list[Document]:
        """Finds the newest visible documents run by run."""
        publication = self.publication
        if not publication.is_in_use:
            return self._find_in_run(find, {"$nin": [*publication.withheld]})
        found = [document for run_id in publication.visible_ids for document in self._find_in_run(find, run_id)]
        # Runs may store the date in different forms.
        found.sort(key=lambda document: readable(document.get(newest_by), moment) or EPOCH, reverse=True)
        return found[: find.limit or None]

    def _find_in_run(self, find: Find, run_id: Any) -> list[Document]:
        return self.wrapped.find(replace(find, filter={**find.filter, RUN_KEY: run_id}))

    def batches(
        self, collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> Iterator[Sequence[Document]]:
        """Reads as ``Store.batches`` does, with one publication for all batches."""
        publication = self.publication if collection == BATCH else Publication()
        for found in self.wrapped.batches(collection, wanted, (*only, RUN_KEY) if only else ()):
            if not publication.hides:
                yield found
                continue
            yield [publication.with_run_coverage(document) for document in publication.visible_of(found)]

    def count(self, collection: str, wanted: Mapping[str, Any]) -> int:
        """Counts as ``Store.count`` does, hidden documents included: callers name a run."""
        return self.wrapped.count(collection, wanted)

    def explain(self, find: Find) -> Mapping[str, Any]:
        """Explains a find as ``Store.explain`` does."""
        return self.wrapped.explain(find)
