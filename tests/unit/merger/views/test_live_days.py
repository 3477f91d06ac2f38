"""Which days of an answer were live."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from merger.core.windows import Granularity, isoformat, parse_span
from merger.views.live_days import live_days
from tests.unit.merger.documents import at

NOW = at("2026-03-10 10:30")
CUTOFF = at("2026-03-08 10:00")


def found(window: str, *breakdown: tuple[str, int, str], now: datetime = NOW) -> dict[str, int]:
    """The live days; each bucket is its day or hour, its reviews and its source."""
    points: list[dict[str, Any]] = [
        {"hour" if "T" in key else "date": key, "review_count": reviews, "data_source": source}
        for key, reviews, source in breakdown
    ]
    span = parse_span(window)
    width = Granularity.HOUR if any("T" in key for key, _, _ in breakdown) else Granularity.DAY
    return live_days(span, width, {"breakdown": points, "freshness": {"cutoff": isoformat(CUTOFF)}}, now)


def test_days_of_the_batch_alone_and_the_present_day_are_left_out() -> None:
    days = (
        ("2026-03-07", 3, "batch"),
        ("2026-03-08", 4, "merged"),
        ("2026-03-09", 5, "speed"),
        ("2026-03-10", 6, "speed"),
    )
    assert found("7d", *days) == {"2026-03-08": 4, "2026-03-09": 5}


def test_a_whole_day_since_the_cutoff_without_a_bucket_counts_none() -> None:
    assert found("7d", ("2026-03-07", 3, "batch")) == {"2026-03-09": 0}
    assert found("7d") == {"2026-03-09": 0}
    assert found("all") == {"2026-03-09": 0}


def test_a_late_batch_leaves_older_days_live() -> None:
    assert found("all", ("2026-03-06", 2, "speed")) == {"2026-03-06": 2, "2026-03-09": 0}


@pytest.mark.parametrize(("window", "days"), [("34h", {"2026-03-09": 7}), ("33h", {})])
def test_a_day_that_the_window_cuts_is_left_out(window: str, days: dict[str, int]) -> None:
    hours = (
        ("2026-03-09T02:00:00Z", 3, "speed"),
        ("2026-03-09T21:00:00Z", 4, "speed"),
        ("2026-03-10T01:00:00Z", 1, "speed"),
    )
    assert found(window, *hours) == days


def test_by_hour_a_day_is_live_if_any_hour_is() -> None:
    assert found("72h", ("2026-03-08T00:00:00Z", 9, "batch"), ("2026-03-08T22:00:00Z", 2, "speed")) == {
        "2026-03-08": 11,
        "2026-03-09": 0,
    }
