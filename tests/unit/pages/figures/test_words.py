"""Numbers in words."""

from __future__ import annotations

import pytest

from pages.figures.words import duration, sentiment


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
