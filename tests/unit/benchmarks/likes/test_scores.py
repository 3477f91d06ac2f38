"""Scores of small lists, as one counts them by hand."""

from __future__ import annotations

import pytest

from benchmarks.likes.scores import score_lists, score_table
from benchmarks.likes.taste import User

VOTES = {1: 99, 2: 9, 3: 0, 4: 0}
USERS = [User((4,), frozenset({1, 2})), User((4,), frozenset({3}))]


def test_hits_are_counted_against_both_lists() -> None:
    score = score_lists(USERS, [[1, 3], [1]], VOTES, 2, 0.5)
    assert (score.recall, score.precision, score.coverage) == (0.25, 0.25, 0.5)
    assert score.novelty == pytest.approx((0 + 1 + 0) / 3)
    assert score.milliseconds == 250.0


def test_recommending_nothing_is_no_error() -> None:
    score = score_lists(USERS, [[], []], VOTES, 2, 0.0)
    assert (score.recall, score.novelty, score.coverage) == (0.0, 0.0, 0.0)


def test_a_table_has_a_column_for_each_share() -> None:
    score = score_lists(USERS, [[1, 3], [1]], VOTES, 2, 0.5)
    assert score_table({"a method": {0.25: score, 0.5: score}}).splitlines() == [
        "| method | recall@20, 25% | recall@20, 50% | precision@20 | coverage | novelty | ms |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| a method | 0.250 | 0.250 | 0.250 | 50% | 0.33 | 250.0 |",
    ]
