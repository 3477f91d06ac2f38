"""The life of a cached answer: computed, held, served, stale, recomputed, kept for outages.

Requirements C3, C4, C7 and C8.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from redis import Redis

from merger.cache.entry import Entry
from merger.cache.generations import BATCH_GENERATION, of_changed_movie
from merger.cache.local_tier import MOST_BYTES, MOST_ENTRIES
from merger.cache.only_cached import NotCached, only_cached
from merger.cache.outcomes import Outcome, hit_rate
from merger.cache.terms import CacheRequest
from merger.errors import NotFound, StoreFault, StoreUnavailable
from tests.integration.cache.cached import TTL, Cached, about, absent

HOUR, DAY = 3600, 86_400
AWAY = StoreUnavailable("away")


def commands(redis: Redis) -> dict[str, int]:
    """Calls by command since the server's counters were reset, the counting's own aside."""
    found: dict[str, Any] = redis.info("commandstats")
    calls = {name.removeprefix("cmdstat_"): values["calls"] for name, values in found.items()}
    return {name: number for name, number in calls.items() if name not in ("info", "config|resetstat")}


def test_answer_is_computed_once_then_held_then_read_by_one_mget(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    assert cached.state(request) == "MISS"
    assert cached.take_asked() > 0
    assert [cached.state(request) for _ in range(3)] == ["HIT"] * 3
    assert cached.take_asked() == 0
    redis_client.config_resetstat()
    assert cached.after(1).state(request) == "HIT"
    assert commands(redis_client) == {"mget": 1}
    assert cached.take_asked() == 1
    assert cached.makes == 1


def test_answer_computed_by_one_process_is_read_by_another(redis_client: Redis) -> None:
    one = Cached(redis_client)
    other = Cached(redis_client, one)
    assert (one.state(about()), other.state(about())) == ("MISS", "HIT")
    assert (one.makes, other.makes) == (1, 0)


def test_process_holds_an_answer_no_longer_than_the_hold(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    assert cached.take_asked() > 0
    assert cached.after(0.99).state(request) == "HIT"
    assert cached.take_asked() == 0
    assert cached.after(0.01).state(request) == "HIT"
    assert cached.take_asked() == 1


def test_process_holds_no_answer_beyond_its_ttl(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    assert cached.after(TTL - 0.25).state(request) == "HIT"
    assert cached.after(0.3).state(request) == "STALE"


LATE = ["stale_answer: this answer is from 2027-01-15T08:00:00Z; it is being recomputed"]


@pytest.mark.parametrize(("late", "warned"), [(0, []), (30, []), (31, LATE)])
def test_stale_answer_warns_once_it_is_late_and_is_recomputed_in_the_background(
    redis_client: Redis, late: int, warned: list[str]
) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.value = 1
    state, value, warnings = cached.after(TTL + late).fetch(request)
    assert (state, value, warnings) == ("STALE", 0, warned)
    assert cached.background.run() == 1
    assert cached.fetch(request) == ("HIT", 1, [])
    assert cached.after(2).fetch(request) == ("HIT", 1, [])
    assert (cached.makes, cached.count(Outcome.REFRESH)) == (2, 1)


def test_many_requests_for_a_stale_answer_recompute_it_once(redis_client: Redis) -> None:
    one, request = Cached(redis_client), about()
    other = Cached(redis_client, one)
    one.state(request)
    one.after(TTL + 5)
    assert [cached.state(request) for cached in (one, other) * 3] == ["STALE"] * 6
    assert one.background.run() + other.background.run() == 2
    assert one.makes + other.makes == 2, "the second one saw that it had been done"
    assert {one.after(1).state(request), other.state(request)} == {"HIT"}


def test_answer_older_than_twice_its_ttl_is_computed_before_it_is_served(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.value = 1
    assert cached.after(2 * TTL).fetch(request) == ("MISS", 1, [])


def test_answer_that_keeps_for_a_moment_is_never_served_stale_while_the_store_works(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.ttl = 1
    cached.state(request)
    cached.value = 1
    assert cached.after(1.5).fetch(request) == ("MISS", 1, [])
    cached.error = AWAY
    assert cached.after(1.5).state(request) == "STALE"


def test_strict_request_never_gets_a_stale_answer(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.value = 1
    assert cached.after(TTL).state(request) == "STALE"
    assert cached.fetch(request, strict=True) == ("MISS", 1, [])
    cached.error = AWAY
    with pytest.raises(StoreUnavailable):
        cached.after(TTL).state(request, strict=True)


@pytest.mark.parametrize("age", [TTL + 31, 2 * TTL, HOUR, DAY - 2])
def test_old_answer_is_served_for_a_day_while_the_store_is_away(redis_client: Redis, age: int) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.error = AWAY
    state, value, warnings = cached.after(age).fetch(request)
    cached.background.run()
    assert (state, value) == ("STALE", 0)
    assert [warning.partition(":")[0] for warning in warnings] == ["stale_answer"]
    assert cached.after(1).state(request) == "STALE"


def test_answer_older_than_a_day_is_not_served_while_the_store_is_away(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.error = AWAY
    with pytest.raises(StoreUnavailable):
        cached.after(DAY).state(request)
    assert cached.count(Outcome.ERROR) == 1


def test_store_failure_without_an_old_answer_is_raised_and_not_cached(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    for error in (AWAY, StoreFault("broken")):
        cached.error = error
        with pytest.raises(type(error)):
            cached.state(request)
    assert redis_client.keys("tests:l:*") == [], "no claim is left behind"
    cached.error = None
    assert cached.state(request) == "MISS"


def test_answer_lost_by_redis_is_served_locally_while_the_store_is_away(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    redis_client.flushdb()
    cached.error = AWAY
    state, value, warnings = cached.after(HOUR).fetch(request)
    assert (state, value, len(warnings)) == ("STALE", 0, 1)
    with pytest.raises(StoreUnavailable):
        cached.after(2).state(request, strict=True)
    with pytest.raises(StoreUnavailable):
        cached.after(DAY).state(request)


def test_recovered_store_is_used_again_within_the_hold(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.error = AWAY
    assert cached.after(HOUR).state(request) == "STALE"
    cached.error, cached.value = None, 1
    assert cached.after(1).fetch(request) == ("MISS", 1, [])


def test_store_that_is_away_is_asked_once_per_hold(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.error = AWAY
    cached.after(HOUR)
    assert {cached.after(0.009).state(request) for _ in range(100)} == {"STALE"}
    assert cached.makes == 2


def test_slow_failure_of_the_store_does_not_use_up_the_hold(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.error, cached.while_making = AWAY, lambda: cached.after(2)
    cached.after(HOUR).state(request)
    assert cached.state(request) == "STALE"
    assert cached.makes == 2


def _finds_nothing(cached: Cached, request: CacheRequest) -> None:
    with pytest.raises(NotFound) as caught:
        cached.state(request)
    assert (caught.value.kind, caught.value.key, caught.value.near) == ("movie", 1, ())


def test_missing_movie_is_looked_up_once(redis_client: Redis) -> None:
    one, request = Cached(redis_client), about()
    other = Cached(redis_client, one)
    one.error = absent()
    for cached in (one, other, one, other):
        _finds_nothing(cached, request)
    assert one.makes + other.makes == 1


def test_missing_movie_is_looked_up_again_after_its_ttl(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.error = absent()
    _finds_nothing(cached, request)
    cached.error = None
    _finds_nothing(cached.after(29), request)
    assert cached.after(1).state(request) == "MISS"


def test_new_movie_is_found_as_soon_as_its_generation_is_bumped(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.error = absent()
    _finds_nothing(cached, request)
    cached.error = None
    cached.redis_tier.advance([of_changed_movie(1)])
    assert cached.state(request) == "MISS"


def test_expired_absence_is_not_served_while_the_store_is_away(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.error = absent()
    _finds_nothing(cached, request)
    cached.error = AWAY
    with pytest.raises(StoreUnavailable):
        cached.after(31).state(request)


def test_close_matches_of_a_missing_name_are_cached(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.error = NotFound("genre", "Dramma", ["Drama"])
    for _ in range(2):
        with pytest.raises(NotFound) as caught:
            cached.state(request)
        assert (caught.value.kind, caught.value.key, caught.value.near) == ("genre", "Dramma", ("Drama",))


@pytest.mark.parametrize("key", [10**30, "a\udc80b", "\x00", "x" * 5000])
def test_absence_of_any_text_can_be_cached(redis_client: Redis, key: object) -> None:
    cached, request = Cached(redis_client), about()
    cached.error = NotFound("movie", key)
    for _ in range(2):
        with pytest.raises(NotFound):
            cached.state(request)
    assert cached.makes == 1


def test_programming_error_is_raised_and_releases_the_claim(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    cached.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        cached.state(request)
    assert redis_client.keys("tests:l:*") == []
    cached.error = None
    assert cached.state(request) == "MISS"


def test_failed_background_refresh_is_tried_again(redis_client: Redis, caplog: pytest.LogCaptureFixture) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.after(TTL).state(request)
    cached.error = ZeroDivisionError()
    cached.background.run()
    assert "could not be recomputed" in caplog.text
    cached.error = None
    assert cached.after(1).state(request) == "STALE"
    cached.background.run()
    assert cached.state(request) == "HIT"


def test_each_request_is_counted_once_and_the_hit_rate_follows(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    states = [cached.after(0.5).state(request) for _ in range(10)]
    assert states == ["MISS"] + ["HIT"] * 9
    counts = cached.cache.counts.all()
    assert sum(counts.values()) == 10
    assert (cached.count(Outcome.MISS), cached.count(Outcome.HIT), cached.count(Outcome.HOT)) == (1, 4, 5)
    assert hit_rate(counts, "movies.details") == 0.9


@pytest.mark.parametrize("age", [0, 2])
def test_answer_stamped_by_a_clock_that_is_a_little_ahead_has_age_zero(redis_client: Redis, age: int) -> None:
    cached, request = Cached(redis_client), about()
    make = cached.make(request)

    def ahead(generations: tuple[str, ...]) -> Entry:
        return replace(make(generations), made=cached.now + 5)

    cached.cache.fetch(request, ahead)
    entry, state = cached.after(age).cache.fetch(request, ahead)
    assert (entry.age(cached.now), state) == (0.0, "HIT")


@pytest.mark.parametrize("step", [lambda c: c.after(0), lambda c: c.after(1.5)])
def test_every_tier_serves_the_same_bytes(redis_client: Redis, step: Callable[[Cached], Cached]) -> None:
    cached, request = Cached(redis_client), about()
    first, _ = cached.cache.fetch(request, cached.make(request))
    held = step(cached).cache.serve_local(request.ident, request.view)
    again = held.entry if held else cached.cache.fetch(request, cached.make(request))[0]
    assert (again.body, again.etag, again.made, again.ttl) == (first.body, first.etag, first.made, first.ttl)


def test_flood_of_distinct_requests_leaves_only_a_bounded_local_tier(redis_client: Redis) -> None:
    cached = Cached(redis_client)
    for movie_id in range(MOST_ENTRIES + 500):
        cached.error = absent(movie_id) if movie_id % 3 == 0 else None
        with suppress(NotFound):
            cached.state(about(movie_id))
    for movie_id in range(50):
        with suppress(NotFound):
            cached.after(TTL).state(about(movie_id))
        cached.background.run()
    assert len(cached.cache.local_tier) <= MOST_ENTRIES
    assert cached.cache.local_tier.bytes <= MOST_BYTES
    assert cached.cache._single_flight._under_way == {}
    assert cached.cache._refreshes._under_way == set()
    assert redis_client.keys("tests:l:*") == []


def test_caller_that_wants_none_computed_gets_what_is_cached_fresh_or_old(redis_client: Redis) -> None:
    cached, request = Cached(redis_client), about()
    with only_cached(), pytest.raises(NotCached):
        cached.state(request)
    assert (cached.state(request), cached.makes) == ("MISS", 1)
    with only_cached():
        assert cached.after(TTL - 1).state(request) in {"HIT", "STALE"}
        assert cached.after(2).state(request) == "STALE"
    redis_client.flushdb()
    with only_cached(), pytest.raises(NotCached):
        cached.after(2).state(request)


def test_a_process_that_is_starting_serves_invalidated_answers_with_a_warning_and_recomputes_them(
    redis_client: Redis,
) -> None:
    cached, request = Cached(redis_client), about()
    cached.state(request)
    cached.value = 1
    cached.redis_tier.advance([BATCH_GENERATION])
    cached.after(2).cache.is_starting = True
    assert cached.fetch(request) == ("STALE", 0, LATE)
    assert cached.background.run() == 1
    assert cached.after(2).fetch(request) == ("HIT", 1, [])
    cached.redis_tier.advance([BATCH_GENERATION])
    assert cached.after(2).state(request, strict=True) == "MISS"
    cached.redis_tier.advance([BATCH_GENERATION])
    cached.after(2).cache.is_starting = False
    assert cached.state(request) == "MISS"
