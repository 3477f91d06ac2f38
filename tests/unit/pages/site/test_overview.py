"""The sentiment of the day: the newest day beside the one before."""

from __future__ import annotations

from typing import Any

import pytest

from pages.site.overview import sentiment_of_the_day


def series(*values: float, as_of: str = "2026-11-24T06:30:00Z") -> dict[str, Any]:
    days = [f"2026-11-{24 - len(values) + n + 1}" for n in range(len(values))]
    return {
        "data_points": [{"date": day, "value": value, "count": 3} for day, value in zip(days, values, strict=True)],
        "freshness": {"speed_as_of": as_of, "batch_as_of": None},
    }


def test_newest_day_is_compared_with_the_whole_day_before() -> None:
    day = sentiment_of_the_day(series(0.5, 0.1, 0.3))
    assert day is not None
    assert (day["last"]["date"], day["before"]["date"], day["change"]) == (
        "2026-11-24",
        "2026-11-23",
        pytest.approx(0.2),
    )


@pytest.mark.parametrize(("as_of", "is_open"), [("2026-11-24T06:30:00Z", True), ("2026-11-25T00:10:00Z", False)])
def test_day_is_open_until_it_is_over(as_of: str, *, is_open: bool) -> None:
    day = sentiment_of_the_day(series(0.1, as_of=as_of))
    assert day is not None
    assert (day["is_open"], day["before"], day["change"]) == (is_open, None, None)


def test_series_without_days_has_no_day() -> None:
    assert sentiment_of_the_day(series()) is None
