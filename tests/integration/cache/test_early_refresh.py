"""Simulation: a popular answer is recomputed once per TTL, before it ends, and no caller waits.

Requirement C3.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from redis import Redis

from tests.integration.cache.cached import Cached, about

RATE = 1000
"""Requests per second."""
COST = 0.05
"""Seconds that a making takes."""
TTL = 60
PERIODS = 2
REQUESTS = RATE * TTL * PERIODS


@dataclass
class Simulated:
    """Result of a simulation."""

    makes: int = 0
    states: Counter[str] = field(default_factory=Counter)


def with_naive_expiry() -> int:
    """Computations after the first one where each caller that finds no fresh answer computes it."""
    fresh_until, ready, makes = float(TTL), 0.0, 0
    for number in range(REQUESTS):
        now = number / RATE
        if now >= fresh_until and now < ready + COST:
            makes += 1
        elif now >= fresh_until:
            makes, ready = makes + 1, now
        if ready and now >= ready + COST:
            fresh_until, ready = ready + TTL, 0.0
    return makes


def with_the_cache(redis: Redis, processes: int) -> Simulated:
    """The same, taken in turns by so many processes; a refresh is done ``COST`` seconds after it was begun."""
    world, found = Cached(redis), Simulated()
    world.ttl, world.cost = TTL, COST
    group = [world, *(Cached(redis, world) for _ in range(processes - 1))]
    request, due = about(), [0.0] * processes
    for number in range(REQUESTS):
        world.moment, turn = number / RATE, number % processes
        cached = group[turn]
        if cached.background.waiting and world.moment >= due[turn]:
            cached.background.run()
        held = cached.cache.serve_local(request.ident, request.view)
        found.states[held.state if held else cached.cache.fetch(request, cached.make(request))[1]] += 1
        if cached.background.waiting and world.moment >= due[turn]:
            due[turn] = world.moment + COST
    found.makes = sum(cached.makes for cached in group)
    return found


def test_plain_expiry_lets_many_callers_compute_the_same_answer() -> None:
    assert with_naive_expiry() >= RATE * COST


@pytest.mark.parametrize("processes", [1, 4])
def test_early_refresh_computes_once_per_ttl_and_no_caller_waits(redis_client: Redis, processes: int) -> None:
    random.seed(3)
    found = with_the_cache(redis_client, processes)
    assert PERIODS <= found.makes <= PERIODS + 1, "the first one, and one ahead of each end"
    assert found.states["MISS"] == 1, "the first one of all"
    assert found.states["STALE"] <= RATE * COST * (PERIODS - 1)
    assert found.states["HIT"] >= REQUESTS * 0.999
