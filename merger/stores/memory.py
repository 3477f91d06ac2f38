"""A store in memory, of documents that are in no database. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from merger.stores.store import Document, Find

_BATCH_SIZE = 1000


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    # To MongoDB, NaN equals NaN.
    "$eq": lambda value, bound: bool(value == bound) or bool(value != value and bound != bound),
    "$gt": lambda value, bound: value > bound,
    "$gte": lambda value, bound: value >= bound,
    "$lt": lambda value, bound: value < bound,
    "$lte": lambda value, bound: value <= bound,
}


class MemoryStore:
    """Holds collections as lists of documents; knows the operators of MongoDB that this code uses.

    Args:
        collections: documents by the name of their collection.
    """

    def __init__(self, **collections: Sequence[dict[str, Any]]) -> None:
        self.collections: dict[str, list[dict[str, Any]]] = {name: list(held) for name, held in collections.items()}

    def find(self, find: Find) -> list[Document]:
        """See ``Store.find``."""
        found: list[Document] = [d for d in self.candidates(find) if _matches(d, find.filter)]
        if (date := find.newest_by) is not None:
            found.sort(key=lambda d: _place(d.get(date)), reverse=True)
        found = found[: find.limit or None]
        if find.only:
            return [{key: d[key] for key in ("_id", *find.only) if key in d} for d in found]
        return [{key: value for key, value in d.items() if key not in find.without} for d in found]

    def candidates(self, find: Find) -> Iterable[dict[str, Any]]:
        """Returns the documents among which a find searches."""
        return self.collections.get(find.collection, ())

    def count(self, collection: str, wanted: Mapping[str, Any]) -> int:
        """Counts matching documents."""
        return len(self.find(Find(collection, wanted)))

    def explain(self, find: Find) -> Mapping[str, Any]:
        """Returns nothing, since it has no planner."""
        return {}

    def batches(
        self, collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> Iterator[Sequence[Document]]:
        """See ``Store.batches``."""
        found = self.find(Find(collection, wanted))
        for start in range(0, len(found), _BATCH_SIZE):
            yield found[start : start + _BATCH_SIZE]


class MoviesInMemory(MemoryStore):
    """The same for documents that don't change, with an index by movie."""

    def __init__(self, **collections: Sequence[dict[str, Any]]) -> None:
        super().__init__(**collections)
        self._of_movies: dict[tuple[str, float], list[dict[str, Any]]] = {}
        for name, documents in self.collections.items():
            for document in documents:
                if isinstance(document.get("movie_id"), int | float):
                    self._of_movies.setdefault((name, document["movie_id"]), []).append(document)

    def candidates(self, find: Find) -> Iterable[dict[str, Any]]:
        """See ``MemoryStore.candidates``."""
        movie_id = find.filter.get("movie_id")
        if isinstance(movie_id, int):
            return self._of_movies.get((find.collection, movie_id), ())
        return super().candidates(find)


def _matches(document: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(
        all(_matches(document, each) for each in condition)
        if path == "$and"
        else _fits(document.get(path) if "." not in path else _at(document, path), condition)
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
        if operator == "$not":
            if _fits(value, bound):
                return False
            continue
        if operator in ("$in", "$nin"):
            if _is_in(value, bound) != (operator == "$in"):
                return False
            continue
        if operator == "$type":
            if _type_of(value) != bound:
                return False
            continue
        compares = _OPERATORS[operator]
        # A range matches values of its own kind alone, as MongoDB's do.
        if _bracket(value) is not _bracket(bound) or not compares(value, bound):
            return False
    return True


def _is_in(value: Any, choices: Sequence[Any]) -> bool:
    if isinstance(value, bool | float):
        # To Python, but not to MongoDB, True is 1, and NaN is not NaN.
        return any(_bracket(each) is _bracket(value) and _OPERATORS["$eq"](value, each) for each in choices)
    return value in choices


def _type_of(value: Any) -> str:
    """MongoDB's name for the type of a value that is neither a number nor text nor a date; empty for these."""
    if isinstance(value, Mapping):
        return "object"
    names = {"list": "array", "bytes": "binData", "Binary": "binData", "ObjectId": "objectId", "Timestamp": "timestamp"}
    return names.get(type(value).__name__, "")


def _bracket(value: Any) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


def _place(value: Any) -> tuple[int, Any]:
    """Sorts values of mixed types as MongoDB does: nothing, numbers, text, values of other types, then dates."""
    kind = _bracket(value)
    if value is None:
        return 0, 0
    if _type_of(value) or kind is bool:
        return 3, 0
    return [float, str].index(kind) + 1 if kind in (float, str) else 4, value
