"""Small drawings as shapes for an SVG: a movie's last hours in a line, an actor's collaborators as a network. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

SPARK_WIDTH: Final = 120
SPARK_HEIGHT: Final = 28
_MARGIN = 3

NETWORK_WIDTH: Final = 760
_ROW: Final = 44
_BESIDE: Final = 190
"""From the middle to either column."""
MOST_DRAWN: Final = 18
"""Collaborators that are drawn; the table beside it has all."""
_LONGEST_NAME = 24


def sparkline(values: Sequence[float | None]) -> dict[str, Any]:
    """A line through values at equal distances, 0 at the foot; it breaks where a value is missing.

    Returns:
        ``width``, ``height``, ``lines`` (each the ``points`` of a polyline) and ``last`` (``x``, ``y``; ``None``: no
        value at the end).
    """
    top = max((value for value in values if value is not None), default=0.0) or 1.0
    step = (SPARK_WIDTH - 2 * _MARGIN) / max(1, len(values) - 1)
    runs: list[list[str]] = [[]]
    last = None
    for number, value in enumerate(values):
        if value is None:
            runs.append([])
            last = None
            continue
        share = min(1.0, max(0.0, value / top))
        x = round(_MARGIN + number * step, 1)
        y = round(SPARK_HEIGHT - _MARGIN - share * (SPARK_HEIGHT - 2 * _MARGIN), 1)
        runs[-1].append(f"{x},{y}")
        last = {"x": x, "y": y}
    # A polyline of one point is invisible; of the same point twice, with round ends, it is a dot.
    lines = [" ".join(run if len(run) > 1 else run * 2) for run in runs if run]
    return {"width": SPARK_WIDTH, "height": SPARK_HEIGHT, "lines": lines, "last": last}


def network(actor: str, collaborators: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An actor in the middle and beside, to the right and to the left, those with whom they work most.

    Args:
        actor: in the middle.
        collaborators: of ``analytics/actors/{name}``, most movies first; a thicker line means more.

    Returns:
        ``width``, ``height``, ``centre`` and ``nodes``: each ``x``, ``y``, ``r``, ``name``, ``short``, ``text`` (where
        the name stands: ``x``, ``y``, ``anchor``), ``stroke`` and ``count``.
    """
    drawn = collaborators[:MOST_DRAWN]
    most = max((each["count"] for each in drawn), default=1) or 1
    columns = (drawn[0::2], drawn[1::2])
    height = _ROW * max(3, len(columns[0])) + 20
    middle = NETWORK_WIDTH // 2
    nodes = []
    for column, side in zip(columns, (1, -1), strict=True):
        for number, each in enumerate(column):
            share = each["count"] / most
            radius = 5 + 7 * math.sqrt(share)
            x = middle + side * _BESIDE
            y = height / 2 + (number - (len(column) - 1) / 2) * _ROW
            nodes.append(
                {
                    "x": x,
                    "y": round(y, 1),
                    "r": round(radius, 1),
                    "stroke": round(1 + 5 * share, 1),
                    "name": each["actor"],
                    "short": _shortened(each["actor"]),
                    "count": each["count"],
                    "text": {
                        "x": round(x + side * (radius + 7), 1),
                        "y": round(y + 4, 1),
                        "anchor": "start" if side > 0 else "end",
                    },
                }
            )
    return {
        "width": NETWORK_WIDTH,
        "height": height,
        "centre": {"x": middle, "y": height // 2, "name": actor},
        "nodes": nodes,
    }


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
