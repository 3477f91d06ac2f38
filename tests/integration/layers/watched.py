"""A process with its watcher over real stores, and the documents that it watches."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from merger import configuration
from merger.answers.service import MergeService
from merger.cache.answer_cache import AnswerCache
from merger.cache.redis_tier import RedisTier
from merger.configuration import policy
from merger.contract.documents import Contract
from merger.core.windows import HOUR, Granularity, Span, floor_hour
from merger.errors import StoreUnavailable
from merger.invalidation.change_stream import ChangeStream
from merger.invalidation.leader import Leader
from merger.invalidation.watcher import Watcher
from merger.stores.mongo.store import MongoStore
from merger.stores.redis.link import RedisLink
from merger.stores.store import Document, Find, Store
from merger.views.freshness import TTLClass
from trending.scoring import RankingParameters
from trending.selectors import RANKING

Held = Database[dict[str, Any]]
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
        store: read instead of the database, which then has no change streams.
    """

    def __init__(
        self,
        database: Held,
        redis: Redis,
        *,
        streams: bool = True,
        lapses_after: float = LAPSE,
        store: Store | None = None,
    ) -> None:
        self.database = database
        self.redis: Redis | None = redis
        self.ahead = 0.0
        link = RedisLink(self._connection, retry_seconds=0.05)
        self.store = _Failing(database, 2.0)
        redis_tier = RedisTier(link, "watched:")
        self.service = MergeService(
            store=store or self.store,
            cache=AnswerCache(redis_tier, b"secret"),
            contract=Contract(),
            policy=policy(),
            ttl=dict.fromkeys(TTLClass, 600),
            clock=self.now,
            monotonic=self._monotonic,
        )
        self.watcher = Watcher(
            service=self.service,
            leader=Leader(link, "watched:", lapses_after=lapses_after),
            batch=ChangeStream((lambda: database.batch_views) if streams else refuse),
            speed=ChangeStream((lambda: database.speed_views) if streams else refuse, has_documents=True),
            contract=Contract(),
            monotonic=self._monotonic,
        )

    def now(self) -> datetime:
        return moment() + timedelta(seconds=self.ahead)

    def ticks(self, *, later: float = 1.0) -> frozenset[str]:
        """Ticks once, some seconds after the tick before; returns the bumped generations."""
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


def fill(database: Held, now: datetime) -> None:
    """A movie in both layers, as of a moment."""
    database.batch_views.insert_one(batch(now - HOUR))
    database.speed_views.insert_many([bucket(1, "stats", ago, now=now) for ago in range(5)])


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
