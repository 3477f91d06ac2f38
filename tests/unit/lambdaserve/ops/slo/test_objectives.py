"""Service level objectives: counts are judged."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdaserve.ops.slo.objectives import Objectives, SloReport, Tally, Traffic, counts, judge, quantile

UNTIL = datetime(2026, 11, 24, 12, tzinfo=UTC)
INF = math.inf


def traffic(requests: float = 10_000, errors: float = 0, slow: float = 0, **more: float) -> Traffic:
    return Traffic(
        since=UNTIL - timedelta(days=7),
        until=UNTIL,
        routes={"api/v1/movies/<movie_id>": Tally(requests, errors)},
        durations={"api/v1/movies/<movie_id>": {0.1: 0, 0.2: requests - slow, 0.5: slow, INF: 0}},
        recent=Tally(100, 1),
        **more,
    )


def report(counted: Traffic) -> SloReport:
    judged = judge(counted, Objectives())
    assert judged is not None
    return judged


def test_period_without_requests_is_not_judged() -> None:
    assert judge(Traffic(UNTIL, UNTIL, {}, {}, Tally(0, 0)), Objectives()) is None


def test_period_without_errors_keeps_its_whole_budget() -> None:
    judged = report(traffic())
    assert (judged.availability, judged.error_ratio, judged.budget_left, judged.burn_rate) == (1, 0, 1, 0)
    assert judged.missed == ()


def test_half_the_allowed_errors_leave_half_the_budget() -> None:
    judged = report(traffic(errors=5))
    assert judged.budget_left == pytest.approx(0.5)
    assert judged.burn_rate == pytest.approx(0.5)
    assert judged.recent_burn_rate == pytest.approx(10)
    assert judged.missed == ()


def test_one_error_more_than_allowed_misses_the_objectives() -> None:
    assert report(traffic(errors=10)).missed == ()
    judged = report(traffic(errors=11))
    assert judged.missed == (
        "availability is 99.890%, below the objective of 99.900%",
        "0.110% of requests were errors, above the objective of 0.100%",
    )
    assert judged.budget_left == pytest.approx(-0.1)


def test_strict_refusals_are_not_errors() -> None:
    assert report(traffic(errors=25, strict_refusals=20)).error_ratio == pytest.approx(0.0005)


def test_more_than_five_percent_above_200_ms_miss_the_objective() -> None:
    assert report(traffic(slow=500)).missed == ()
    assert report(traffic(slow=510)).missed == ("p95 is 206 ms, above the objective of 200 ms",)


def test_hit_rate_is_none_without_answers() -> None:
    assert report(traffic()).hit_rate is None
    assert report(traffic(held=3, answered=4)).hit_rate == 0.75


def test_routes_are_listed_by_requests() -> None:
    routes = {"api/v1/b": Tally(1, 0), "api/v1/a": Tally(1, 1), "api/v1/c": Tally(9, 0)}
    judged = report(Traffic(UNTIL, UNTIL, routes, {"api/v1/c": {0.1: 9, INF: 0}}, Tally(0, 0)))
    assert [each.route for each in judged.routes] == ["api/v1/c", "api/v1/a", "api/v1/b"]
    assert judged.routes[1].quantiles == {0.5: None, 0.95: None, 0.99: None}


def test_json_report_has_milliseconds_and_utc() -> None:
    as_json = report(traffic(errors=2)).as_json()
    assert as_json["until"] == "2026-11-24T12:00:00Z"
    assert as_json["objectives"] == {"availability": 0.999, "p95_ms": 200, "error_ratio": 0.001}
    assert (as_json["met"], as_json["missed"], as_json["requests"], as_json["errors"]) == (True, [], 10_000, 2)
    assert as_json["p95_ms"] == pytest.approx(195)
    assert as_json["routes"][0]["route"] == "api/v1/movies/<movie_id>"


@pytest.mark.parametrize(
    ("route", "counted"),
    [
        ("api/v1/movies/<movie_id>", True),
        ("api/v1/search/movies", True),
        ("api/v1/health", False),
        ("api/v1/health/ready", False),
        ("metrics", False),
        ("static", False),
        ("unmatched", False),
        ("", False),
        ("api/v1/", False),
    ],
)
def test_only_routes_of_the_api_count(route: str, counted: bool) -> None:
    assert counts(route) is counted


def test_quantile_is_interpolated_between_two_bounds() -> None:
    buckets = {0.1: 50.0, 0.2: 50.0, INF: 0.0}
    assert quantile(0.5, buckets) == pytest.approx(0.1)
    assert quantile(0.95, buckets) == pytest.approx(0.19)
    assert quantile(0.25, buckets) == pytest.approx(0.05)


def test_what_lies_above_every_bound_is_as_json_as_the_highest_bound() -> None:
    assert quantile(0.99, {0.1: 1.0, 5.0: 0.0, INF: 9.0}) == 5.0


def test_quantile_of_no_requests_is_none() -> None:
    assert quantile(0.5, {}) is None
    assert quantile(0.5, {0.1: 0.0, INF: 0.0}) is None


@given(st.lists(st.floats(0, 10), min_size=1), st.floats(0.01, 1))
def test_quantile_lies_in_the_bucket_of_the_true_one(seconds: list[float], q: float) -> None:
    bounds = [0.01, 0.1, 1.0, 10.0, INF]
    buckets = dict.fromkeys(bounds, 0.0)
    for each in seconds:
        buckets[next(bound for bound in bounds if each <= bound)] += 1
    true = sorted(seconds)[max(0, math.ceil(q * len(seconds) * (1 - 1e-12)) - 1)]
    upper = next(bound for bound in bounds if true <= bound)
    found = quantile(q, buckets)
    assert found is not None
    assert max([0.0, *(bound for bound in bounds if bound < upper)]) <= found <= upper * (1 + 1e-9)
