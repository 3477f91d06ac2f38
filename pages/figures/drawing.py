"""Small SVG drawings: a movie's last hours as a line, and a value on its scale. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

SPARK_WIDTH: Final = 120
SPARK_HEIGHT: Final = 28
_MARGIN = 3


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
