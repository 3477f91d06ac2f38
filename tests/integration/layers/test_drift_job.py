"""A batch is compared with what the speed layer had counted, once, whoever serves (M13)."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from lambdaserve.ops.logs import formatter
from merger import meters
from merger.configuration import policy
from merger.contract.documents import Aliases, Contract
from merger.core.boundary import Boundary, Layers
from merger.core.windows import DAY, HOUR
from merger.drift.auditor import Auditor
from merger.drift.comparison import Drift
from merger.drift.job import SETTLES, DriftAudit
from merger.drift.shared_result import CLAIM_LAPSES, KEPT, Audit, SharedDriftResults
from merger.errors import StoreUnavailable
from merger.layers.state import LayerState
from merger.stores.mongo.store import MongoStore
from merger.stores.redis.link import RedisLink
from merger.stores.store import Document
from tests.unit.merger.documents import Raw, at, bucket, point

Held = Database[dict[str, Any]]

NOW = at("2026-03-10 10:30")
COVERS = at("2026-03-10 00:00")
YESTERDAY = at("2026-03-09 00:00")
MOVIES = range(1, 6)


def hours_of(day: datetime, movie_id: int, reviews: int = 1) -> list[Raw]:
    hours = (day + index * HOUR for index in range(24))
    return [bucket(hour, reviews, movie_id=movie_id, synced_at=max(hour + HOUR, NOW - HOUR)) for hour in hours]


def days_of(day: datetime, computed_at: datetime, reviews: int = 24) -> list[Raw]:
    date = day.date().isoformat()
    return [point(date, reviews, day + DAY, movie_id=movie, computed_at=computed_at) for movie in MOVIES]


@pytest.fixture
def filled(indexed_database: Held) -> Held:
    """A day that a batch has just covered: the speed layer lost an hour of movie 1 and had one of movie 2 twice."""
    hours = [hour for movie in MOVIES for hour in hours_of(YESTERDAY, movie)]
    del hours[5]
    hours[24 + 7]["data"]["review_count"] = 2
    indexed_database.speed_views.insert_many(hours)
    indexed_database.batch_views.insert_many(days_of(YESTERDAY, COVERS + HOUR))
    return indexed_database


class Process:
    """One that follows the changes, with a clock that a test puts forward."""

    def __init__(self, database: Held, redis: Redis | None) -> None:
        self.redis = redis
        self.seconds = 0.0
        self.leads = True
        self.noticed: datetime | None = None
        self.store = _Failing(database, 2.0)
        self.watch = LayerState(self.store, Aliases(), self.monotonic)
        self.shared = SharedDriftResults(RedisLink(self.connection, ask_again=0.05), "drift-tests:")
        self.audit = DriftAudit(
            auditor=Auditor(self.layers, self.store, Contract(), self.monotonic),
            shared=self.shared,
            newest=lambda: self.watch.batch_seen,
            may=lambda: self.leads,
            noticed=lambda: self.noticed,
            clock=self.now,
            monotonic=self.monotonic,
        )

    def connection(self) -> Redis:
        if self.redis is None:
            raise RedisConnectionError("away")
        return self.redis

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def layers(self, types: tuple[str, ...]) -> tuple[Boundary, Layers]:
        boundary = Boundary(self.now(), policy())
        return boundary, self.watch.refresh(types, boundary)

    def runs(self, *, later: float = 11) -> bool:
        """A look, some seconds after the one before; whether it compared anything."""
        self.seconds += later
        self.layers(())
        before = self.store.streamed
        self.audit.run()
        self.audit.wait(20)
        assert not self.audit.is_comparing
        return self.store.streamed > before

    def settles(self) -> bool:
        """Looks until what it sees now has settled; whether the last one compared anything."""
        assert not self.runs()
        return self.runs(later=SETTLES)


class _Failing(MongoStore):
    """A store that can be away, and counts what is read of it in pieces."""

    is_away = False
    streamed = 0
    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def batches(self, collection: str, wanted: Any) -> Iterator[Sequence[Document]]:
        if self.is_away:
            raise StoreUnavailable("away")
        self.streamed += 1
        self.meanwhile()
        return super().batches(collection, wanted)


class Told:
    """What the meters have told since."""

    def __init__(self) -> None:
        self.before = self.sums()

    @staticmethod
    def sums() -> list[float]:
        counters = [meters.DRIFT_CHECKED_BUCKETS, *map(meters.DRIFT_EVENTS.labels, ("batch_more", "speed_more"))]
        return [float(counter._value.get()) for counter in counters]

    def more(self) -> list[float]:
        """Buckets, events that the batch layer has more, those that the speed layer has."""
        return [now - before for now, before in zip(self.sums(), self.before, strict=True)]


def ratio() -> float:
    return float(meters.DRIFT_RATIO._value.get())


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="merger.drift.job")
    return caplog


def test_a_batch_is_compared_once_by_one_of_several_processes(
    filled: Held, redis_client: Redis, lines: pytest.LogCaptureFixture
) -> None:
    told, processes = Told(), [Process(filled, redis_client) for _ in range(2)]
    assert [process.settles() for process in processes] == [True, False]
    assert told.more() == [5, 1, 1]
    assert ratio() == 2 / 120
    assert meters.DRIFT_CHECKED_AT._value.get() == processes[0].now().timestamp()
    meters.DRIFT_RATIO.set(0)
    assert not any(process.runs() for process in processes for _ in range(3))
    # The one that did not compare shows what was found, too, and knows it.
    audits = [process.audit._last for process in processes]
    assert audits[0] == audits[1] == processes[0].shared.last()
    assert told.more() == [5, 1, 1]
    (line,) = [json.loads(formatter("json").format(record)) for record in lines.records]
    assert line["event"] == "drift"
    assert line["drift"]["ratio"] == 2 / 120
    assert line["drift"]["days"] == ["2026-03-09"]
    assert 0 < redis_client.ttl("drift-tests:drift") <= KEPT.total_seconds()
    assert len(redis_client.get("drift-tests:drift") or b"") < 10_000


def test_of_two_that_look_at_the_same_moment_one_compares(filled: Held, redis_client: Redis) -> None:
    told, processes = Told(), [Process(filled, redis_client) for _ in range(2)]
    for process in processes:
        process.runs()
    start = threading.Barrier(2)

    def look(process: Process) -> None:
        start.wait()
        process.runs(later=SETTLES)

    threads = [threading.Thread(target=look, args=(process,)) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.more() == [5, 1, 1]


def test_the_next_batch_is_compared_for_its_own_days(filled: Held, redis_client: Redis) -> None:
    process = Process(filled, redis_client)
    assert process.settles()
    process.seconds += DAY.total_seconds()
    later = [hour for movie in MOVIES for hour in hours_of(YESTERDAY + DAY, movie)]
    for each in later:
        each["synced_at"] = NOW + DAY
    filled.speed_views.insert_many(later)
    filled.batch_views.insert_many(days_of(YESTERDAY + DAY, COVERS + DAY + HOUR))
    told = Told()
    assert process.settles()
    assert (told.more(), ratio()) == ([5, 0, 0], 0)


def test_a_further_run_over_the_same_days_is_compared_again(filled: Held, redis_client: Redis) -> None:
    process = Process(filled, redis_client)
    assert process.settles()
    assert ratio() > 0
    filled.speed_views.update_many({"movie_id": 2}, {"$set": {"data.review_count": 1}})
    filled.batch_views.delete_many({})
    batch = days_of(YESTERDAY, COVERS + 3 * HOUR)
    batch[0]["data"]["review_count"] = 23
    filled.batch_views.insert_many(batch)
    assert process.settles()
    assert ratio() == 0


def test_a_run_that_is_still_writing_is_left_alone(filled: Held, redis_client: Redis) -> None:
    process = Process(filled, redis_client)
    process.runs()
    process.seconds += SETTLES
    process.noticed = process.now()
    assert not process.runs()
    assert process.runs(later=SETTLES)


def test_only_those_that_follow_the_changes_compare(filled: Held, redis_client: Redis) -> None:
    process = Process(filled, redis_client)
    process.leads = False
    assert not process.settles()
    process.leads = True
    assert process.runs()


def test_without_redis_each_process_compares_for_itself_and_once(filled: Held) -> None:
    told, processes = Told(), [Process(filled, None) for _ in range(2)]
    assert [process.settles() for process in processes] == [True, True]
    assert not any(process.runs() for process in processes)
    assert told.more() == [10, 2, 2]


@pytest.mark.parametrize("with_redis", [True, False])
def test_a_comparison_that_failed_is_made_when_its_claim_has_lapsed(
    filled: Held, redis_client: Redis, *, with_redis: bool
) -> None:
    told, process = Told(), Process(filled, redis_client if with_redis else None)
    process.store.is_away = True
    assert not process.settles()
    process.store.is_away = False
    assert not process.runs()
    assert told.more() == [0, 0, 0]
    claims: Any = redis_client.keys("drift-tests:drift:*")
    assert [0 < redis_client.ttl(key) <= CLAIM_LAPSES.total_seconds() for key in claims] == [True] * with_redis
    redis_client.flushdb()
    assert process.runs(later=CLAIM_LAPSES.total_seconds())
    assert told.more() == [5, 1, 1]


def test_one_that_took_so_long_that_another_did_it_counts_nothing(filled: Held, redis_client: Redis) -> None:
    slow, other = Process(filled, redis_client), Process(filled, redis_client)
    made = Audit.made(COVERS + HOUR, NOW, Drift(days=("2026-03-09",), checked=7, batch=10), None)
    slow.store.meanwhile = lambda: other.shared.keep(made)
    told = Told()
    assert slow.settles()
    assert told.more() == [0, 0, 0]
    assert other.shared.last() == made


def test_documents_that_nobody_can_read_stop_nothing(filled: Held, redis_client: Redis) -> None:
    hour: Raw = bucket(YESTERDAY, 1, movie_id=3, synced_at=NOW)
    for data in ({"review_count": "1"}, {"review_count": float("nan")}, {}, None, 7):
        filled.speed_views.insert_one({**hour, "data": data})
    filled.speed_views.insert_many([{"hour": YESTERDAY, "data_type": "sentiment"}, {"data_type": "sentiment"}])
    filled.batch_views.insert_one({**days_of(YESTERDAY, COVERS)[3], "computed_at": "soon", "_id": "broken"})
    told, process = Told(), Process(filled, redis_client)
    assert process.settles()
    assert told.more() == [3, 1, 1]
    last = process.shared.last()
    assert last is not None
    assert last.drift.not_checked == 3


@pytest.mark.parametrize("with_redis", [True, False])
def test_the_ratio_is_0_until_there_is_one_unless_another_worker_may_know_it(
    filled: Held, redis_client: Redis, *, with_redis: bool
) -> None:
    meters.DRIFT_RATIO.set(0.5)
    process = Process(filled, redis_client if with_redis else None)
    process.runs()
    assert ratio() == (0 if with_redis else 0.5)
    meters.DRIFT_RATIO.set(0.5)
    process.runs()
    assert ratio() == 0.5


def test_what_lies_damaged_in_redis_is_replaced(filled: Held, redis_client: Redis) -> None:
    redis_client.set("drift-tests:drift", b'{"of": 1}')
    process = Process(filled, redis_client)
    assert process.settles()
    assert process.shared.last() is not None
