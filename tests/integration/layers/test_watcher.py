"""Changed data invalidates the answers computed from it: watchers over real stores.

Requirement C6.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from redis import Redis

from merger import configuration
from merger.core.windows import HOUR, floor_hour
from merger.invalidation.change_stream import MAX_EVENTS
from tests.integration.layers.watched import Held, Watched, batch, bucket, fill, moment
from tests.integration.serving.test_serve import served


def test_published_or_rolled_back_run_invalidates_batch_answers_at_the_next_tick(watched: Watched) -> None:
    records = watched.database.batch_runs
    watched.database.batch_views.insert_one({**batch(watched.now(), 2), "batch_run_id": "new"})
    records.insert_one({"batch_run_id": "new", "status": "running"})
    for status in ("published", "rolled_back"):
        while watched.ticks(later=100):
            pass
        records.update_one({"batch_run_id": "new"}, {"$set": {"status": status}})
        assert "batch" in watched.ticks()


def test_first_start_invalidates_everything_once(filled: Held, redis_client: Redis) -> None:
    first = Watched(filled, redis_client)
    assert first.ticks() == {"all"}
    assert first.ticks() == frozenset()


def test_new_batch_is_bumped_again_while_it_may_still_be_written(watched: Watched) -> None:
    watched.database.batch_views.insert_one(batch(watched.now(), 2))
    assert watched.ticks() == {"batch"}
    began = watched.now()
    bumped = [(watched.now() - began).total_seconds() for _ in range(200) if "batch" in watched.ticks(later=2)]
    assert len(bumped) == 4
    for second, expected in zip(bumped, (5, 15, 60, 300), strict=True):
        assert expected - 0.5 <= second <= expected + 3


def test_newer_bucket_invalidates_its_movie_and_its_type_and_repeats(watched: Watched) -> None:
    watched.database.speed_views.insert_one(bucket(7, "trending", synced_at=watched.now()))
    first = watched.ticks()
    assert {"changed:movie:7", "changed:trending"} <= first
    assert not {"batch", "changed:stats", "changed:movies"} & first
    later = [watched.ticks() for _ in range(8)]
    assert sum("changed:trending" in names for names in later) in (1, 2)
    assert later[-3:] == [frozenset()] * 3


def test_documents_in_other_spellings_invalidate_their_movie(watched: Watched) -> None:
    foreign = bucket(8, "stats", synced_at=watched.now())
    foreign["view_type"] = foreign.pop("data_type")
    watched.database.speed_views.insert_one(foreign)
    names = frozenset().union(*(watched.ticks(later=20) for _ in range(3)))
    assert {"changed:movie:8", "changed:stats"} <= names


def test_stamp_that_is_text_invalidates_its_movie(filled: Held, redis_client: Redis) -> None:
    found = Watched(filled, redis_client, streams=False).settled()
    filled.speed_views.insert_one(bucket(9, "trending") | {"synced_at": found.now().isoformat()})
    first = frozenset().union(*(found.ticks(later=20) for _ in range(3)))
    assert {"changed:movie:9", "changed:trending"} <= first, "new forms of stamps are looked for now and then"
    filled.speed_views.insert_one(bucket(10, "trending") | {"synced_at": found.now().isoformat()})
    assert {"changed:movie:10", "changed:trending"} <= found.ticks() | found.ticks()


def test_sync_that_only_stamps_anew_invalidates_nothing(watched: Watched) -> None:
    speed = watched.database.speed_views
    speed.insert_many([bucket(movie, "trending", ago, watched.now()) for movie in range(20) for ago in range(4)])
    watched.service.warm_up()  # as every worker does when it starts: the hours since the cutoff are kept
    while watched.ticks(later=5):
        pass
    speed.update_many({}, {"$set": {"synced_at": watched.now()}})
    assert [watched.ticks() for _ in range(5)] == [frozenset()] * 5
    for document in list(speed.find()):
        speed.replace_one({"_id": document["_id"]}, document | {"synced_at": watched.now()})
    assert [watched.ticks() for _ in range(5)] == [frozenset()] * 5
    speed.update_one({"movie_id": 7}, {"$set": {"synced_at": watched.now(), "data.velocity": 1.0}})
    assert {"changed:movie:7", "changed:trending"} <= watched.ticks() | watched.ticks()


def test_stamp_that_arrives_late_invalidates_its_movie(watched: Watched) -> None:
    now = watched.now()
    watched.database.speed_views.insert_one(bucket(10, "stats", synced_at=now))
    watched.ticks()
    watched.database.speed_views.insert_one(bucket(11, "stats", synced_at=now - timedelta(seconds=5)))
    watched.database.speed_views.insert_one(bucket(12, "stats", synced_at=now + timedelta(seconds=1)))
    assert {"changed:movie:11", "changed:movie:12"} <= watched.ticks(later=2)


def test_too_many_changed_movies_invalidate_every_movie(watched: Watched) -> None:
    now = watched.now()
    watched.database.speed_views.insert_many([bucket(number, "stats", synced_at=now) for number in range(2_100)])
    names = watched.ticks()
    assert {"changed:movies", "changed:stats"} <= names
    assert not any(name.startswith("changed:movie:") for name in names)


def test_lost_hour_invalidates_every_movie(watched: Watched) -> None:
    watched.database.speed_views.delete_many({"hour": floor_hour(moment()) - 2 * HOUR})
    assert {"changed:movies", "changed:stats"} <= watched.ticks()


def test_edit_in_place_is_noticed_by_change_streams(streaming: Watched) -> None:
    streaming.database.speed_views.update_one({"movie_id": 1}, {"$set": {"data.popularity": 1.0}})
    assert {"changed:movie:1", "changed:stats"} <= streaming.ticks()
    streaming.database.batch_views.update_one({"movie_id": 1}, {"$set": {"data.title": "Second"}})
    assert "batch" in streaming.ticks()


def test_deletion_is_noticed_by_change_streams(streaming: Watched) -> None:
    streaming.database.speed_views.delete_one({"movie_id": 1})
    assert "changed:movies" in streaming.ticks()
    streaming.database.batch_views.delete_many({})
    assert "batch" in streaming.ticks()


def test_collection_that_is_dropped_and_recreated_is_still_watched(streaming: Watched) -> None:
    streaming.database.drop_collection("speed_views")
    assert "changed:movies" in streaming.ticks()
    streaming.ticks(later=10)
    streaming.database.speed_views.insert_one(bucket(5, "stats", synced_at=streaming.now()))
    assert "changed:movie:5" in streaming.ticks() | streaming.ticks()


def test_flood_of_events_is_left_to_the_stamps(streaming: Watched) -> None:
    now = streaming.now()
    streaming.database.speed_views.insert_many(
        [bucket(number, "stats", synced_at=now) for number in range(MAX_EVENTS + 500)]
    )
    names = streaming.ticks() | streaming.ticks()
    assert {"changed:movie:7", "changed:movie:1499", "changed:stats"} <= names
    for _ in range(6):
        streaming.ticks()
    assert streaming.ticks() == frozenset()


def test_document_without_a_readable_movie_invalidates_only_its_type(streaming: Watched) -> None:
    streaming.database.speed_views.insert_one(bucket(1, "stats") | {"movie_id": {"$bad": "id"}})
    names = streaming.ticks()
    assert "changed:stats" in names
    assert not {"changed:movie:1", "changed:movies"} & names


@pytest.mark.slow
def test_readers_see_a_new_batch_and_a_newer_bucket_within_five_seconds(
    indexed_database: Held, redis_client: Redis, tmp_path: Path
) -> None:
    """Two worker processes; after five seconds every answer of either has the change."""
    filled = indexed_database
    fill(filled, configuration.utc_now())
    variables = {
        "MONGODB_URI": settings.MONGODB_URI,
        "MONGODB_DATABASE": filled.name,
        "REDIS_URL": settings.REDIS_URL,
        "LOAD_SAMPLE": "never",
        "WORKERS": "2",
    }
    with served(tmp_path, **variables) as copy:
        copy.wait_until_it_serves()

        def get(path: str) -> Any:
            with urllib.request.urlopen(f"{copy.url}/api/v1/{path}", timeout=5) as answer:
                return json.load(answer)

        def ranked() -> bool:
            return 9 in [movie["movie_id"] for movie in get("trending/movies")["trending_movies"]]

        def renamed() -> bool:
            return (get("movies/1")["title"], get("search/movies?q=second")["total_results"]) == ("Second", 1)

        assert get("movies/1")["title"] == "First"
        assert get("search/movies?q=second")["total_results"] == 0
        assert not ranked()
        for _ in range(10):
            get("movies/1")
        time.sleep(3)

        filled.speed_views.insert_one(bucket(9, "trending", now=configuration.utc_now()))
        assert last_without(ranked, 7) < 5

        filled.batch_views.insert_one(batch(configuration.utc_now(), title="Second"))
        assert last_without(renamed, 7) < 5

        filled.speed_views.update_many({"movie_id": 1}, {"$set": {"data.popularity": 77.0}})
        assert last_without(lambda: get("movies/1")["popularity"] == 77.0, 7) < 5
        assert copy.interrupt() == 0


def last_without(holds: Callable[[], bool], seconds: float) -> float:
    """Asks for some seconds; returns when the last answer came that lacked the change, in seconds from now."""
    began, last = time.monotonic(), 0.0
    while time.monotonic() - began < seconds:
        if not holds():
            last = time.monotonic() - began
        time.sleep(0.02)
    return last


def follower_of(leader: Watched, redis: Redis) -> Watched:
    """Another process, in which nobody has asked for anything yet."""
    other = Watched(leader.database, redis)
    other.ahead = leader.ahead
    other.service.warm_up()
    other.ticks()
    assert (leader.watcher.is_leader, other.watcher.is_leader) == (True, False)
    return other


def test_every_process_reads_the_catalogue_again_when_details_are_edited(
    streaming: Watched, redis_client: Redis
) -> None:
    other = follower_of(streaming, redis_client)
    before = other.service.catalogue_at_hand
    streaming.database.batch_views.update_one({"movie_id": 1}, {"$set": {"data.title": "Second"}})
    for _ in range(2):
        streaming.ticks()
    for _ in range(20):
        other.ticks(later=0.2)
        time.sleep(0.05)
    assert other.service.catalogue_at_hand is not before


def test_every_process_rereads_the_hour_of_a_document_that_is_written_under_an_old_stamp(
    streaming: Watched, redis_client: Redis
) -> None:
    other = follower_of(streaming, redis_client)
    late = bucket(2, "stats", 3) | {"synced_at": moment() - 2 * HOUR}
    streaming.database.speed_views.insert_one(late)
    streaming.ticks()
    assert "changed:stats" in other.ticks(later=3.0), "its own copies had lacked it"
