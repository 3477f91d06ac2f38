"""Which indexes slow queries ask for, which of those that there are serve them, and which serve nobody. Pure (O3).

An index serves a query whose equal fields it begins with, in any order, then sorts by what it sorts by, then has a
field of which a range is wanted: equality, sort, range (the ESR rule of MongoDB's manual).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from merger.stores.mongo.query_shapes import Order, Shape, SlowTotals

MOST_KEYS: Final = 6
"""Fields of a suggested index: more cost every write more than they spare any read."""


@dataclass(frozen=True, slots=True)
class Known:
    """An index that there is.

    Args:
        collection: its name.
        name: of the index.
        keys: fields and ways; those of other kinds than 1 and -1 serve nothing here.
        is_plain: whether it answers what its keys say: not sparse, partial, hidden, or with a collation.
        is_declared: whether the service declares it.
        uses: since the server started; ``None``: it doesn't count.
        is_unique: it keeps something out, so that nobody may miss it.
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
        keys: fields and ways, in order.
        serves: the slow queries that it is for, the dearest first.
    """

    collection: str
    keys: Order
    serves: tuple[SlowTotals, ...]

    @property
    def milliseconds(self) -> float:
        """That all these took together."""
        return sum(each.milliseconds for each in self.serves)


@dataclass(frozen=True, slots=True)
class Droppable:
    """An index that could go.

    Args:
        index: that there is.
        why: as a sentence without a full stop.
    """

    index: Known
    why: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do.

    Args:
        create: indexes, the one that would spare most first.
        served: slow queries that have an index and the name of it: something else makes them slow.
        hopeless: slow queries that no index helps.
        drop: indexes that could go.
    """

    create: tuple[Suggestion, ...] = ()
    served: tuple[tuple[SlowTotals, str], ...] = ()
    hopeless: tuple[SlowTotals, ...] = ()
    drop: tuple[Droppable, ...] = ()


def advised(slow: Iterable[SlowTotals], indexes: Sequence[Known]) -> Advice:
    """The advice.

    Args:
        slow: queries; several of one shape are added up.
        indexes: of both collections.
    """
    sums: dict[Shape, SlowTotals] = {}
    for each in slow:
        sums[each.shape] = sums[each.shape] + each if each.shape in sums else each
    dearest = sorted(sums.values(), key=lambda each: (-each.milliseconds, each.shape))
    served, hopeless, open_ones = [], [], []
    for each in dearest:
        index = next((known for known in indexes if _is_served_by(each.shape, known)), None)
        if index is not None:
            served.append((each, index.name))
        elif each.shape.is_alternative or not (each.shape.equals or each.shape.sort or each.shape.ranges):
            hopeless.append(each)
        else:
            open_ones.append(each)
    return Advice(_merged(open_ones), tuple(served), tuple(hopeless), tuple(_droppable(indexes)))


def serves(keys: Sequence[tuple[str, Any]], shape: Shape) -> bool:
    """Whether an index with these keys answers such queries without reading more than they want, or sorting.

    A range that follows is not asked for where the fields before it are; a query without any field is served by none.
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


def _is_served_by(shape: Shape, known: Known) -> bool:
    return known.is_plain and known.collection == shape.collection and serves(known.keys, shape)


def _merged(slow: Sequence[SlowTotals]) -> tuple[Suggestion, ...]:
    """One index for as many as it can serve: those with many fields first, whose beginning may serve others."""
    found: list[Suggestion] = []
    for each in sorted(slow, key=lambda s: (-_size(s.shape), -s.milliseconds, s.shape)):
        for place, suggestion in enumerate(found):
            keys = _stretched(suggestion, each.shape)
            if keys is not None:
                joined = (*suggestion.serves, each)
                found[place] = replace(suggestion, keys=keys, serves=tuple(sorted(joined, key=_dearest)))
                break
        else:
            found.append(Suggestion(each.shape.collection, _keys(each.shape), (each,)))
    return tuple(sorted(found, key=lambda s: (-s.milliseconds, s.collection, s.keys)))


def _stretched(suggestion: Suggestion, shape: Shape) -> Order | None:
    """The suggestion's keys, put in another order where that serves one more; ``None``: nothing does."""
    if suggestion.collection != shape.collection:
        return None
    if serves(suggestion.keys, shape):
        return suggestion.keys
    # Among the equal fields the order is free: those of the other one first.
    free = min(len(each.shape.equals) for each in suggestion.serves)
    head, tail = suggestion.keys[:free], suggestion.keys[free:]
    keys = (*(k for k in head if k[0] in shape.equals), *(k for k in head if k[0] not in shape.equals), *tail)
    is_for_all = serves(keys, shape) and all(serves(keys, each.shape) for each in suggestion.serves)
    return keys if is_for_all else None


def _keys(shape: Shape) -> Order:
    sort = tuple((field, way) for field, way in shape.sort if field not in shape.equals)
    sorted_fields = {field for field, _ in sort}
    ranges = [(field, 1) for field in shape.ranges if field not in sorted_fields]
    return (*((field, 1) for field in shape.equals), *sort, *ranges[:1])[:MOST_KEYS]


def _size(shape: Shape) -> int:
    return len(_keys(shape))


def _dearest(slow: SlowTotals) -> tuple[float, Shape]:
    return -slow.milliseconds, slow.shape


def _droppable(indexes: Sequence[Known]) -> Iterable[Droppable]:
    """Those that another one begins with, and those that nobody used."""
    counts = any(each.uses for each in indexes)
    for each in indexes:
        if each.name == "_id_" or each.is_declared or each.is_unique:
            continue
        longer = next((o for o in indexes if o is not each and _begins_with(o, each)), None)
        if longer is not None:
            yield Droppable(each, f"{longer.name} begins with its fields and answers the same")
        elif counts and each.uses == 0:
            yield Droppable(each, "nobody has used it since MongoDB started")


def _begins_with(longer: Known, shorter: Known) -> bool:
    same = longer.collection == shorter.collection and longer.keys[: len(shorter.keys)] == shorter.keys
    return same and longer.is_plain and shorter.is_plain and len(longer.keys) > len(shorter.keys)


def advice_as_dict(advice: Advice) -> Mapping[str, Any]:
    """Plain data."""
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
