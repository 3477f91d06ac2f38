"""What the service needs of a document store; ``mongo.py`` has the real one, the tests an in-memory one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Find:
    """One find: which documents of a collection, and how much of each.

    Args:
        collection: its name.
        filter: a Mongo filter.
        only: fields to return; empty: all of them.
        without: fields to leave out; not together with ``only``.
        newest_by: sort by this field, largest first.
        limit: at most so many; 0: all.
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
            StoreUnavailable: it is away, over the deadline or refusing.
            StoreFault: it answered with an error that a retry will not mend.
        """
        ...

    def batches(self, collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
        """All documents that match a Mongo filter, some at a time: for reads too large to be held whole.

        It may take minutes; what changes meanwhile may be in it or not.

        Raises:
            StoreError: as ``find``, at any batch.
        """
        ...

    def explain(self, find: Find) -> Mapping[str, Any]:
        """What the server says of how it runs such a ``find``, with ``executionStats``; it runs it for that.

        Raises:
            StoreError: as ``find``.
        """
        ...

    def ping(self) -> None:
        """Nothing, or one of the errors of ``find``."""
        ...
