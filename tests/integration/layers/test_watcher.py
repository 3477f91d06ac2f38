"""Changed data invalidates the answers computed from it: watchers over real stores. Requirement C6."""

from __future__ import annotations

import json
import logging
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pymongo.database import Database
from pymongo.errors import OperationFailure
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from merger import configuration
from merger.answers.service import MergeService
from merger.cache.answer_cache import AnswerCache
from merger.cache.redis_tier import RedisTier
from merger.configuration import policy
from merger.contract.documents import Aliases, Contract
from merger.core.windows import HOUR, Granularity, Span, floor_hour
from merger.errors import StoreUnavailable
from merger.invalidation.change_stream import MAX_EVENTS, ChangeStream
from merger.invalidation.leader import Leader
from merger.invalidation.watcher import Watcher
from merger.stores.mongo.store import MongoStore
from merger.stores.redis.link import RedisLink
from merger.stores.store import Document, Find
from merger.views.freshness import TTLClass
from tests.integration.serving.test_serve import served
from trending.scoring import RankingParameters
from trending.selectors import RANKING

Held = Database[dict[str, Any]]
FIELDS = ("movie_id", "data_type", "view_type")
LAPSE = 4.0


_BEGAN, _START = time.monotonic(), floor_hour(configuration.utc_now()) + timedelta(minutes=5)


def moment() -> datetime:
    """The time of the watchers: early in an hour, so that putting one forward does not reach the next hour."""
    return _START + timedelta(seconds=time.monotonic() - _BEGAN)


def refuse() -> Any:
    raise OperationFailure("The $changeStream stage is only supported on replica sets", 40573)


class Watched:
    """A process with its watcher, whose clock can be put forward.

    Args:
        database: both collections, with their indexes.
        redis: shared with other watchers.
        streams: whether the server has change streams.
        lapses_after: seconds of this machine's clock without a tick after which another one may lead.
    """

    def __init__(self, database: Held, redis: Redis, *, streams: bool = True, lapses_after: float = LAPSE) -> None:
        self.database = database
        self.redis: Redis | None = redis
        self.ahead = 0.0
        link = RedisLink(self._connection, retry_seconds=0.05)
        self.store = _Failing(database, 2.0)
        redis_tier = RedisTier(link, "watched:")
        self.service = MergeService(
            store=self.store,
            cache=AnswerCache(redis_tier, b"secret"),
            contract=Contract(),
            policy=policy(),
            ttl=dict.fromkeys(TTLClass, 600),
            clock=self.now,
            monotonic=self._monotonic,
        )
        self.watcher = Watcher(
            service=self.service,
            store=self.store,
            redis_tier=redis_tier,
            leader=Leader(link, "watched:", lapses_after=lapses_after),
            batch=ChangeStream((lambda: database.batch_views) if streams else refuse),
            speed=ChangeStream((lambda: database.speed_views) if streams else refuse, FIELDS),
            aliases=Aliases(),
            monotonic=self._monotonic,
        )

    def now(self) -> datetime:
        return moment() + timedelta(seconds=self.ahead)

    def ticks(self, *, later: float = 1.0) -> frozenset[str]:
        """What a tick bumps, some seconds after the one before."""
        self.ahead += later
        return self.watcher.tick()

    def settled(self) -> Watched:
        """After everything is bumped that a start bumps."""
        for _ in range(4):
            self.ticks(later=100.0)
        self.ahead = 400.0
        assert self.ticks() == frozenset()
        return self

    def ranked(self, limit: int = 10) -> list[int]:
        """The movies of a ranking.

        Another limit makes it another answer, which has to be computed: hours that no answer needs are not reread.
        """
        self.service.cache.local_tier.clear()  # it holds the answer for a second of the real clock
        params = RankingParameters(Span("6h", 6 * HOUR, Granularity.HOUR), limit)
        return [movie["movie_id"] for movie in self.service.fetch(RANKING, params).data["trending_movies"]]

    def _connection(self) -> Redis:
        if self.redis is None:
            raise RedisConnectionError("away")
        return self.redis

    def _monotonic(self) -> float:
        return time.monotonic() + self.ahead


class _Failing(MongoStore):
    """A store that can be away."""

    is_away = False

    def find(self, find: Find) -> list[Document]:
        if self.is_away:
            raise StoreUnavailable("away")
        return super().find(find)


@pytest.fixture
def filled(indexed_database: Held) -> Held:
    """A movie in both layers."""
    fill(indexed_database, moment())
    return indexed_database


def fill(database: Held, now: datetime) -> None:
    """A movie in both layers, as of a moment."""
    database.batch_views.insert_one(batch(now - HOUR))
    database.speed_views.insert_many([bucket(1, "stats", ago, now=now) for ago in range(1, 5)])


@pytest.fixture(params=[True, False], ids=["streams", "polling"])
def watched(filled: Held, redis_client: Redis, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A settled watcher, with change streams and without."""
    found = Watched(filled, redis_client, streams=request.param)
    yield found.settled()
    found.watcher.stop()


@pytest.fixture
def streaming(filled: Held, redis_client: Redis) -> Iterator[Watched]:
    """A settled watcher that reads change streams."""
    found = Watched(filled, redis_client)
    yield found.settled()
    found.watcher.stop()


def test_published_or_rolled_back_run_invalidates_batch_answers_at_the_next_tick(watched: Watched) -> None:
    records = watched.database.batch_runs
    watched.database.batch_views.insert_one({**batch(watched.now(), 2), "batch_run_id": "new"})
    records.insert_one({"batch_run_id": "new", "status": "running"})
    for status in ("published", "rolled_back"):
        while watched.ticks(later=100):
            pass
        records.update_one({"batch_run_id": "new"}, {"$set": {"status": status}})
        assert "batch" in watched.ticks()


def batch(computed_at: datetime, movie_id: int = 1, title: str = "First") -> dict[str, Any]:
    data = {"title": title, "genres": ["Drama"], "popularity": 5.0}
    return {"movie_id": movie_id, "view_type": "movie_details", "data": data, "computed_at": computed_at}


def bucket(
    movie_id: int,
    data_type: str,
    hours_ago: int = 0,
    synced_at: datetime | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    now = now or moment()
    data = {
        "stats": {"vote_average": 7.0, "vote_count": 10, "popularity": 20.0},
        "trending": {"trending_score": 99.0},
    }[data_type]
    hour = floor_hour(now) - hours_ago * HOUR
    return {
        "movie_id": movie_id,
        "data_type": data_type,
        "hour": hour,
        "data": data,
        "synced_at": synced_at or now,
        "ttl_expires_at": hour + 48 * HOUR,
    }


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


def test_stamp_that_is_text_invalidates_every_movie(filled: Held, redis_client: Redis) -> None:
    found = Watched(filled, redis_client, streams=False).settled()
    filled.speed_views.insert_one(bucket(9, "trending") | {"synced_at": found.now().isoformat()})
    assert {"changed:movies", "changed:trending"} <= found.ticks() | found.ticks()


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


def test_flood_of_events_invalidates_every_movie_and_is_skipped(streaming: Watched) -> None:
    streaming.database.speed_views.insert_many([bucket(number, "stats") for number in range(MAX_EVENTS + 500)])
    assert "changed:movies" in streaming.ticks()
    for _ in range(6):
        streaming.ticks()
    assert streaming.ticks() == frozenset()


def test_document_without_a_readable_movie_invalidates_only_its_type(streaming: Watched) -> None:
    streaming.database.speed_views.insert_one(bucket(1, "stats") | {"movie_id": {"$bad": "id"}})
    names = streaming.ticks()
    assert "changed:stats" in names
    assert not {"changed:movie:1", "changed:movies"} & names


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
        for _ in range(3):
            assert watched.ticks(later=20) == frozenset()
    assert [record.getMessage() for record in caplog.records] == ["Not watching for changes: away. Retrying every 1 s."]
    watched.database.speed_views.insert_one(bucket(22, "stats", synced_at=watched.now()))
    watched.store.is_away = False
    assert {"changed:movie:22", "changed:stats"} <= watched.ticks()


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
