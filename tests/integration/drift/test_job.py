"""Each batch is compared with what the speed layer had counted, once, by one of all processes.

Requirement M13.
"""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

import pytest
from redis import Redis

from lambdaserve.ops.logs import formatter
from merger import meters
from merger.configuration import policy
from merger.core.boundary import Boundary
from merger.core.windows import DAY, HOUR
from merger.drift.comparison import Drift
from merger.drift.job import SETTLE_SECONDS
from merger.drift.shared_result import CLAIM_LAPSES, KEPT, Audit, Batch
from tests.integration.drift.processes import (
    COVERS,
    MOVIES,
    NOW,
    YESTERDAY,
    MeterIncrease,
    Process,
    Stored,
    days_of,
    hours_of,
    ratio,
)
from tests.unit.merger.documents import Raw, bucket


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="merger.drift.job")
    return caplog


def test_of_several_processes_one_compares_a_batch_once(
    filled: Stored, redis_client: Redis, lines: pytest.LogCaptureFixture
) -> None:
    increase, processes = MeterIncrease(), [Process(filled, redis_client) for _ in range(2)]
    assert [process.settle() for process in processes] == [True, False]
    assert increase.values() == [5, 1, 1]
    assert ratio() == 2 / 120
    assert meters.DRIFT_CHECKED_AT._value.get() == processes[0].now().timestamp()
    meters.DRIFT_RATIO.set(0)
    assert not any(process.run_later() for process in processes for _ in range(3))
    # The process that did not compare shows and knows the result too.
    audits = [process.audit._last for process in processes]
    assert audits[0] == audits[1] == processes[0].shared.last()
    assert increase.values() == [5, 1, 1]
    (line,) = [json.loads(formatter("json").format(record)) for record in lines.records]
    assert line["event"] == "drift"
    assert line["drift"]["ratio"] == 2 / 120
    assert line["drift"]["days"] == ["2026-03-09"]
    assert 0 < redis_client.ttl("drift-tests:drift") <= KEPT.total_seconds()
    assert len(redis_client.get("drift-tests:drift") or b"") < 10_000


def test_of_two_processes_checking_at_once_one_compares(filled: Stored, redis_client: Redis) -> None:
    increase, processes = MeterIncrease(), [Process(filled, redis_client) for _ in range(2)]
    for process in processes:
        process.run_later()
    start = threading.Barrier(2)

    def check(process: Process) -> None:
        start.wait()
        process.run_later(later=SETTLE_SECONDS)

    threads = [threading.Thread(target=check, args=(process,)) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert increase.values() == [5, 1, 1]


def test_the_next_batch_is_compared_over_its_own_days_only(filled: Stored, redis_client: Redis) -> None:
    process = Process(filled, redis_client)
    assert process.settle()
    process.seconds += DAY.total_seconds()
    later = [hour for movie in MOVIES for hour in hours_of(YESTERDAY + DAY, movie)]
    for each in later:
        each["synced_at"] = NOW + DAY
    filled.speed_views.insert_many(later)
    filled.batch_views.insert_many(days_of(YESTERDAY + DAY, COVERS + DAY + HOUR))
    increase = MeterIncrease()
    assert process.settle()
    assert (increase.values(), ratio()) == ([5, 0, 0], 0)


def test_another_run_over_the_same_days_is_compared_again(filled: Stored, redis_client: Redis) -> None:
    process = Process(filled, redis_client)
    assert process.settle()
    assert ratio() > 0
    filled.speed_views.update_many({"movie_id": 2}, {"$set": {"data.review_count": 1}})
    filled.batch_views.delete_many({})
    batch = days_of(YESTERDAY, COVERS + 3 * HOUR)
    batch[0]["data"]["review_count"] = 23
    filled.batch_views.insert_many(batch)
    assert process.settle()
    assert ratio() == 0


def test_the_result_of_a_batch_that_was_replaced_meanwhile_is_not_kept(filled: Stored, redis_client: Redis) -> None:
    process = Process(filled, redis_client)

    def replace_batch() -> None:
        filled.batch_views.update_many({}, {"$set": {"computed_at": COVERS + 2 * HOUR}})
        process.seconds += 1
        process.layers(())

    process.store.meanwhile = replace_batch
    increase = MeterIncrease()
    assert process.settle()
    assert (increase.values(), process.shared.last()) == ([0, 0, 0], None)


def test_a_run_still_being_written_is_not_compared(filled: Stored, redis_client: Redis) -> None:
    process = Process(filled, redis_client)
    process.run_later()
    process.seconds += SETTLE_SECONDS
    process.noticed = process.now()
    assert not process.run_later()
    assert process.run_later(later=SETTLE_SECONDS)


def test_only_a_leader_compares(filled: Stored, redis_client: Redis) -> None:
    process = Process(filled, redis_client)
    process.is_leader = False
    assert not process.settle()
    process.is_leader = True
    assert process.run_later()


def test_without_redis_each_process_compares_once_for_itself(filled: Stored) -> None:
    increase, processes = MeterIncrease(), [Process(filled, None) for _ in range(2)]
    assert [process.settle() for process in processes] == [True, True]
    assert not any(process.run_later() for process in processes)
    assert increase.values() == [10, 2, 2]


@pytest.mark.parametrize("with_redis", [True, False])
def test_a_failed_comparison_is_repeated_after_its_claim_lapses(
    filled: Stored, redis_client: Redis, *, with_redis: bool
) -> None:
    increase, process = MeterIncrease(), Process(filled, redis_client if with_redis else None)
    process.store.is_down = True
    assert not process.settle()
    process.store.is_down = False
    assert not process.run_later()
    assert increase.values() == [0, 0, 0]
    claims: Any = redis_client.keys("drift-tests:drift:*")
    assert [0 < redis_client.ttl(key) <= CLAIM_LAPSES.total_seconds() for key in claims] == [True] * with_redis
    redis_client.flushdb()
    assert process.run_later(later=CLAIM_LAPSES.total_seconds())
    assert increase.values() == [5, 1, 1]


def test_answers_are_compared_after_the_layers_even_if_those_could_not_be(filled: Stored, redis_client: Redis) -> None:
    process = Process(filled, redis_client)
    process.store.is_down = True
    process.layer_state.layers((), Boundary(process.now(), policy()))
    process.settle()
    assert process.answers_compared == 1


def test_a_comparison_overtaken_by_another_process_counts_nothing(filled: Stored, redis_client: Redis) -> None:
    slow, other = Process(filled, redis_client), Process(filled, redis_client)
    batch = Batch(COVERS + HOUR, slow.layer_state.runs_seen)
    audit = Audit.record(batch, NOW, Drift(days=("2026-03-09",), checked=7, batch=10), None)
    slow.store.meanwhile = lambda: other.shared.keep(audit)
    increase = MeterIncrease()
    assert slow.settle()
    assert increase.values() == [0, 0, 0]
    assert other.shared.last() == audit


def test_unreadable_documents_do_not_stop_a_comparison(filled: Stored, redis_client: Redis) -> None:
    hour: Raw = bucket(YESTERDAY, 1, movie_id=3, synced_at=NOW)
    for data in ({"review_count": "many"}, {"review_count": float("nan")}, {}, None, 7):
        filled.speed_views.insert_one({**hour, "data": data})
    filled.speed_views.insert_many([{"hour": YESTERDAY, "data_type": "sentiment"}, {"data_type": "sentiment"}])
    filled.batch_views.insert_one(
        {**days_of(YESTERDAY, COVERS)[3], "computed_at": "soon", "covers_until": None, "_id": "broken"}
    )
    increase, process = MeterIncrease(), Process(filled, redis_client)
    assert process.settle()
    assert increase.values() == [3, 1, 1]
    last = process.shared.last()
    assert last is not None
    assert last.drift.not_checked == 3


@pytest.mark.parametrize("with_redis", [True, False])
def test_the_ratio_starts_at_0_unless_another_worker_may_know_it(
    filled: Stored, redis_client: Redis, *, with_redis: bool
) -> None:
    meters.DRIFT_RATIO.set(0.5)
    process = Process(filled, redis_client if with_redis else None)
    process.run_later()
    assert ratio() == (0 if with_redis else 0.5)
    meters.DRIFT_RATIO.set(0.5)
    process.run_later()
    assert ratio() == 0.5


def test_a_damaged_result_in_redis_is_replaced(filled: Stored, redis_client: Redis) -> None:
    redis_client.set("drift-tests:drift", b'{"of": 1}')
    process = Process(filled, redis_client)
    assert process.settle()
    assert process.shared.last() is not None
