"""Today beside yesterday: which hours are summed, and when there is nothing to compare."""

from __future__ import annotations

from typing import Any

import pytest

from pages.figures.same_hours import today_beside_yesterday


def answer(as_of: str | None = "2026-11-24T02:20:00Z", **hours: tuple[int, float]) -> dict[str, Any]:
    """A series with a count and a mean by hour, such as ``h24_01``."""
    points = [
        {
            "date": f"2026-11-{name[1:3]}",
            "hour": f"2026-11-{name[1:3]}T{name[4:]}:00:00Z",
            "count": count,
            "value": value,
        }
        for name, (count, value) in hours.items()
    ]
    return {"data_points": points, "freshness": {"speed_as_of": as_of, "missing": []}}


def test_closed_hours_of_today_stand_beside_the_same_hours_of_yesterday() -> None:
    found = today_beside_yesterday(
        answer(
            h22_23=(900, 1.0),
            h23_00=(10, 0.5),
            h23_01=(30, 0.1),
            h23_02=(900, 1.0),
            h23_23=(900, 1.0),
            h24_00=(4, 0.25),
            h24_01=(12, 0.75),
            h24_02=(900, 1.0),
        )
    )
    assert found is not None
    assert f"{found['until']:%d %H:%M %Z}" == "24 02:00 UTC"
    assert found["today"] == {"count": 16, "value": pytest.approx(0.625)}
    assert found["yesterday"] == {"count": 40, "value": pytest.approx(0.2)}


def test_hours_without_reviews_count_as_none() -> None:
    found = today_beside_yesterday(answer(h24_00=(4, 0.25)))
    assert found is not None
    assert found["yesterday"] == {"count": 0, "value": None}


@pytest.mark.parametrize("as_of", [None, "2026-11-24T00:59:59Z"])
def test_nothing_is_compared_before_an_hour_of_the_day_is_closed(as_of: str | None) -> None:
    assert today_beside_yesterday(answer(as_of, h24_00=(4, 0.25))) is None


@pytest.mark.parametrize(
    ("start", "end", "is_compared"),
    [
        ("2026-11-23T01:00:00Z", "2026-11-23T02:00:00Z", False),
        ("2026-11-24T01:00:00Z", "2026-11-24T02:00:00Z", False),
        (None, "2026-11-23T01:00:00Z", False),
        (None, "2026-11-23T00:00:00Z", True),
        ("2026-11-23T02:00:00Z", "2026-11-24T00:00:00Z", True),
        ("2026-11-24T02:00:00Z", "2026-11-24T03:00:00Z", True),
    ],
)
def test_missing_hours_stop_a_comparison_that_needs_them(start: str | None, end: str, *, is_compared: bool) -> None:
    found = answer(h23_00=(4, 0.25))
    found["freshness"]["missing"] = [{"start": start, "end": end}]
    assert (today_beside_yesterday(found) is not None) == is_compared


@pytest.mark.parametrize(("day", "is_compared"), [("2026-11-22", True), ("2026-11-23", False), ("2026-11-24", False)])
def test_day_that_is_not_known_by_the_hour_is_not_compared(day: str, *, is_compared: bool) -> None:
    found = answer(h24_00=(4, 0.25))
    found["data_points"].insert(0, {"date": day, "count": 9, "value": 0.5})
    assert (today_beside_yesterday(found) is not None) == is_compared
