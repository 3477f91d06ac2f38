"""Watchers that lead, follow and take over, also while Redis or MongoDB is away.

Requirement C6.
"""

from __future__ import annotations

import logging
import time

import pytest
from redis import Redis

from merger.core.windows import HOUR
from tests.integration.layers.watched import LAPSE, Held, Watched, batch, bucket, moment


def test_one_watcher_leads_and_another_takes_over_where_it_ended(filled: Held, redis_client: Redis) -> None:
    first, second = Watched(filled, redis_client).settled(), Watched(filled, redis_client)
    second.ahead = first.ahead
    assert second.ticks() == frozenset()
    assert not second.watcher.is_leader
    first.ticks()  # leaves its snapshot in Redis
    filled.speed_views.insert_one(bucket(31, "stats", synced_at=first.now()))
    filled.speed_views.update_one({"movie_id": 1}, {"$set": {"data.popularity": 1.0}})
    time.sleep(LAPSE + 0.1)  # the leader hangs
    names = second.ticks()
    assert second.watcher.is_leader
    assert {"changed:movie:31", "changed:movie:1", "changed:stats"} <= names
    assert not {"all", "batch", "changed:movies"} & names
    assert first.ticks() == frozenset()
    assert not first.watcher.is_leader


def test_new_leader_repeats_the_batch_that_the_last_one_had_just_noticed(filled: Held, redis_client: Redis) -> None:
    first, second = Watched(filled, redis_client).settled(), Watched(filled, redis_client)
    filled.batch_views.insert_one(batch(first.now(), 2))
    assert "batch" in first.ticks()
    first.ticks()
    first.watcher.stop()
    second.ahead = first.ahead
    assert "batch" in second.ticks()


@pytest.mark.parametrize("redis_goes", [False, True], ids=["Redis there", "Redis away meanwhile"])
def test_follower_bumps_what_only_its_full_reread_found(filled: Held, redis_client: Redis, *, redis_goes: bool) -> None:
    """It computed answers without the change after the leader had bumped it."""
    first, second = (Watched(filled, redis_client, lapses_after=60.0) for _ in range(2))
    second.ahead = first.settled().ahead
    second.ranked()
    assert second.ticks() == frozenset()
    filled.speed_views.insert_one(bucket(41, "stats", 1, synced_at=second.now()))
    assert second.ticks() == frozenset(), "the leader finds that by its stamp, and bumps it"
    filled.speed_views.insert_one(bucket(42, "stats", 2, synced_at=second.now() - HOUR))
    if redis_goes:
        second.redis = None
    bumped = frozenset[str]()
    for limit in range(11, 51):
        first.ticks()
        bumped = second.ticks(later=5.0)
        assert not second.watcher.is_leader
        if 42 in second.ranked(limit):
            break
    if redis_goes:
        assert bumped == frozenset()
        first.ticks()
        second.redis = redis_client
        time.sleep(0.3)
        bumped = second.ticks(later=0)
        assert not second.watcher.is_leader
    assert bumped == {"changed:stats", "changed:movie:42"}
    assert 42 in second.ranked()
    assert not any([second.ticks(later=60.0) for _ in range(4)][2:]), "repeats end when older copies are gone"


def test_unreadable_state_of_the_last_leader_invalidates_everything(filled: Held, redis_client: Redis) -> None:
    redis_client.set("watched:w:state", b"\x80nonsense")
    assert Watched(filled, redis_client).ticks() == {"all"}


def test_changes_during_a_redis_outage_are_bumped_after_it(watched: Watched) -> None:
    redis, watched.redis = watched.redis, None
    watched.database.speed_views.insert_one(bucket(21, "stats", synced_at=watched.now()))
    assert watched.ticks() == frozenset()
    watched.redis = redis
    time.sleep(0.3)
    names = watched.ticks(later=0)
    assert {"changed:movie:21", "changed:stats"} <= names or "all" in names


@pytest.mark.parametrize("removed", [False, True])
def test_leader_bumps_what_only_a_full_reread_found(filled: Held, redis_client: Redis, *, removed: bool) -> None:
    watched = Watched(filled, redis_client, streams=False, lapses_after=60.0)
    filled.speed_views.insert_one(bucket(42, "stats", 2, synced_at=moment() - HOUR))
    watched.settled().ranked()
    while watched.ticks(later=5.0):
        pass
    if removed:
        filled.speed_views.delete_one({"movie_id": 42})
    else:
        filled.speed_views.update_one({"movie_id": 42}, {"$set": {"data.popularity": 1.0}})
    bumped = next(filter(None, (watched.ticks(later=5.0) for _ in range(40))), frozenset[str]())
    assert bumped == {"changed:stats", "changed:movie:42"}
    assert watched.watcher.is_leader
    watched.watcher.stop()


def test_reread_finds_during_a_redis_outage_are_bumped_after_it(filled: Held, redis_client: Redis) -> None:
    watched = Watched(filled, redis_client, streams=False).settled()
    watched.ranked()
    watched.ticks()
    watched.redis = None
    filled.speed_views.insert_one(bucket(42, "stats", 2, synced_at=watched.now() - HOUR))
    for limit in range(11, 51):
        assert watched.ticks(later=5.0) == frozenset()
        if 42 in watched.ranked(limit):
            break
    watched.redis = redis_client
    time.sleep(0.3)
    names = watched.ticks(later=0)
    assert watched.watcher.is_leader
    assert {"changed:movie:42", "changed:stats"} <= names or "all" in names
    assert 42 in watched.ranked()
    watched.watcher.stop()


def test_mongo_outage_is_logged_once_and_changes_are_noticed_after_it(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    watched.store.is_away = True
    with caplog.at_level(logging.WARNING, "merger.invalidation.watcher"):
        for _ in range(5):
            assert watched.ticks(later=20) == frozenset()
    assert [record.getMessage() for record in caplog.records] == [
        "Paused watching for changes: MongoDB is not answering. Retrying."
    ]
    watched.database.speed_views.insert_one(bucket(22, "stats", synced_at=watched.now()))
    watched.store.is_away = False
    assert {"changed:movie:22", "changed:stats"} <= watched.ticks()
