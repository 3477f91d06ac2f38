"""Weights stay within the bounds that the documentation states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.weighing import LEAST_LIVE, MOST_LIVE, live_factor, quality, votes_share, weigh

ONE = np.array([1.0])
_ANY = st.floats(-1e6, 1e6) | st.just(math.nan)


@given(_ANY, _ANY)
def test_what_happens_now_changes_a_score_within_bounds(trend: float, feeling: float) -> None:
    factor: np.ndarray[tuple[int], np.dtype[np.float64]] = np.asarray(
        live_factor(np.array([trend]), np.array([feeling]))
    )
    assert LEAST_LIVE - 1e-12 <= float(factor[0]) <= MOST_LIVE + 1e-12


def test_what_does_not_count_changes_nothing() -> None:
    assert live_factor(None, None) == 1.0
    assert np.asarray(live_factor(np.array([math.nan]), None)).tolist() == [1.0]


@pytest.mark.parametrize(("novelty", "factor"), [(0.0, math.e), (0.5, 1.0), (1.0, 1 / math.e)])
def test_novelty_turns_the_weight_of_votes(novelty: float, factor: float) -> None:
    assert weigh(ONE, ONE, novelty)[0] == pytest.approx(factor)


def test_the_largest_number_of_votes_is_a_whole_share_and_unknown_ones_are_none() -> None:
    assert votes_share(np.array([9_999.0, 99.0, 0.0, math.nan]), 9_999.0).tolist() == pytest.approx([1, 0.5, 0, 0])
    assert votes_share(np.array([0.0]), 0.0).tolist() == [0.0]


def test_few_votes_prove_little() -> None:
    ratings, votes = np.array([10.0, 9.0, math.nan, 10.0]), np.array([1.0, 10_000.0, 500.0, math.nan])
    few, many, unrated, uncounted = quality(ratings, votes).tolist()
    assert few < many
    assert unrated == uncounted == pytest.approx(0.6)
