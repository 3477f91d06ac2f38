"""Sampled answers are compared with the batch that covers their days later, over real stores.

Requirement M16.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from merger import meters
from merger.answers.service import MergeService
from merger.cache.answer_cache import AnswerCache
from merger.cache.redis_tier import RedisTier
from merger.configuration import policy
from merger.contract.documents import Contract
from merger.core.windows import DAY, HOUR, Granularity, parse_span
from merger.drift.answer_audit import AnswerAudit
from merger.drift.quality import Tally
from merger.drift.sampling import AnswerSample
from merger.drift.shared_answers import SharedAnswers
from merger.errors import StoreUnavailable
from merger.stores.mongo.store import MongoStore
from merger.stores.redis.link import RedisLink, RedisTrouble
from merger.views.freshness import TTLClass
from movies.selectors import SENTIMENT, MovieSentiment
from tests.unit.merger.documents import Raw, at, bucket, point

Stored = Database[dict[str, Any]]
NOW = at("2026-03-10 10:30")
TODAY, YESTERDAY = at("2026-03-10 00:00"), at("2026-03-09 00:00")
DATE = "2026-03-09"
MOVIES = range(1, 21)
TRUE = 240
"""Reviews of each movie, yesterday: 10 an hour."""


def hours(reviews: Callable[[int], int]) -> list[Raw]:
    """What the speed layer counts, hour by hour until now; ``reviews`` gives the count of an hour of yesterday."""
    count = int((NOW - YESTERDAY) / HOUR) + 1
    return [
        bucket(hour, reviews(index) if index < 24 else 10, movie_id=movie, synced_at=min(hour + HOUR, NOW))
        for movie in MOVIES
        for index, hour in enumerate(YESTERDAY + index * HOUR for index in range(count))
    ]


def days(day: datetime, reviews: int = TRUE) -> list[Raw]:
    """The batch that covers a day and ends with it."""
    return [
        point(day.date().isoformat(), reviews, day + DAY, movie_id=movie, computed_at=day + DAY + HOUR)
        for movie in MOVIES
    ]


class World:
    """A service over real stores, which samples every question, and a clock that the test moves."""

    def __init__(self, database: Stored, redis: Redis) -> None:
        self.database, self.redis, self.now = database, redis, NOW
        self.is_away = False
        self.sample = AnswerSample(one_in=1)
        self.shared = SharedAnswers(RedisLink(self.connection, retry_seconds=0.05), "quality-tests:")
        tier = RedisTier(RedisLink(lambda: redis), "cache-tests:")
        self.cache = AnswerCache(tier, b"secret", clock=self.seconds, monotonic=self.monotonic)
        self.store = _FlakyStore(database, 2.0)
        self.service = MergeService(
            store=self.store,
            cache=self.cache,
            contract=Contract(),
            policy=policy(),
            ttl=dict.fromkeys(TTLClass, 600),
            clock=lambda: self.now,
            monotonic=self.monotonic,
            on_computed=self.sample.note,
        )
        self.audit = AnswerAudit(self.service.layers, self.store, Contract(), self.sample, self.shared)

    def connection(self) -> Redis:
        if self.is_away:
            raise RedisConnectionError("down")
        return self.redis

    def seconds(self) -> float:
        return self.now.timestamp()

    def monotonic(self) -> float:
        return (self.now - NOW).total_seconds()

    def forget_cached(self) -> None:
        self.cache.local_tier.clear()
        for key in self.redis.keys("cache-tests:*"):
            self.redis.delete(key)

    def ask_all(self, window: str = "7d") -> None:
        for movie in MOVIES:
            self.service.fetch(SENTIMENT, MovieSentiment(movie, parse_span(window), Granularity.DAY))

    def cover(self, reviews: int = TRUE) -> None:
        """A batch writes yesterday."""
        self.database.batch_views.insert_many(days(YESTERDAY, reviews))
        self.now += timedelta(minutes=10)

    def result(self) -> Tally:
        found = self.shared.results(self.now)
        assert set(found) <= {DATE}
        return sum((tally for ages in found.values() for tally in ages.values()), Tally())


class _FlakyStore(MongoStore):
    """A store that can be down for the audit."""

    is_down = False

    def find(self, find: Any) -> Any:
        if self.is_down:
            raise StoreUnavailable("down")
        return super().find(find)


@pytest.fixture
def make_world(indexed_database: Stored, redis_client: Redis) -> Callable[[Callable[[int], int]], World]:
    def make(reviews: Callable[[int], int]) -> World:
        indexed_database.speed_views.insert_many(hours(reviews))
        indexed_database.batch_views.insert_many(days(YESTERDAY - DAY))
        return World(indexed_database, redis_client)

    return make


Make = Callable[[Callable[[int], int]], World]


@pytest.mark.parametrize(
    ("reviews", "error"),
    [
        (lambda _: 10, 0.0),
        (lambda _: 9, -0.1),  # the speed layer loses 10 %
        (lambda _: 20, 1.0),  # it counts each event twice
        (lambda hour: 20 if hour < 6 else 10, 0.25),
        (lambda hour: 0 if hour < 12 else 20, 0.0),  # the hours are wrong, the day is right
    ],
    ids=["right", "loses 10 %", "counts twice", "counts six hours twice", "counts later"],
)
def test_the_error_of_a_planted_speed_layer_shows_with_its_sign(
    make_world: Make, reviews: Callable[[int], int], error: float
) -> None:
    world = make_world(reviews)
    world.ask_all()
    world.audit.keep()
    world.audit.compare()
    assert world.result() == Tally(), "the batch does not cover the day yet"
    world.cover()
    world.audit.compare()
    found = world.result()
    assert (found.answers, found.batch, found.incomplete) == (len(MOVIES), TRUE * len(MOVIES), 0)
    assert found.error == pytest.approx(error)
    assert found.mismatch == (1.0 if error else 0.0)
    assert (found.missing > 0, found.extra > 0) == (error < 0, error > 0)


def test_errors_that_cancel_out_still_count_as_missing_and_extra(make_world: Make) -> None:
    world = make_world(lambda _: 10)
    for movie, factor in ((1, 0), (2, 2)):
        query = {"movie_id": movie, "hour": {"$lt": TODAY}}
        world.database.speed_views.update_many(query, {"$mul": {"data.review_count": factor}})
    world.ask_all()
    world.audit.keep()
    world.cover()
    world.audit.compare()
    found = world.result()
    assert (found.error, found.missing, found.extra, found.different) == (0.0, TRUE, TRUE, 2)


def test_a_movie_that_the_speed_layer_never_saw_is_missing_whole(make_world: Make) -> None:
    world = make_world(lambda _: 10)
    world.database.speed_views.delete_many({"movie_id": 5, "hour": {"$lt": TODAY}})
    world.ask_all()
    world.audit.keep()
    world.cover()
    world.audit.compare()
    assert (world.result().missing, world.result().different) == (TRUE, 1)


def test_an_answer_that_named_the_hours_it_lacked_counts_apart(make_world: Make) -> None:
    world = make_world(lambda _: 10)
    world.database.speed_views.delete_many({"hour": YESTERDAY + 5 * HOUR})
    world.ask_all()
    world.audit.keep()
    world.cover()
    world.audit.compare()
    assert world.result() == Tally(incomplete=len(MOVIES))


def test_an_answer_is_compared_once_and_hits_are_not_sampled(make_world: Make) -> None:
    world = make_world(lambda _: 9)
    for _ in range(3):
        world.ask_all()
    assert len(world.sample.take()) == len(MOVIES)
    world.forget_cached()
    world.ask_all()
    world.audit.keep()
    world.cover()
    for _ in range(3):
        world.audit.compare()
    assert world.result().answers == len(MOVIES)
    assert world.shared.waiting(world.now) == []


def test_results_are_told_apart_by_the_age_of_the_answer(make_world: Make) -> None:
    world = make_world(lambda _: 9)
    for moment in (TODAY + HOUR / 2, TODAY + 3 * HOUR, NOW):
        world.now = moment
        world.forget_cached()
        world.ask_all()
        world.audit.keep()
    world.cover()
    world.audit.compare()
    found = world.shared.results(world.now)[DATE]
    assert {age: tally.answers for age, tally in found.items()} == dict.fromkeys(("1h", "6h", "24h"), len(MOVIES))


def test_metrics_count_what_was_compared(make_world: Make) -> None:
    def shown() -> list[float]:
        return [
            meters.LIVE_ANSWERS.labels("24h", "different")._value.get(),
            meters.LIVE_ANSWER_REVIEWS.labels("24h", "missing")._value.get(),
            meters.LIVE_ANSWER_REVIEWS.labels("24h", "batch")._value.get(),
        ]

    world = make_world(lambda _: 9)
    before = shown()
    world.ask_all()
    world.audit.keep()
    world.cover()
    world.audit.compare()
    grown = [now - then for now, then in zip(shown(), before, strict=True)]
    assert grown == [len(MOVIES), 24 * len(MOVIES), TRUE * len(MOVIES)]


def test_a_store_that_fails_leaves_the_answers_waiting(make_world: Make) -> None:
    world = make_world(lambda _: 9)
    world.ask_all()
    world.audit.keep()
    world.cover()
    world.store.is_down = True
    with pytest.raises(StoreUnavailable):
        world.audit.compare()
    world.store.is_down = False
    world.audit.compare()
    assert world.result().answers == len(MOVIES)


def test_without_redis_nothing_is_kept_and_answers_go_on(make_world: Make) -> None:
    world = make_world(lambda _: 9)
    world.is_away = True
    world.ask_all()
    world.audit.keep()
    assert world.sample.take() == []
    with pytest.raises(RedisTrouble):
        world.audit.compare()
