"""Small drawings: sparklines and marks stay within their frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.figures.drawing import SPARK_HEIGHT, SPARK_WIDTH, scale, sparkline


def points(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, _, y in (point.partition(",") for point in line.split())]


@given(st.lists(st.none() | st.floats(-1e9, 1e9), max_size=200))
def test_sparkline_stays_in_its_frame_and_breaks_at_missing_values(values: list[float | None]) -> None:
    drawn = sparkline(values)
    found = [point for line in drawn["lines"] for point in points(line)]
    assert all(0 <= x <= SPARK_WIDTH and 0 <= y <= SPARK_HEIGHT for x, y in found)
    runs = "".join("x" if value is not None else " " for value in values).split()
    assert [len(points(line)) for line in drawn["lines"]] == [max(2, len(run)) for run in runs]
    assert (drawn["last"] is None) == (not values or values[-1] is None)


def test_sparkline_puts_the_highest_value_at_the_top_and_zero_below() -> None:
    (line,) = sparkline([0.0, 5.0, 10.0])["lines"]
    heights = [y for _, y in points(line)]
    assert heights == sorted(heights, reverse=True)
    assert (heights[0], heights[-1]) == (SPARK_HEIGHT - 3, 3)


@pytest.mark.parametrize(
    ("value", "x", "width"), [(0.5, 50.0, 25.0), (-0.5, 25.0, 25.0), (0.0, 50.0, 0.0), (7.0, 50.0, 50.0)]
)
def test_bar_of_a_value_begins_at_zero_and_ends_within_the_scale(value: float, x: float, width: float) -> None:
    assert scale(value, -1.0, 1.0) == {"x": x, "width": width, "zero": 50.0}
    assert scale(4.0, 0.0, 10.0) == {"x": 0.0, "width": 40.0, "zero": 0.0}
