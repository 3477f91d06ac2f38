"""Generations invalidate any number of entries in one step.

Requirement C6.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import override_settings
from redis import Redis

from merger import wiring
from merger.cache.generations import (
    ALL_GENERATION,
    BATCH_GENERATION,
    of_changed_movie,
    of_changed_type,
    of_movie,
    of_view,
)
from merger.cache.terms import CacheRules
from merger.errors import StoreUnavailable
from tests.integration.cache.cached import TTL, Cached, about, ranking

QUESTIONS = (
    about(1),
    about(2),
    about(1, "movies.stats"),
    about(2, "movies.stats"),
    ranking(),
    ranking("stats", "search.movies"),
)
EVERY = frozenset(range(len(QUESTIONS)))


def outdated(cached: Cached) -> set[int]:
    """The requests that are recomputed after the hold."""
    cached.after(1)
    return {number for number, request in enumerate(QUESTIONS) if cached.state(request) == "MISS"}


@pytest.fixture
def cached(redis_client: Redis) -> Cached:
    found = Cached(redis_client)
    assert outdated(found) == EVERY
    assert outdated(found) == set()
    return found


RAISED = [
    (ALL_GENERATION, EVERY),
    (BATCH_GENERATION, EVERY),
    (of_view("movies.details"), {0, 1}),
    (of_view("search.movies"), {5}),
    (of_movie(1), {0, 2}),
    (of_changed_movie(2), {1, 3}),
    (of_changed_type("trending"), {4}),
    (of_changed_type("stats"), {5}),
    (of_movie(3), set()),
]


@pytest.mark.parametrize(("name", "expected"), RAISED)
def test_bumped_generation_invalidates_only_answers_that_depend_on_it(
    cached: Cached, name: str, expected: set[int]
) -> None:
    for _ in range(2):
        cached.redis_tier.advance([name])
        assert outdated(cached) == expected
        assert outdated(cached) == set()


def test_several_generations_are_bumped_in_one_round_trip(cached: Cached) -> None:
    cached.take_asked()
    cached.redis_tier.advance([of_movie(1), of_movie(2), of_view("search.movies")])
    assert cached.take_asked() == 1
    assert outdated(cached) == {0, 1, 2, 3, 5}


def test_bumping_costs_the_same_however_much_is_cached(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    for movie_id in range(300):
        cached.state(about(movie_id))
    redis_client.config_resetstat()
    cached.redis_tier.advance([ALL_GENERATION])
    calls: dict[str, Any] = redis_client.info("commandstats")
    assert sum(values["calls"] for values in calls.values()) <= 5
    assert [cached.after(1).state(about(movie_id)) for movie_id in (0, 150, 299)] == ["MISS"] * 3


def test_invalidation_never_scans_keys(cached: Cached, redis_client: Redis) -> None:
    redis_client.config_resetstat()
    cached.redis_tier.advance([ALL_GENERATION, of_movie(1)])
    assert outdated(cached) == EVERY
    cached.after(TTL)
    assert {cached.state(request) for request in QUESTIONS} == {"STALE"}
    cached.background.run()
    used = {name.removeprefix("cmdstat_") for name in redis_client.info("commandstats")}
    assert used.isdisjoint({"keys", "scan", "dbsize", "flushdb", "flushall", "sscan", "hscan", "zscan"})
    assert "mget" in used


def test_invalidation_reaches_every_process_within_the_hold(cached: Cached, redis_client: Redis) -> None:
    other = Cached(redis_client, cached)
    assert other.state(about()) == "HIT"
    other.after(0.5).redis_tier.advance([of_movie(1)])
    cached.value = 1
    assert other.after(0.4).fetch(about())[1] == 0
    assert other.after(0.1).fetch(about())[1] == 1


def test_invalidated_answer_is_served_when_the_store_is_away(cached: Cached) -> None:
    cached.redis_tier.advance([of_movie(1)])
    cached.error = StoreUnavailable("away")
    state, value, warnings = cached.after(1).fetch(about())
    assert (state, value, len(warnings)) == ("STALE", 0, 1)
    with pytest.raises(StoreUnavailable):
        cached.fetch(about(), strict=True)
    cached.error, cached.value = None, 1
    assert cached.after(1).fetch(about()) == ("MISS", 1, [])


def test_answer_computed_during_an_invalidation_is_invalid_at_once(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.while_making = lambda: cached.redis_tier.advance([of_movie(1)])
    assert cached.state(request) == "MISS"
    cached.while_making = lambda: None
    assert cached.after(1).state(request) == "MISS"
    assert cached.after(1).state(request) == "HIT"


def test_slowly_computed_answer_is_held_from_its_request_on(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()

    def slow() -> None:
        cached.after(0.5).redis_tier.advance([of_movie(1)])
        cached.value = 1
        cached.after(2)

    cached.while_making = slow
    assert cached.fetch(request)[1] == 0
    cached.while_making = lambda: None
    assert cached.fetch(request) == ("MISS", 1, []), "the invalidation is two seconds old"


def test_evicted_generation_costs_one_computation(cached: Cached, redis_client: Redis) -> None:
    cached.redis_tier.advance([of_movie(1)])
    assert outdated(cached) == {0, 2}
    assert redis_client.delete(f"tests:g:{of_movie(1)}") == 1
    assert outdated(cached) == {0, 2}
    cached.after(1).take_asked()
    assert cached.state(about()) == "HIT"
    assert cached.take_asked() == 1


def test_evicted_generation_does_not_revive_invalidated_answers(cached: Cached, redis_client: Redis) -> None:
    cached.redis_tier.advance([of_movie(1)])
    assert outdated(cached) == {0, 2}
    cached.redis_tier.advance([of_movie(1)])
    cached.value = 1
    redis_client.delete(f"tests:g:{of_movie(1)}")
    assert cached.after(1).fetch(about())[1] == 1


def test_emptied_redis_is_filled_again(cached: Cached, redis_client: Redis) -> None:
    redis_client.flushdb()
    assert outdated(cached) == EVERY
    assert outdated(cached) == set()


def test_entry_stored_after_redis_was_emptied_does_not_count(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()

    def emptied() -> None:
        time.sleep(0.002)  # generations are milliseconds, and the next one must not be of the same
        redis_client.flushdb()

    cached.while_making = emptied
    assert cached.state(request) == "MISS"
    cached.while_making = lambda: None
    assert cached.after(1).state(request) == "MISS"


def test_generation_of_a_movie_outlives_the_entries_that_it_invalidates(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    cached.redis_tier.advance(
        [of_movie(1), of_changed_movie(1), ALL_GENERATION, BATCH_GENERATION, of_view("x"), of_changed_type("stats")]
    )
    kept: dict[str, Any] = {
        name: redis_client.ttl(f"tests:g:{name}")
        for name in (of_movie(1), of_changed_movie(1), ALL_GENERATION, of_view("x"))
    }
    assert kept.pop(ALL_GENERATION) == kept.pop("view:x") == -1
    assert all(2 * 86_400 - 5 < seconds <= 2 * 86_400 for seconds in kept.values())


@pytest.mark.parametrize("stale_if_error", [0, 60, 86_400])
def test_generations_outlive_entries_under_any_settings(
    redis_client: Redis, mongo_uri: str, stale_if_error: int
) -> None:
    with override_settings(CACHE_STALE_IF_ERROR=stale_if_error, CACHE_TTL_VERY_STABLE=40_000):
        wiring.service.cache_clear()
        shared, rules = wiring.service().cache.redis_tier, wiring.service().cache.rules
    wiring.service.cache_clear()
    cached = Cached(redis_client, namespace=shared.namespace, rules=rules)
    cached.ttl = 40_000
    cached.state(about())
    shared.advance([of_movie(1)])
    entry, generation = (redis_client.ttl(cached.stored(about())), redis_client.ttl(f"{cached.namespace}g:movie:1"))
    assert 0 < entry < generation


def test_longer_hold_slows_invalidation(redis_client: Redis) -> None:
    cached = Cached(redis_client, rules=CacheRules(hold=10))
    cached.state(about())
    cached.redis_tier.advance([ALL_GENERATION])
    assert cached.after(9.9).state(about()) == "HIT"
    assert cached.after(0.1).state(about()) == "MISS"
