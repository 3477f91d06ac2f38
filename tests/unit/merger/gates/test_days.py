"""Gates about how far a run covers, and about the points of closed days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from merger.core.windows import DAY, HOUR
from merger.gates.days import Expected, changed_days, closed_days, coverage, expected_documents, new_days, recent_days
from merger.gates.limits import Limits
from merger.gates.summary import Group
from tests.unit.merger.documents import Raw
from tests.unit.merger.gates.runs import DAYS, NEW, OLD, details, faults, points, summary_of, totals

TODAY = "2026-03-09"


def group(documents: list[Raw], name: str = "sentiment by day") -> Group:
    return summary_of(documents).groups[name]


def test_a_day_is_closed_where_it_is_covered_to_its_end() -> None:
    assert closed_days(group(points(1, OLD))) == sorted(DAYS)
    assert closed_days(group(points(1, OLD - HOUR))) == sorted(DAYS)[:2]


def test_new_days_are_those_that_the_run_before_had_not_closed() -> None:
    run, before = group(points(1, NEW, [*DAYS, TODAY])), group(points(1, OLD - HOUR))
    assert new_days(run, before) == ["2026-03-08", TODAY]
    assert recent_days(run) == [*sorted(DAYS), TODAY]


def test_expected_points_of_new_days_are_those_of_one_of_the_days_before() -> None:
    before = group([*points(30, OLD, DAYS[:1]), *points(50, OLD, DAYS[1:])])
    assert expected_documents(group(points(40, NEW, [*DAYS, TODAY])), before) == Expected(160, 130, 30, 50)
    inside = expected_documents(group(points(40, NEW + HOUR, [*DAYS, TODAY])), before)
    assert inside == Expected(160, 130, 30, 100), "the day that has just begun may have no points"
    assert Expected.sum_of([Expected(1, 2, 3, 4), Expected(10, 20, 30, 40)]) == Expected(11, 22, 33, 44)


def test_chance_may_make_the_points_of_new_days_fewer() -> None:
    expected = Expected(0, 100, least=25, most=50)
    assert (expected.lowest, expected.highest) == (115, 150)
    assert Expected(0, 0, least=1, most=2).lowest == 0


def test_a_run_may_not_cover_less_than_the_run_before() -> None:
    assert faults(coverage, details(5, OLD), details(5, NEW)) == [
        "movie_details covers events until 2026-03-09T00:00:00Z; in run old it covered them until 2026-03-10T00:00:00Z"
    ]
    assert faults(coverage, details(5, NEW - HOUR), details(5, NEW)) == []
    assert faults(coverage, details(5, OLD), details(5, NEW), Limits(coverage_lost=DAY)) == []


def test_one_view_may_not_fall_behind_the_others() -> None:
    run = [*details(5, NEW), *totals(5, OLD)]
    assert faults(coverage, run, [*details(5, OLD), *totals(5, OLD)]) == [
        (
            "sentiment covers events until 2026-03-09T00:00:00Z, while other views of the run cover them until "
            "2026-03-10T00:00:00Z"
        )
    ]
    assert faults(coverage, run, [*details(5, OLD), *totals(5, OLD - DAY)]) == [], "it always lay a day behind"


def test_points_reach_as_far_as_the_run_says() -> None:
    before = points(20, OLD)
    assert faults(coverage, points(20, NEW, [*DAYS, TODAY]), before) == []
    assert faults(coverage, points(20, NEW), before) == [
        "the newest point of sentiment by day is of 2026-03-08, though the run covers events until 2026-03-10T00:00:00Z"
    ]
    assert faults(coverage, points(19, NEW), points(19, OLD)) == [], "a day without events is plausible"


def test_points_of_days_that_are_not_covered_are_wrong_even_in_the_first_run() -> None:
    fault = "5 of 20 documents of sentiment by day are about days that they don't cover"
    assert faults(coverage, points(5, OLD, [*DAYS, TODAY]), None) == [fault]


def test_stamps_in_the_future_are_wrong_even_in_the_first_run() -> None:
    fault = "5 of 5 documents of movie_details are stamped in the future"
    assert faults(coverage, details(5, NEW + timedelta(days=1000)), None) == [fault]


def test_a_run_may_not_cover_what_was_still_to_come() -> None:
    run = [{**document, "covers_until": NEW + DAY} for document in details(5, NEW)]
    fault = "5 of 5 documents of movie_details cover events that were still to come when they were computed"
    assert faults(coverage, run, details(5, OLD)) == [fault]
    assert faults(coverage, run, None) == [], "some jobs always say so"


@pytest.mark.parametrize(("changed", "fails"), [(3, False), (4, True)])
def test_points_of_closed_days_hardly_change(changed: int, fails: bool) -> None:
    before = points(20, OLD)
    late = points(20, NEW, [*DAYS, TODAY])
    for document in late[:changed]:
        document["data"]["review_count"] += 1
    found = faults(changed_days, late, before)
    assert found == (
        ["6.7 % of the points of sentiment by day from 2026-03-06 to 2026-03-08 differ from run old"] if fails else []
    )


def test_points_that_are_gone_or_appear_on_closed_days_have_changed() -> None:
    before = points(20, OLD)
    assert len(faults(changed_days, points(18, NEW), before)) == 1
    assert len(faults(changed_days, points(22, NEW), before)) == 1


def test_noise_of_floating_point_is_no_change() -> None:
    late = points(20, NEW)
    for document in late:
        document["data"]["avg_sentiment"] += 1e-9
    assert faults(changed_days, late, points(20, OLD)) == []


def test_days_before_the_first_point_and_open_days_are_not_compared() -> None:
    before = points(30, OLD)
    assert faults(changed_days, points(30, NEW, [TODAY], reviews=99), before) == []
    assert faults(changed_days, points(30, NEW, DAYS, reviews=99), points(30, OLD - 3 * DAY)) == []
