"""Query shapes: the fields of a query, how each is matched, and the sort order; never a value. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Order = tuple[tuple[str, int], ...]


_EQUAL: Final = ("$eq", "$in")


_LOGICAL: Final = ("$and", "$or", "$nor", "$expr", "$where", "$text", "$comment", "$jsonSchema")


MAX_FIELDS: Final = 20
"""Fields of a shape; further ones are left out, since no index has as many."""


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """All queries that the same index can serve.

    Args:
        collection: its name.
        equals: fields matched by equality or ``$in``, sorted.
        sort: fields and directions (1, -1), in order.
        ranges: fields matched by a range, or by anything else that is not an equality; sorted.
        is_alternative: whether it has alternatives (``$or``), so that no single index can serve it.
    """

    collection: str
    equals: tuple[str, ...] = ()
    sort: Order = ()
    ranges: tuple[str, ...] = ()
    is_alternative: bool = False

    @property
    def description(self) -> str:
        """The shape in words, e.g. ``view_type =, computed_at < >, sorted by computed_at ↓``."""
        parts = [f"{field} =" for field in self.equals] + [f"{field} < >" for field in self.ranges]
        if self.sort:
            order = ", ".join(f"{field} {'↓' if direction < 0 else '↑'}" for field, direction in self.sort)
            parts.append(f"sorted by {order}")
        return ", ".join(parts) or "everything"


def shape_of(name: str, command: Mapping[str, Any]) -> Shape | None:
    """Returns the shape of a command; ``None`` for one without a filter.

    Args:
        name: the command's: ``find``, ``aggregate``, ``count``, ``distinct``, or another.
        command: the document that is sent.
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
            wanted, sort = _leading_stages(command.get("pipeline"))
        case _:
            return None
    kinds = dict(_fields(wanted if isinstance(wanted, Mapping) else {}))
    is_alternative = kinds.pop("", False)
    named = list(kinds)[:MAX_FIELDS]
    return Shape(
        collection,
        tuple(sorted(field for field in named if kinds[field])),
        _order(sort)[:MAX_FIELDS],
        tuple(sorted(field for field in named if not kinds[field])),
        is_alternative,
    )


def _leading_stages(pipeline: Any) -> tuple[Any, Any]:
    """Returns the filter and the sort with which an aggregation begins, which is what an index can serve."""
    wanted: dict[str, Any] = {}
    for step in pipeline if isinstance(pipeline, Sequence) else ():
        if isinstance(step, Mapping) and isinstance(step.get("$match"), Mapping):
            wanted = {"$and": [wanted, step["$match"]]} if wanted else dict(step["$match"])
        elif isinstance(step, Mapping) and "$sort" in step:
            return wanted, step["$sort"]
        else:
            break
    return wanted, None


def _fields(wanted: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yields each field and whether it is matched by equality; the empty name means alternatives if its flag is set."""
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
    return tuple((str(field), -1 if direction == -1 else 1) for field, direction in sort.items() if field != "$natural")


@dataclass(frozen=True, slots=True)
class SlowTotals:
    """The slow queries of one shape, added up.

    Args:
        shape: the one that all of them have.
        queries: their number.
        milliseconds: their total time.
        longest: milliseconds of the longest.
    """

    shape: Shape
    queries: int
    milliseconds: float
    longest: float

    def __add__(self, other: SlowTotals) -> SlowTotals:
        longest = max(self.longest, other.longest)
        return SlowTotals(self.shape, self.queries + other.queries, self.milliseconds + other.milliseconds, longest)
