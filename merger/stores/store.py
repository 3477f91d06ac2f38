"""The protocol of a read-only document store; ``mongo.store`` implements it, and the tests have one in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Document = Mapping[str, Any]


PIECE_SIZE, PAUSE_SECONDS = 20, 50e-6
"""A background read pauses after this many documents for this many seconds.

A thread that only computes makes every other thread wait 5 ms at each turn (Python's switch interval); one that pauses,
1 ms or less.
"""


@dataclass(frozen=True, slots=True)
class Find:
    """One find: which documents of a collection, and how much of each.

    Args:
        collection: its name.
        filter: a Mongo filter; ``$type`` stands alone, with one name.
        only: fields to return; empty: all of them.
        without: fields to leave out; not together with ``only``.
        newest_by: sort by this field, largest first.
        limit: the most documents to return; 0: all.
    """

    collection: str
    filter: Mapping[str, Any]
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    newest_by: str | None = None
    limit: int = 0


class Store(Protocol):
    """A read-only document store."""

    def find(self, find: Find) -> list[Document]:
        """Returns the matching documents, before the caller's deadline (``merger.deadline``) is over.

        Raises:
            StoreUnavailable: the store is away, out of time or refusing.
            StoreFault: the store answered with an error that a retry will not mend.
        """
        ...

    def batches(
        self, collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> Iterator[Sequence[Document]]:
        """Yields all documents that match a Mongo filter, some at a time, for reads too large to be held whole.

        It may take minutes. Changes made meanwhile may or may not be included.

        Args:
            collection: its name.
            wanted: the filter.
            only: the fields that the caller needs; empty: all of them. Others may come along.

        Raises:
            StoreError: as ``find``, at any batch.
        """
        ...

    def count(self, collection: str, wanted: Mapping[str, Any]) -> int:
        """Counts the documents that match a Mongo filter, for callers in the background.

        Raises:
            StoreError: as ``find``.
        """
        ...

    def explain(self, find: Find) -> Mapping[str, Any]:
        """Runs a find and returns the server's plan for it, with ``executionStats``.

        Raises:
            StoreError: as ``find``.
        """
        ...
