"""Finds the difference between two services' answers. Pure."""

from __future__ import annotations

import math
from typing import Any

ABOUT_THE_ANSWER = frozenset({"freshness", "generated_at", "last_updated"})
"""Fields about an answer's time and origin rather than its content."""

_ROUNDING = 1e-9


def difference(ours: Any, theirs: Any, place: str = "") -> str | None:
    """Returns the first place where two JSON values differ, with both values; ``None`` if they are equal.

    Numbers may differ by the rounding of sums in another order; ``ABOUT_THE_ANSWER`` is not compared.
    """
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return _object_difference(ours, theirs, place)
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return f"{place}: {len(ours)} entries and {len(theirs)}"
        found = (difference(*pair, f"{place}[{index}]") for index, pair in enumerate(zip(ours, theirs, strict=True)))
        return next(filter(None, found), None)
    return None if _is_equal(ours, theirs) else f"{place}: {ours!r} and {theirs!r}"


def _object_difference(ours: dict[str, Any], theirs: dict[str, Any], place: str) -> str | None:
    for name in sorted((ours.keys() | theirs.keys()) - ABOUT_THE_ANSWER):
        where = f"{place}.{name}" if place else name
        if name not in ours or name not in theirs:
            shown = [repr(values[name]) if name in values else "absent" for values in (ours, theirs)]
            return f"{where}: {shown[0]} and {shown[1]}"
        found = difference(ours[name], theirs[name], where)
        if found is not None:
            return found
    return None


def _is_equal(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=_ROUNDING, abs_tol=_ROUNDING)
    return bool(ours == theirs)
