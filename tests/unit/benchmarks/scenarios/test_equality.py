"""When two answers count as the same."""

from __future__ import annotations

import pytest

from benchmarks.scenarios.equality import difference


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"a": 1, "freshness": 1}, {"a": 1, "freshness": 2}),
        ({"generated_at": "now", "b": [1, {"c": None}]}, {"generated_at": "then", "b": [1, {"c": None}]}),
        ({"sum": 0.1 + 0.2}, {"sum": 0.3}),
        ({"count": 3}, {"count": 3.0}),
    ],
)
def test_age_and_rounding_do_not_count(ours: object, theirs: object) -> None:
    assert difference(ours, theirs) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "where"),
    [
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "a.b[1]: 2 and 3"),
        ({"a": None}, {"a": 0}, "a: None and 0"),
        ({"a": True}, {"a": 1}, "a: True and 1"),
        ({"a": 1}, {}, "a: 1 and absent"),
        ({}, {"a": 1}, "a: absent and 1"),
        ({"a": [1]}, {"a": []}, "a: 1 entries and 0"),
        ({"a": "x"}, {"a": "y"}, "a: 'x' and 'y'"),
        ({"a": 1.0}, {"a": 1.0001}, "a: 1.0 and 1.0001"),
    ],
)
def test_difference_names_its_place_and_both_values(ours: object, theirs: object, where: str) -> None:
    assert difference(ours, theirs) == where
