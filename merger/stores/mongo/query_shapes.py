"""What an index has to know of a query: its fields, how each is asked for, and the order; never a value. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Order = tuple[tuple[str, int], ...]


_EQUAL: Final = ("$eq", "$in")


_LOGICAL: Final = ("$and", "$or", "$nor", "$expr", "$where", "$text", "$comment", "$jsonSchema")


MOST_FIELDS: Final = 20
"""Of a query; further ones are left out, as no index has as many."""


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """All queries that the same index serves.

    Args:
        collection: its name.
        equals: fields that must be one of some values, sorted.
        sort: fields and ways (1, -1), in order.
        ranges: fields of which a range is wanted, or anything else that is no equality; sorted.
        is_alternative: it has alternatives (``$or``), so that one index can't serve it whole.
    """

    collection: str
    equals: tuple[str, ...] = ()
    sort: Order = ()
    ranges: tuple[str, ...] = ()
    is_alternative: bool = False

    @property
    def words(self) -> str:
        """For people: ``view_type = , computed_at < >, sorted by computed_at ↓``."""
        parts = [f"{field} =" for field in self.equals] + [f"{field} < >" for field in self.ranges]
        if self.sort:
            parts.append("sorted by " + ", ".join(f"{field} {'↓' if way < 0 else '↑'}" for field, way in self.sort))
        return ", ".join(parts) or "everything"


def shape_of(name: str, command: Mapping[str, Any]) -> Shape | None:
    """The shape of a command; ``None`` for one that reads by no filter.

    Args:
        name: of the command.
        command: as it is sent: ``find``, ``aggregate``, ``count`` or ``distinct``.
    """
    collection = command.get(name)
    if not isinstance(collection, str):
        return None
    wanted: Any
    sort: Any = None
    match name:
        case "find":
            wanted, sort = command.get("filter"), command.get("sort")
        case "count" | "distinct":
            wanted = command.get("query")
        case "aggregate":
            wanted, sort = _leading(command.get("pipeline"))
        case _:
            return None
    kinds = dict(_fields(wanted if isinstance(wanted, Mapping) else {}))
    alternative = kinds.pop("", False)
    order = _order(sort)
    named = list(kinds)[:MOST_FIELDS]
    return Shape(
        collection,
        tuple(sorted(field for field in named if kinds[field])),
        order[:MOST_FIELDS],
        tuple(sorted(field for field in named if not kinds[field])),
        bool(alternative),
    )


def _leading(pipeline: Any) -> tuple[Any, Any]:
    """The filter and the order with which an aggregation begins: what an index can serve."""
    wanted: dict[str, Any] = {}
    steps = pipeline if isinstance(pipeline, Sequence) else ()
    for step in steps:
        if isinstance(step, Mapping) and isinstance(step.get("$match"), Mapping):
            wanted = {"$and": [wanted, step["$match"]]} if wanted else dict(step["$match"])
        elif isinstance(step, Mapping) and "$sort" in step:
            return wanted, step["$sort"]
        else:
            break
    return wanted, None


def _fields(wanted: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Fields and whether each is asked for by equality; the empty name: there are alternatives."""
    for field, condition in wanted.items():
        if field == "$and" and isinstance(condition, Sequence):
            for part in condition:
                yield from _fields(part if isinstance(part, Mapping) else {})
        elif field in _LOGICAL or field.startswith("$"):
            yield "", field in ("$or", "$nor")
        else:
            yield field, _is_equality(condition)


def _is_equality(condition: Any) -> bool:
    if isinstance(condition, Mapping) and any(str(key).startswith("$") for key in condition):
        return all(key in _EQUAL for key in condition)
    return True


def _order(sort: Any) -> Order:
    if not isinstance(sort, Mapping):
        return ()
    return tuple((str(field), -1 if way == -1 else 1) for field, way in sort.items() if field != "$natural")


@dataclass(frozen=True, slots=True)
class Slow:
    """Slow queries of one shape.

    Args:
        shape: of them.
        queries: how many.
        milliseconds: that they took together.
        longest: of them.
    """

    shape: Shape
    queries: int
    milliseconds: float
    longest: float

    def __add__(self, other: Slow) -> Slow:
        return Slow(
            self.shape,
            self.queries + other.queries,
            self.milliseconds + other.milliseconds,
            max(self.longest, other.longest),
        )
