"""Needs of loads and hit rates of caches agree with cases that can be computed by hand."""

from __future__ import annotations

import pytest

from benchmarks.harness.zipf import SHARES
from benchmarks.scenarios.capacity import Capacity, Sizes
from benchmarks.scenarios.capacity_model import Cost, need
from benchmarks.scenarios.hit_rates import Demand, fresh_hit_rate, hit_rates

COST = Cost(cpu_ms=0.6, redis_commands=2, redis_cpu_ms=0.03, finds=0.1, bytes=1_000)


def test_a_load_needs_what_its_requests_cost() -> None:
    found = need(10_000, COST)
    assert found.cores == 10  # 6 busy ones, of which each is busy for 0.6
    assert found.redis_commands == 20_000
    assert found.redis_masters == 1  # busy for 0.3
    assert found.finds == pytest.approx(1_000)
    assert found.megabits == pytest.approx(80)
    assert need(100_000, COST).redis_masters == 5


def test_the_average_is_that_of_the_mix() -> None:
    one, other = "movies/{id}", "trending/movies"
    made = {one: Cost(1, 1, 1, 1, 1), other: Cost(2, 2, 2, 2, 2)}
    found = Capacity(COST, COST, made, COST, 0.1, Sizes(1, 1, 1, 1, 1), 0)
    expected = (SHARES[one] + 2 * SHARES[other]) / (SHARES[one] + SHARES[other])
    assert found.made_on_average.cpu_ms == pytest.approx(expected)


def test_with_uniform_demand_hit_rate_equals_cache_size() -> None:
    rates = hit_rates(Demand(1_000, 0.0, 40_000), [100, 500, 1_000])
    assert rates == pytest.approx([0.1, 0.5, 1.0], abs=0.02)


def test_larger_cache_hits_more_often_under_skewed_demand() -> None:
    small, large = hit_rates(Demand(10_000, 1.0, 40_000), [100, 1_000])
    assert 0.25 < small < large < 0.85


def test_expiring_answers_have_more_hits_under_higher_load() -> None:
    demand = Demand(1_000, 1.0, 40_000)
    seldom, often = (fresh_hit_rate(demand, load, 60) for load in (1, 100))
    assert seldom < often
    # One question, asked each second, fresh for ten: computed once and then served nine times.
    assert fresh_hit_rate(Demand(1, 1.0, 10_000), 1, 10) == pytest.approx(0.9)
