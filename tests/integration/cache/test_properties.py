"""The cache keeps its promises in any order of events.

Two processes over one Redis against a model that remembers when which version of a movie was in force.

Requirements C3, C4, C6 and C7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from redis import Redis

from merger.cache.generations import ALL_GENERATION, BATCH_GENERATION, of_changed_movie, of_movie, of_view
from merger.cache.terms import CacheRequest
from merger.errors import NotFound, StoreUnavailable
from tests.effort import examples
from tests.integration.cache.cached import TTL, Cached, about

HOLD, DAY, NEVER = 1.0, 86_400.0, -1e9
MOVIES = (1, 2)
movies, processes = st.sampled_from(MOVIES), st.integers(0, 1)


@dataclass
class Version:
    """Version of a movie's data, valid from a moment on; ``absent``: there is no such movie."""

    since: float
    absent: bool


class CacheMachine(RuleBasedStateMachine):
    """Events that a cache may meet, and invariants of each of its answers."""

    redis: Redis

    def __init__(self) -> None:
        super().__init__()
        self.redis.flushdb()
        self.world = Cached(self.redis)
        self.group = [self.world, Cached(self.redis, self.world)]
        self.versions = {movie: [Version(NEVER, absent=False)] for movie in MOVIES}
        self.made_at: dict[tuple[int, int], float] = {}
        self.away_until = NEVER
        self.world.value_of = self.current

    @property
    def now(self) -> float:
        return self.world.moment

    @property
    def is_away(self) -> bool:
        return self.world.error is not None

    def current(self, request: CacheRequest) -> int:
        """The version that a making finds; notes the moment."""
        movie = int(str(request.key).rpartition(":")[2])
        if self.is_away:
            raise StoreUnavailable("away")
        if self.versions[movie][-1].absent:
            raise NotFound("movie", movie)
        version = len(self.versions[movie]) - 1
        self.made_at[movie, version] = self.now
        return version

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 29.0, 31.0, TTL - 1.0, float(TTL), 2.0 * TTL, 7200.0, DAY]))
    def time_passes(self, seconds: float) -> None:
        self.world.moment += seconds
        if self.is_away:
            self.away_until = self.now

    @rule(movie=movies, absent=st.sampled_from([False, False, True]), how=st.sampled_from([of_changed_movie, of_movie]))
    def a_movie_changes(self, movie: int, absent: bool, how: Callable[[int], str]) -> None:
        self.versions[movie].append(Version(self.now, absent))
        self.group[1].redis_tier.advance([how(movie)])

    @rule(name=st.sampled_from([ALL_GENERATION, BATCH_GENERATION, of_view("movies.details"), of_view("another")]))
    def something_else_is_raised(self, name: str) -> None:
        self.world.redis_tier.advance([name])

    @rule()
    def the_store_goes_or_comes(self) -> None:
        self.world.error = None if self.is_away else StoreUnavailable("away")
        self.away_until = self.now

    @rule(process=processes)
    def the_background_gets_its_turn(self, process: int) -> None:
        self.group[process].background.run()

    @rule(movie=movies, value=st.sampled_from([b"", b"poison", None]))
    def an_entry_is_spoiled_or_evicted(self, movie: int, value: bytes | None) -> None:
        key = self.world.stored(about(movie))
        self.redis.delete(key) if value is None else self.redis.set(key, value)

    @rule()
    def redis_is_emptied(self) -> None:
        self.redis.flushdb()

    @rule(movie=movies, process=processes, strict=st.booleans())
    def request_arrives(self, movie: int, process: int, strict: bool) -> None:
        before = self.group[process].makes
        try:
            state, version, warnings = self.group[process].fetch(about(movie), strict=strict)
        except NotFound:
            assert self.versions[movie][-1].absent, "that there was nothing is not remembered over a change"
            return
        except StoreUnavailable:
            assert self.is_away
            return
        made_here = self.group[process].makes > before
        age = self.now - self.made_at[movie, version]
        assert bool(warnings) == (state == "STALE")
        if state == "STALE":
            assert not strict
            assert age < DAY + HOLD
            if self.now - self.away_until >= HOLD:
                assert age < 2 * TTL + HOLD
                assert version >= self.in_force(movie)
            return
        assert made_here == (state == "MISS")
        assert age < TTL
        assert version >= self.in_force(movie)
        if state == "MISS":
            assert version == len(self.versions[movie]) - 1
            assert not self.versions[movie][-1].absent

    def in_force(self, movie: int) -> int:
        """The oldest version that may still be given: what was in force a hold ago."""
        return max(n for n, version in enumerate(self.versions[movie]) if version.since <= self.now - HOLD)


def test_no_answer_is_older_than_promised_in_any_course_of_events(redis_client: Redis) -> None:
    CacheMachine.redis = redis_client
    run_state_machine_as_test(
        CacheMachine,
        settings=settings(
            max_examples=examples(150),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
