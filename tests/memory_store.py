"""A store in memory that records what it is asked."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from merger.stores import memory
from merger.stores.store import Document, Find


class MemoryStore(memory.MemoryStore):
    """Holds copies of documents, and records its finds.

    ``error``, when set, is raised by every call.
    """

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        super().__init__()
        for name, documents in collections.items():
            self.insert(name, documents)
        self.finds: list[tuple[str, Mapping[str, Any]]] = []
        self.error: Exception | None = None

    def insert(self, collection: str, documents: Sequence[Mapping[str, Any]]) -> None:
        known = self.collections.setdefault(collection, [])
        for document in documents:
            known.append({"_id": f"{collection}:{len(known)}:{id(document)}", **copy.deepcopy(dict(document))})

    def find(self, find: Find) -> list[Document]:
        if self.error is not None:
            raise self.error
        self.finds.append((find.collection, find.filter))
        return super().find(find)

    def explain(self, find: Find) -> Mapping[str, Any]:
        if self.error is not None:
            raise self.error
        return super().explain(find)

    def batches(
        self, collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> Iterator[Sequence[Document]]:
        found = self.find(Find(collection, wanted))
        for start in range(0, len(found), 2):
            yield found[start : start + 2]
