"""Percentiles and verdicts."""

from __future__ import annotations

import pytest

from benchmarks.harness.latencies import EndpointResult, Latencies, percentile
from benchmarks.harness.workload import Endpoint

ENDPOINT = Endpoint("movies/{id}", 100.0, ("/api/v1/movies/603",))


def latencies(p95: float, per_second: float = 500.0) -> Latencies:
    return Latencies(requests=100, per_second=per_second, p50=p95 / 2, p95=p95, p99=p95 + 1, slowest=p95 + 2)


@pytest.mark.parametrize(("percent", "expected"), [(0, 1.0), (50, 10.0), (95, 19.0), (99, 20.0), (100, 20.0)])
def test_a_percentile_is_a_value_that_was_measured(percent: float, expected: float) -> None:
    assert percentile([float(value) for value in range(1, 21)], percent) == expected


def test_a_single_request_is_every_percentile() -> None:
    assert Latencies.of([7.0], 2.0) == Latencies(1, 0.5, 7.0, 7.0, 7.0, 7.0)


def test_the_order_of_the_requests_does_not_matter() -> None:
    assert Latencies.of([3.0, 1.0, 2.0], 1.0) == Latencies.of([1.0, 2.0, 3.0], 1.0)


def test_a_target_that_is_just_reached_is_met() -> None:
    assert EndpointResult(ENDPOINT, cold=latencies(100.0), warm=latencies(100.0, 100.0)).misses == ()


def test_each_miss_is_named_with_its_figure() -> None:
    missed = EndpointResult(ENDPOINT, cold=latencies(100.2), warm=latencies(250.0, 99.0)).misses
    assert missed == ("cold p95 100.2 ms > 100 ms", "warm p95 250.0 ms > 100 ms", "99 requests/s < 100")
