"""Weights stay within the bounds that the documentation states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.weighing import LEAST_LIVE, MOST_LIVE, live_factor, quality, votes_factor, weigh

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


def factors(novelty: float, *votes: float) -> list[float]:
    found: list[float] = votes_factor(np.array(votes), 9_999.0, novelty).tolist()
    return found


def test_novelty_turns_the_weight_of_votes() -> None:
    votes = (9_999.0, 99.0, 0.0, math.nan)
    assert factors(0.0, *votes) == pytest.approx([math.e, math.exp(0.5), 1, 1])
    assert factors(0.5, *votes) == [1, 1, 1, 1]
    most, some, *_ = factors(1.0, *votes)
    assert most == pytest.approx(1 / math.e, rel=2e-3)
    assert some > most


def test_novelty_favours_neither_the_well_known_nor_the_unknown() -> None:
    none, few, some, many = factors(1.0, 0, 3, 100, 9_999)
    assert 0 < none < few < many < some
    assert factors(1.0, math.nan) == [none]


@given(st.floats(0, 1_000_000), st.floats(0, 1_000_000))
def test_up_to_a_novelty_of_a_half_more_votes_never_lower_a_movie(one: float, other: float) -> None:
    for novelty in (0.0, 0.3, 0.5):
        few, many = votes_factor(np.array(sorted((one, other))), 1_000_000.0, novelty).tolist()
        assert few <= many


def test_without_any_votes_the_fit_alone_counts() -> None:
    fit = np.array([0.2, 0.4])
    for novelty in (0.0, 0.5, 1.0):
        less, more = weigh(fit, np.array([0.0, math.nan]), 0.0, novelty).tolist()
        assert more == pytest.approx(2 * less)
        assert less > 0


def test_few_votes_prove_little() -> None:
    ratings, votes = np.array([10.0, 9.0, math.nan, 10.0]), np.array([1.0, 10_000.0, 500.0, math.nan])
    few, many, unrated, uncounted = quality(ratings, votes).tolist()
    assert few < many
    assert unrated == uncounted == pytest.approx(0.6)
