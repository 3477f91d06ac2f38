"""A store in memory; ``unit/merger/stores/test_store.py`` runs one suite on it and on MongoDB."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from merger.stores.store import Document, Find

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$gt": lambda value, bound: value > bound,
    "$gte": lambda value, bound: value >= bound,
    "$lt": lambda value, bound: value < bound,
    "$lte": lambda value, bound: value <= bound,
}


class MemoryStore:
    """Holds collections as lists of documents, and records its finds.

    ``error``, when set, is raised by every call.
    """

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        self.collections: dict[str, list[dict[str, Any]]] = {}
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
        found = [d for d in self.collections.get(find.collection, []) if _matches(d, find.filter)]
        if (date := find.newest_by) is not None:
            found.sort(key=lambda d: d[date], reverse=True)
        found = found[: find.limit or None]
        if find.only:
            return [{key: d[key] for key in ("_id", *find.only) if key in d} for d in found]
        return [{key: value for key, value in d.items() if key not in find.without} for d in found]

    def explain(self, find: Find) -> Mapping[str, Any]:
        """Returns nothing, since it has no planner."""
        if self.error is not None:
            raise self.error
        return {}

    def batches(self, collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
        found = self.find(Find(collection, wanted))
        for start in range(0, len(found), 2):
            yield found[start : start + 2]


def _matches(document: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(
        all(_matches(document, each) for each in condition) if path == "$and" else _fits(_at(document, path), condition)
        for path, condition in wanted.items()
    )


def _at(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document.get(part) if isinstance(document, Mapping) else None
    return document


def _fits(value: Any, condition: Any) -> bool:
    if not isinstance(condition, Mapping):
        return bool(value == condition)
    for operator, bound in condition.items():
        if operator in ("$in", "$nin"):
            if (value in bound) != (operator == "$in"):
                return False
            continue
        compares = _OPERATORS[operator]
        # A range matches values of its own type alone, as MongoDB's do.
        if type(value) is not type(bound) or not compares(value, bound):
            return False
    return True
