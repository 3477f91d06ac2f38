"""Sums, means and trend lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.core.algebra import Mean, Sentiment, direction, slope_per_day

halves = st.integers(-1000, 1000).map(lambda number: number / 8)
counts = st.integers(0, 10**6)
means = st.builds(Mean, halves, counts)
sentiments = st.builds(Sentiment, halves, counts, counts, counts, counts)


@given(st.one_of(st.tuples(means, means, means), st.tuples(sentiments, sentiments, sentiments)))
def test_adding_is_commutative_and_associative_and_has_an_identity(states: tuple[Mean, Mean, Mean]) -> None:
    a, b, c = states
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + type(a)() == a


def test_adding_two_states_adds_every_field() -> None:
    assert Sentiment(1.0, 2, 3, 4, 5, 6) + Sentiment(10.0, 20, 30, 40, 50, 60) == Sentiment(11.0, 22, 33, 44, 55, 66)
    assert Mean.of(2.0, 3) + Mean.of(5.0, 1) == Mean(11.0, 4)


def test_an_average_is_weighted_by_its_observations() -> None:
    assert (Mean.of(1.0, 1) + Mean.of(4.0, 2)).average == 3.0
    state = Sentiment.read(_payload(1.0, 1)) + Sentiment.read(_payload(-0.5, 3))
    assert state.average == -0.125


def test_reviews_without_a_score_count_and_leave_the_average_to_the_others() -> None:
    unscored = {**_payload(1.0, 6), "avg_sentiment": None}
    state = Sentiment.read(_payload(0.5, 2)) + Sentiment.read(unscored)
    assert (state.reviews, state.average) == (8, 0.5)


def test_an_empty_state_has_no_average() -> None:
    assert Mean().average is None
    assert Sentiment().average is None


def test_a_rounding_error_never_leaves_the_range_of_scores() -> None:
    assert Sentiment(3.0000000000000004, 3, scored=3).average == 1.0
    assert Sentiment(-3.0000000000000004, 3, scored=3).average == -1.0


def test_slope_is_the_change_per_day() -> None:
    assert slope_per_day([(20_000, 1.0, 1), (20_001, 1.5, 1), (20_002, 2.0, 1)]) == pytest.approx(0.5)
    assert slope_per_day([(20_000, 1.0, 5), (20_000 + 1 / 24, 1.1, 5)]) == pytest.approx(2.4)


def test_weights_count_like_repeated_points() -> None:
    points = [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)]
    weights = (1.0, 1.0, 4.0)
    repeated = [(x, y, 1.0) for (x, y), weight in zip(points, weights, strict=True) for _ in range(int(weight))]
    weighted = [(x, y, weight) for (x, y), weight in zip(points, weights, strict=True)]
    assert slope_per_day(weighted) == pytest.approx(slope_per_day(repeated))


@pytest.mark.parametrize("points", [[], [(1.0, 5.0, 2.0)], [(1.0, 5.0, 2.0), (1.0, 6.0, 1.0)], [(1, 5, 2), (2, 6, 0)]])
def test_slope_needs_two_different_days_with_weight(points: list[tuple[float, float, float]]) -> None:
    assert slope_per_day(points) is None


@pytest.mark.parametrize(
    ("slope", "expected"),
    [(None, "stable"), (0.1, "stable"), (-0.1, "stable"), (0.11, "increasing"), (-0.11, "decreasing")],
)
def test_direction_is_stable_up_to_the_threshold(slope: float | None, expected: str) -> None:
    assert direction(slope, 0.1) == expected


def _payload(average: float, reviews: int) -> dict[str, float]:
    counts_by_sign = {"positive_count": reviews, "negative_count": 0, "neutral_count": 0}
    return {"avg_sentiment": average, "review_count": reviews, **counts_by_sign}
