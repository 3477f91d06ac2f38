"""Kept answers and results in Redis: bounded, shared, and safe from what others write there.

Requirement M16.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis import Redis

from merger.core.windows import DAY, HOUR
from merger.drift.quality import KeptAnswer, Tally
from merger.drift.shared_answers import KEPT_HOURS, MOST_PER_HOUR, RESULT_DAYS, SharedAnswers
from merger.stores.redis.link import RedisLink
from tests.unit.merger.documents import at

NOW = at("2026-03-10 10:30")
ANSWER = KeptAnswer(
    "a:1",
    "movies.sentiment 550",
    550,
    "2026-03-09",
    NOW,
    90,
    "3f2a9c-2026031010-9be07c51d2a4~",
    None,
    "2026-03-10T10:00:00Z",
)
LONG = replace(ANSWER, asked="x" * 200, key="movies.sentiment:" + "f" * 24, movie_id=10**9, reviews=10**9)


@pytest.fixture
def shared(redis_client: Redis) -> SharedAnswers:
    return SharedAnswers(RedisLink(lambda: redis_client), "t:")


def test_kept_answers_come_back_as_they_were(shared: SharedAnswers) -> None:
    others = [ANSWER, replace(ANSWER, day="2026-03-08"), replace(ANSWER, key="a:2", made=NOW - DAY, is_incomplete=True)]
    shared.keep(others)
    assert sorted(shared.waiting(NOW), key=others.index) == others
    shared.forget(others[:2])
    assert shared.waiting(NOW) == others[2:]
    shared.forget(others)
    assert shared.waiting(NOW) == []


def test_a_question_is_kept_once_an_hour_by_all_processes(shared: SharedAnswers) -> None:
    shared.keep([ANSWER, replace(ANSWER, reviews=91)])
    shared.keep([replace(ANSWER, reviews=92)])
    shared.keep([replace(ANSWER, reviews=93, made=NOW + HOUR)])
    assert sorted(each.reviews for each in shared.waiting(NOW + HOUR)) == [90, 93]


def test_what_is_kept_is_bounded_in_number_bytes_and_time(shared: SharedAnswers, redis_client: Redis) -> None:
    shared.keep(replace(LONG, key=f"{LONG.key[:-6]}{number:06x}") for number in range(MOST_PER_HOUR + 50))
    shared.keep([replace(LONG, key="one more")])
    assert len(shared.waiting(NOW)) == MOST_PER_HOUR
    (key,) = redis_client.keys("t:*")
    assert sum(len(value) for value in redis_client.hvals(key)) < 500 * MOST_PER_HOUR
    assert 0 < redis_client.ttl(key) <= (KEPT_HOURS + 1) * 3600
    assert shared.waiting(NOW + (KEPT_HOURS + 1) * HOUR) == []


def test_results_add_up_by_day_and_age(shared: SharedAnswers, redis_client: Redis) -> None:
    one = Tally(answers=2, different=1, incomplete=3, batch=100, missing=10, extra=1)
    for _ in range(2):
        shared.add({("2026-03-09", "1h"): one, ("2026-03-08", "older"): one})
    shared.add({})
    found = shared.results(NOW)
    assert [*found] == ["2026-03-09", "2026-03-08"]
    assert found["2026-03-09"] == {"1h": one + one}
    assert all(0 < redis_client.ttl(key) <= (RESULT_DAYS + 1) * 86400 for key in redis_client.keys("t:*"))
    assert shared.results(NOW + (RESULT_DAYS + 9) * DAY) == {}


def test_what_others_write_is_passed_over(shared: SharedAnswers, redis_client: Redis) -> None:
    redis_client.set("t:answers:20260310T10", "text")
    redis_client.set("t:quality:2026-03-09", "text")
    shared.keep([ANSWER])
    shared.add({("2026-03-09", "1h"): Tally(answers=1)})
    shared.forget([ANSWER])
    assert (shared.waiting(NOW), shared.results(NOW)) == ([], {})
    redis_client.hset("t:answers:20260310T09", mapping={"a": "{}", "b": b"\xff", "c": '{"key":1}'})
    redis_client.hset(
        "t:quality:2026-03-08", mapping={"1h|answers": "x", "2h|answers": "1", b"\xff": "1", "1h|odd": "1"}
    )
    assert (shared.waiting(NOW), shared.results(NOW)) == ([], {})
