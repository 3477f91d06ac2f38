"""Advises on indexes: which slow queries need a new one, which have one, and which indexes could go. Pure.

An index serves a query if its keys are the query's equality fields in any order, then its sort fields in order, then a
range field (the ESR rule of MongoDB's manual: equality, sort, range). Requirement O3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from merger.stores.mongo.query_shapes import Order, Shape, SlowTotals

MAX_KEYS: Final = 6
"""Most fields of a suggested index: further ones cost every write more than they save any read."""


@dataclass(frozen=True, slots=True)
class KnownIndex:
    """An existing index.

    Args:
        collection: its name.
        name: the index's.
        keys: fields and directions; kinds other than 1 and -1 serve no query here.
        is_plain: whether it serves all that its keys allow: not sparse, partial, hidden, or with a collation.
        is_declared: whether the service declares it.
        uses: since the server started; ``None``: not counted.
        is_unique: whether it enforces a constraint, so that it is never advised to go.
    """

    collection: str
    name: str
    keys: tuple[tuple[str, Any], ...]
    is_plain: bool = True
    is_declared: bool = False
    uses: int | None = None
    is_unique: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An index to create.

    Args:
        collection: its name.
        keys: fields and directions, in order.
        serves: the slow queries that it is for, the most expensive first.
    """

    collection: str
    keys: Order
    serves: tuple[SlowTotals, ...]

    @property
    def milliseconds(self) -> float:
        """Total time of these queries."""
        return sum(each.milliseconds for each in self.serves)


@dataclass(frozen=True, slots=True)
class Droppable:
    """An index that could go.

    Args:
        index: the existing one.
        why: the reason, as a sentence without a full stop.
    """

    index: KnownIndex
    why: str


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on all indexes.

    Args:
        create: suggested indexes, the one that would save most first.
        served: slow queries with the name of an index that serves them: something else makes them slow.
        hopeless: slow queries that no index can serve.
        drop: indexes that could go.
    """

    create: tuple[Suggestion, ...] = ()
    served: tuple[tuple[SlowTotals, str], ...] = ()
    hopeless: tuple[SlowTotals, ...] = ()
    drop: tuple[Droppable, ...] = ()


def advise(slow: Iterable[SlowTotals], indexes: Sequence[KnownIndex]) -> Advice:
    """Returns the advice.

    Args:
        slow: totals; several of one shape are added up.
        indexes: the existing ones of both collections.
    """
    sums: dict[Shape, SlowTotals] = {}
    for each in slow:
        sums[each.shape] = sums[each.shape] + each if each.shape in sums else each
    served, hopeless, open_ones = [], [], []
    for each in sorted(sums.values(), key=_by_cost):
        index = next((known for known in indexes if _is_served_by(each.shape, known)), None)
        if index is not None:
            served.append((each, index.name))
        elif each.shape.is_alternative or not (each.shape.equals or each.shape.sort or each.shape.ranges):
            hopeless.append(each)
        else:
            open_ones.append(each)
    return Advice(_merge(open_ones), tuple(served), tuple(hopeless), tuple(_find_droppable(indexes)))


def serves(keys: Sequence[tuple[str, Any]], shape: Shape) -> bool:
    """Whether an index with these keys serves such queries without extra reads and without a sort.

    Of several range fields, one in the index is enough. A query without any field is served by no index.
    """
    if shape.is_alternative or not (shape.equals or shape.sort or shape.ranges):
        return False
    number = len(shape.equals)
    if {field for field, _ in keys[:number]} != set(shape.equals):
        return False
    rest = list(keys[number:])
    sort = [(field, way) for field, way in shape.sort if field not in shape.equals]
    if sort:
        head = [(field, way) for field, way in rest[: len(sort)]]
        if head not in (sort, [(field, -way) for field, way in sort]):
            return False
        rest = rest[len(sort) :]
    sorted_fields = {field for field, _ in sort}
    wanted = [field for field in shape.ranges if field not in sorted_fields]
    return not wanted or (bool(rest) and rest[0][0] in wanted)


def _is_served_by(shape: Shape, known: KnownIndex) -> bool:
    return known.is_plain and known.collection == shape.collection and serves(known.keys, shape)


def _merge(slow: Sequence[SlowTotals]) -> tuple[Suggestion, ...]:
    """Suggests one index for as many queries as it can serve, starting with the queries of most fields."""
    found: list[Suggestion] = []
    for each in sorted(slow, key=lambda s: (-len(_keys(s.shape)), -s.milliseconds, s.shape)):
        for place, suggestion in enumerate(found):
            keys = _fit(suggestion, each.shape)
            if keys is not None:
                joined = (*suggestion.serves, each)
                found[place] = replace(suggestion, keys=keys, serves=tuple(sorted(joined, key=_by_cost)))
                break
        else:
            found.append(Suggestion(each.shape.collection, _keys(each.shape), (each,)))
    return tuple(sorted(found, key=lambda s: (-s.milliseconds, s.collection, s.keys)))


def _fit(suggestion: Suggestion, shape: Shape) -> Order | None:
    """Returns the suggestion's keys in an order that serves this shape too; ``None`` if there is none."""
    if suggestion.collection != shape.collection:
        return None
    if serves(suggestion.keys, shape):
        return suggestion.keys
    # The order of equality fields is free: those of this shape go first.
    free = min(len(each.shape.equals) for each in suggestion.serves)
    head, tail = suggestion.keys[:free], suggestion.keys[free:]
    keys = (*(k for k in head if k[0] in shape.equals), *(k for k in head if k[0] not in shape.equals), *tail)
    is_for_all = serves(keys, shape) and all(serves(keys, each.shape) for each in suggestion.serves)
    return keys if is_for_all else None


def _keys(shape: Shape) -> Order:
    sort = tuple((field, way) for field, way in shape.sort if field not in shape.equals)
    sorted_fields = {field for field, _ in sort}
    ranges = [(field, 1) for field in shape.ranges if field not in sorted_fields]
    return (*((field, 1) for field in shape.equals), *sort, *ranges[:1])[:MAX_KEYS]


def _by_cost(slow: SlowTotals) -> tuple[float, Shape]:
    return -slow.milliseconds, slow.shape


def _find_droppable(indexes: Sequence[KnownIndex]) -> Iterable[Droppable]:
    """Yields indexes that another one makes superfluous, and unused ones."""
    is_counted = any(each.uses for each in indexes)
    for each in indexes:
        if each.name == "_id_" or each.is_declared or each.is_unique:
            continue
        longer = next((o for o in indexes if o is not each and _begins_with(o, each)), None)
        if longer is not None:
            yield Droppable(each, f"{longer.name} begins with its fields and answers the same")
        elif is_counted and each.uses == 0:
            yield Droppable(each, "it has not been used since MongoDB started")


def _begins_with(longer: KnownIndex, shorter: KnownIndex) -> bool:
    same = longer.collection == shorter.collection and longer.keys[: len(shorter.keys)] == shorter.keys
    return same and longer.is_plain and shorter.is_plain and len(longer.keys) > len(shorter.keys)


def advice_as_dict(advice: Advice) -> Mapping[str, Any]:
    """Returns the advice as plain data for JSON."""
    return {
        "create": [
            {
                "collection": each.collection,
                "keys": [list(key) for key in each.keys],
                "milliseconds": round(each.milliseconds),
                "serves": [_slow_as_dict(slow) for slow in each.serves],
            }
            for each in advice.create
        ],
        "served": [{**_slow_as_dict(slow), "index": name} for slow, name in advice.served],
        "hopeless": [_slow_as_dict(slow) for slow in advice.hopeless],
        "drop": [{"collection": e.index.collection, "name": e.index.name, "why": e.why} for e in advice.drop],
    }


def _slow_as_dict(slow: SlowTotals) -> dict[str, Any]:
    return {
        "query": slow.shape.description,
        "collection": slow.shape.collection,
        "queries": slow.queries,
        "milliseconds": round(slow.milliseconds),
        "longest": round(slow.longest),
    }
