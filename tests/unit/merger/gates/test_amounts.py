"""Gates about how much there is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest

from merger.gates.amounts import documents, first_days, nulls, vanished, violations
from merger.gates.limits import Limits
from tests.unit.merger.documents import Raw, batch_view
from tests.unit.merger.gates.runs import DAYS, NEW, OLD, details, faults, points, totals


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (80, []),
        (79, ["movie_details has 79 documents; after run old 100 are expected (−21 %)"]),
        (199, []),
        (200, ["movie_details has 200 documents; after run old 100 are expected (+100 %)"]),
    ],
)
def test_documents_may_lose_a_fifth_and_gain_less_than_as_many_again(number: int, found: list[str]) -> None:
    assert faults(documents, details(number, NEW), details(100, OLD)) == found


def test_a_view_that_is_gone_fails_even_if_all_may_be_lost() -> None:
    limits = Limits(documents_lost=1)
    found = faults(documents, details(100, NEW), [*details(100, OLD), *totals(5, OLD)], limits)
    assert found == ["sentiment has 0 documents; after run old 5 are expected (−100 %)"]


def test_a_view_that_is_new_passes() -> None:
    assert faults(documents, [*details(9, NEW), *totals(9, NEW)], details(9, OLD)) == []


def test_a_run_may_write_new_days_alone() -> None:
    before = points(40, OLD)
    assert faults(documents, points(36, NEW, ["2026-03-09"]), before) == []
    fault = "sentiment by day has 18 documents; after run old 27 to 40 are expected (−33 %)"
    assert faults(documents, points(18, NEW, ["2026-03-09"]), before) == [fault]


def test_a_day_that_is_left_out_is_missing() -> None:
    assert faults(documents, points(40, NEW, [*DAYS, "2026-03-09"]), points(40, OLD)) == []
    assert faults(documents, points(40, NEW, [*DAYS[:1], "2026-03-09"]), points(40, OLD)) == [], "new days alone"
    found = faults(documents, points(40, NEW, [DAYS[2], "2026-03-09"]), points(40, OLD))
    assert found == ["sentiment by day has 80 documents; after run old 147 to 160 are expected (−46 %)"]


def test_the_same_documents_twice_are_no_growth() -> None:
    limits = Limits(documents_gained=5)
    found = faults(documents, details(100, NEW) * 2, details(100, OLD), limits)
    assert found == ["50 % of the documents of movie_details repeat another one of the run"]
    assert faults(documents, details(100, NEW) * 2, details(100, OLD) * 2) == [], "as in the run before"


def test_the_points_of_one_view_may_not_begin_later_than_those_of_others() -> None:
    before = [*points(5, OLD), *_trend(OLD, DAYS)]
    assert faults(first_days, [*points(5, NEW), *_trend(NEW, DAYS)], before) == []
    assert faults(first_days, [*points(5, NEW, DAYS[:1]), *_trend(NEW, DAYS[:1])], before) == []
    found = faults(first_days, [*points(5, NEW), *_trend(NEW, DAYS[:1])], before)
    assert found == [
        (
            "temporal_analytics of rating begins on 2026-03-08, without 67 % of the days that run old has, "
            "while other views of the run lack 0.0 % of them"
        )
    ]


def _trend(covers: datetime, days: Iterable[str]) -> list[Raw]:
    return [
        batch_view("temporal_analytics", {"metric": "rating", "date": day, "value": 7, "count": 3}, covers)
        for day in days
    ]


def test_few_movies_may_vanish() -> None:
    before = details(100, OLD)
    assert faults(vanished, details(95, NEW), before) == []
    found = faults(vanished, details(94, NEW), before)
    assert found == ["6.0 % of the movies that movie_details had in run old are not in the run"]


def test_points_do_not_vanish_but_are_expected_by_number() -> None:
    assert faults(vanished, points(5, NEW), points(50, OLD)) == []


def test_a_field_may_not_be_absent_much_more_often() -> None:
    before = details(100, OLD, budget=lambda movie: None if movie <= 10 else 5)
    assert faults(nulls, details(100, NEW, budget=lambda movie: None if movie <= 15 else 5), before) == []
    found = faults(nulls, details(100, NEW, budget=lambda movie: None if movie <= 16 else 5), before)
    assert found == ["budget is absent in 16 % of movie_details; in run old in 10 %"]


def test_empty_lists_and_texts_are_absent_too() -> None:
    found = faults(nulls, details(30, NEW, cast=[], overview=""), details(30, OLD))
    assert [fault.partition(" ")[0] for fault in found] == ["overview", "cast"]


def test_of_few_documents_no_share_is_judged() -> None:
    assert faults(nulls, details(19, NEW, budget=None), details(19, OLD)) == []


def test_hardly_more_documents_may_break_the_contract_than_did() -> None:
    broken = details(100, NEW, vote_count=lambda movie: -1 if movie <= 3 else 5)
    found = faults(violations, broken, details(100, OLD))
    assert found == [
        (
            "3 of 100 documents of movie_details break the contract (3.0 %, formerly 0.0 %), "
            "such as movie_details.vote_count: a count can't be negative"
        )
    ]
    assert len(faults(violations, broken, None)) == 1
    assert faults(violations, broken, details(100, OLD, vote_count=lambda movie: -1 if movie <= 2 else 5)) == []
