"""A store whose run records are other ones than those stored, for answers about another publication than the present.

All that reads documents follows the records: which documents are visible, how far they cover, and what their absence
proves. So nothing else has to know of the other publication. Requirement M14.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from merger.layers.publication import JOURNAL, RUNS, journal_of, settled
from merger.stores.store import Document, Find, Store


class OtherRecords:
    """Reads another store, but answers a find in ``batch_runs`` with other records.

    Args:
        store: the store to read.
        rewrite: makes the records that readers are to see from those stored, without the journal.
    """

    def __init__(self, store: Store, rewrite: Callable[[Sequence[Document]], list[Document]]) -> None:
        self._wrapped = store
        self._rewrite = rewrite

    def find(self, find: Find) -> list[Document]:
        """Finds documents as ``Store.find`` does, or the other records: all of them, whatever the filter."""
        found = self._wrapped.find(find)
        if find.collection != RUNS:
            return found
        journal = journal_of(found)
        records = self._rewrite([record for record in settled(found) if record.get("_id") != JOURNAL])
        # Its turn shows readers whether all records are of one moment; its changes have been made above.
        return [*records, {**journal, "changes": []}] if journal else records

    def batches(
        self, collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> Iterator[Sequence[Document]]:
        """Reads as ``Store.batches`` does."""
        return self._wrapped.batches(collection, wanted, only)

    def count(self, collection: str, wanted: Mapping[str, Any]) -> int:
        """Counts as ``Store.count`` does."""
        return self._wrapped.count(collection, wanted)

    def explain(self, find: Find) -> Mapping[str, Any]:
        """Explains a find as ``Store.explain`` does."""
        return self._wrapped.explain(find)
