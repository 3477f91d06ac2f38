"""Conditions on the type of a value, written as ranges that every server answers from an index.

MongoDB answers ``$type`` from an index, others read the whole collection for it. A range finds values of its own type
alone. Servers that don't know that need both ends of it, or read on through everything that sorts after the type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bson import Binary, MaxKey, ObjectId, Timestamp

_LARGEST: Final = 2**32 - 1


_LONGEST: Final = 1_000
"""Bytes; longer binary values are not found."""


TYPE_RANGES: Final[Mapping[str, Mapping[str, Any]]] = {
    # No object is larger than all others, so an index of objects alone serves this one (``declared.py``).
    "object": {"$gte": {}},
    "array": {"$gte": [], "$lt": [MaxKey()]},
    "binData": {"$gte": b"", "$lt": Binary(b"\xff" * _LONGEST, 255)},
    "objectId": {"$gte": ObjectId(b"\x00" * 12), "$lte": ObjectId(b"\xff" * 12)},
    "timestamp": {"$gte": Timestamp(0, 0), "$lte": Timestamp(_LARGEST, _LARGEST)},
}
"""The range of each type, by MongoDB's name of it."""


def with_type_ranges(wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """A filter in which each ``{"$type": name}`` is the range of that type."""
    return {path: _range_of(condition) for path, condition in wanted.items()}


def _range_of(condition: Any) -> Any:
    return TYPE_RANGES[condition["$type"]] if isinstance(condition, Mapping) and "$type" in condition else condition
