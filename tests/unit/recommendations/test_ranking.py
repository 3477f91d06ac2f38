"""Ranking looks up what happens now for few movies, and finds the same as if it did for all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.core.windows import HOUR
from movies.numbers import merge_numbers
from recommendations.ranking import Live, describe_freshness, may_be_best, rank, sources_of
from recommendations.weighing import Wishes, live_factor
from tests.effort import examples
from tests.unit.inputs import view_inputs
from tests.unit.recommendations.world import MOVIES, NOW, OPEN, beats, feeling, inputs, movie, now

EVERYTHING = Wishes()


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 100), st.integers(-10, 10)), min_size=1, max_size=12),
    st.integers(1, 13),
)
def test_the_best_are_those_of_all_scores(drawn: list[tuple[int, int, int]], limit: int) -> None:
    known = [movie(number, popularity=float(number % 3)) for number in range(len(drawn))]
    hours = [now("trending", number, trending_score=trend) for number, (_, trend, _) in enumerate(drawn)]
    hours += [feeling(number, score / 10, 20) for number, (_, _, score) in enumerate(drawn)]
    made = inputs(*hours, catalogue=known)
    rows, scores = np.arange(len(drawn)), np.array([fit / 10 for fit, _, _ in drawn])
    numbers, live = merge_numbers(made), Live.of(rows, EVERYTHING, made)
    whole = scores * live_factor(live.trend, live.feeling)
    popularity = numbers.at("popularity", rows)
    expected = sorted(rows.tolist(), key=lambda row: (-whole[row], -popularity[row], row))[:limit]
    assert rank(rows, scores, limit, EVERYTHING, numbers, made).rows.tolist() == expected


def test_unknown_scores_are_hopeful_only_where_others_are_few() -> None:
    scores = np.array([0.5, np.nan, 1.0, 0.9])
    assert may_be_best(scores, 2).tolist() == [False, False, True, True]
    assert may_be_best(scores, 2, 0.5).tolist() == [True, False, True, True]
    assert may_be_best(scores, 4).tolist() == [True] * 4


def test_movies_are_described_with_merged_numbers_and_reasons() -> None:
    made = inputs(
        now("stats", 2, vote_average=9.0, vote_count=7, popularity=3.0), now("trending", 2, trending_score=60.0)
    )
    numbers = merge_numbers(made)
    ranked = rank(np.array([1]), np.array([0.5]), 5, EVERYTHING, numbers, made)
    (shown,) = ranked.describe(numbers, made, lambda row, told: [f"{row} {told['vote_count']}"])
    assert shown == {
        "rank": 1,
        "movie_id": 2,
        "title": "Se7en",
        "genres": ["Crime"],
        "release_date": "1999-10-15",
        "vote_average": 9.0,
        "vote_count": 7,
        "popularity": 3.0,
        "score": pytest.approx(0.5 * 1.09),
        "reasons": ["1 7", "trending now, score 60"],
    }
    assert sources_of(numbers, ranked) == "merged"


@pytest.mark.parametrize(
    ("wishes", "types"),
    [(Wishes(), "hours"), (Wishes(trending=False, sentiment=False), ""), (Wishes(trending=False), "hours")],
)
def test_hours_that_are_not_held_are_missing_only_where_they_count(wishes: Wishes, types: str) -> None:
    gap = OPEN - 5 * HOUR
    held = [each for each in beats() if each["hour"] != gap or each["data_type"] == "stats"]
    made: Any = view_inputs(NOW, catalogue=MOVIES, hours=held)
    freshness = describe_freshness(np.arange(6), merge_numbers(made), wishes, made)
    assert ((gap, gap + HOUR) in freshness.missing) == bool(types)
