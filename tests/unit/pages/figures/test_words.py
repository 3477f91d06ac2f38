"""Numbers in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pages.figures.words import duration, moment, sentiment


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_199, "120 min"), (7_200, "2 h"), (172_800, "2 d")],
)
def test_duration_uses_a_unit_from_two_upwards(seconds: int, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (1.0, "very positive"),
        (0.5, "very positive"),
        (0.49, "positive"),
        (0.1, "mildly positive"),
        (0.04, "mixed"),
        (-0.05, "mixed"),
        (-0.06, "mildly negative"),
        (-0.3, "negative"),
        (-0.9, "very negative"),
    ],
)
def test_sentiment_is_put_into_words(score: float, text: str) -> None:
    assert sentiment(score) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 30, 6, 48, tzinfo=UTC), "06:48 UTC (5 min ago)"),
        (datetime(2026, 11, 30, 6, 54, tzinfo=UTC), "06:54 UTC (0 s ago)"),
        (datetime(2026, 11, 28, 6, 53, tzinfo=UTC), "28 Nov 2026 06:53 UTC (2 d ago)"),
    ],
)
def test_moment_has_its_age_and_its_date_if_it_is_of_another_day(at: datetime, text: str) -> None:
    assert moment(at, datetime(2026, 11, 30, 6, 53, tzinfo=UTC)) == text
