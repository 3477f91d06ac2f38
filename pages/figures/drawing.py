"""Small SVG drawings: a movie's last hours as a line, a value on its scale, an actor's collaborators. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

SPARK_WIDTH: Final = 120
SPARK_HEIGHT: Final = 28
_MARGIN = 3

NETWORK_WIDTH: Final = 760
_MIDDLE: Final = NETWORK_WIDTH // 2
_ROW_HEIGHT: Final = 44
_COLUMN_DISTANCE: Final = 190
"""Distance of either column from the middle."""
MOST_DRAWN: Final = 18
"""Number of collaborators drawn; the table lists all."""
_LONGEST_NAME: Final = 24


def sparkline(values: Sequence[float | None]) -> dict[str, Any]:
    """Draws a line through equally spaced values, 0 at the bottom; it breaks where a value is missing.

    Returns:
        ``width``, ``height``, ``lines`` (each the ``points`` of a polyline) and ``last`` (``x``, ``y``; ``None`` if the
        last value is missing).
    """
    top = max((value for value in values if value is not None), default=0.0) or 1.0
    step = (SPARK_WIDTH - 2 * _MARGIN) / max(1, len(values) - 1)
    segments: list[list[str]] = [[]]
    last = None
    for number, value in enumerate(values):
        if value is None:
            segments.append([])
            last = None
            continue
        share = min(1.0, max(0.0, value / top))
        x = round(_MARGIN + number * step, 1)
        y = round(SPARK_HEIGHT - _MARGIN - share * (SPARK_HEIGHT - 2 * _MARGIN), 1)
        segments[-1].append(f"{x},{y}")
        last = {"x": x, "y": y}
    # A polyline of one point is invisible; the same point twice, with round ends, makes a dot.
    lines = [" ".join(each if len(each) > 1 else each * 2) for each in segments if each]
    return {"width": SPARK_WIDTH, "height": SPARK_HEIGHT, "lines": lines, "last": last}


def scale(value: float, least: float, most: float) -> dict[str, float]:
    """Places a value on a bar from 0 to 100, which begins at zero, or at the bound next to it.

    Returns:
        ``x`` and ``width`` of the bar, and ``zero``, where it begins.
    """

    def place(number: float) -> float:
        return round(100 * (min(most, max(least, number)) - least) / (most - least), 1)

    zero, end = place(0.0), place(value)
    return {"x": min(zero, end), "width": round(abs(end - zero), 1), "zero": zero}


def network(actor: str, collaborators: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Draws an actor in the middle, with the most frequent collaborators to the right and to the left.

    Args:
        actor: drawn in the middle.
        collaborators: as ``analytics/actors/{name}`` lists them, most movies first; a thicker line means more movies.

    Returns:
        ``width``, ``height``, ``centre`` and ``nodes``: each ``x``, ``y``, ``r``, ``name``, ``short``, ``text`` (place
        of the name: ``x``, ``y``, ``anchor``), ``stroke`` and ``count``.
    """
    drawn = collaborators[:MOST_DRAWN]
    most = max((each["count"] for each in drawn), default=1) or 1
    columns = (drawn[0::2], drawn[1::2])
    height = _ROW_HEIGHT * max(3, len(columns[0])) + 20
    nodes = []
    for column, side in zip(columns, (1, -1), strict=True):
        for number, each in enumerate(column):
            y = height / 2 + (number - (len(column) - 1) / 2) * _ROW_HEIGHT
            nodes.append(_node(each, side, y, each["count"] / most))
    return {
        "width": NETWORK_WIDTH,
        "height": height,
        "centre": {"x": _MIDDLE, "y": height // 2, "name": actor},
        "nodes": nodes,
    }


def _node(collaborator: Mapping[str, Any], side: int, y: float, share: float) -> dict[str, Any]:
    """One collaborator, to the right (1) or left (-1), sized by a share of the most movies together."""
    x = _MIDDLE + side * _COLUMN_DISTANCE
    radius = 5 + 7 * math.sqrt(share)
    return {
        "x": x,
        "y": round(y, 1),
        "r": round(radius, 1),
        "stroke": round(1 + 5 * share, 1),
        "name": collaborator["actor"],
        "short": _shorten(collaborator["actor"]),
        "count": collaborator["count"],
        "text": {
            "x": round(x + side * (radius + 7), 1),
            "y": round(y + 4, 1),
            "anchor": "start" if side > 0 else "end",
        },
    }


def _shorten(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
