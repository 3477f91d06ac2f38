"""After a rollback the comparison is of what readers see.

Requirements M12 and M13.
"""

from __future__ import annotations

from typing import Any

from redis import Redis

from merger import meters
from merger.core.windows import DAY, HOUR
from tests.integration.drift.processes import (
    COVERS,
    MOVIES,
    YESTERDAY,
    Process,
    Stored,
    days_of,
    hours_of,
    ratio,
)


def test_after_a_rollback_the_batch_that_readers_see_again_is_compared(filled: Stored, redis_client: Redis) -> None:
    day_before = YESTERDAY - DAY
    filled.speed_views.insert_many([hour for movie in MOVIES for hour in hours_of(day_before, movie)])
    filled.batch_views.update_many({}, {"$set": {"batch_run_id": "new"}})
    filled.batch_views.insert_many(
        [{**each, "batch_run_id": "old"} for each in days_of(day_before, day_before + DAY + HOUR, reviews=25)]
    )
    filled.batch_runs.insert_many([{"batch_run_id": run, "status": "published"} for run in ("old", "new")])
    process = Process(filled, redis_client)
    assert process.settle()
    assert ratio() == 7 / 245
    filled.batch_runs.update_one({"batch_run_id": "new"}, {"$set": {"status": "rolled_back"}})
    assert process.settle()
    last = process.shared.last()
    assert last is not None
    assert (last.drift.days, last.batch_computed_at) == (("2026-03-08",), day_before + DAY + HOUR)
    assert ratio() == 5 / 125
    filled.batch_runs.update_one({"batch_run_id": "new"}, {"$set": {"status": "published"}})
    assert not process.settle()  # the claim of its first comparison has yet to lapse
    claims: Any = redis_client.keys("drift-tests:drift:*")
    redis_client.delete(*claims)
    assert process.run_later()
    assert ratio() == 2 / 120


def test_after_a_rollback_to_a_batch_without_days_to_compare_no_result_is_shown(
    filled: Stored, redis_client: Redis
) -> None:
    filled.batch_views.update_many({}, {"$set": {"batch_run_id": "new"}})
    old = days_of(YESTERDAY - 9 * DAY, COVERS - 8 * DAY)
    filled.batch_views.insert_many([{**each, "batch_run_id": "old"} for each in old])
    filled.batch_runs.insert_many([{"batch_run_id": run, "status": "published"} for run in ("old", "new")])
    processes = [Process(filled, redis_client) for _ in range(2)]
    assert processes[0].settle()
    assert ratio() == 2 / 120
    filled.batch_runs.update_one({"batch_run_id": "new"}, {"$set": {"status": "rolled_back"}})
    for process in processes:
        process.settle()
        assert (ratio(), meters.DRIFT_CHECKED_AT._value.get()) == (0, 0)
        meters.DRIFT_RATIO.set(1)
