"""A database holds one sample world, and writing its documents replaces them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management.base import CommandError
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, OperationFailure, ServerSelectionTimeoutError

from merger.core.windows import DAY, floor_day
from sample_data import mongo_world
from sample_data.batch_job import JobRun
from sample_data.mongo_world import (
    INTERRUPTED,
    has_batch,
    interrupt_as_command_error,
    last_cut,
    open_world,
    remember_cut,
    store_errors_as_command_errors,
    write_new,
    write_over,
)
from sample_data.world import World

Stored = Database[dict[str, Any]]

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


def test_a_new_world_starts_45_days_ago_and_stays_the_same_later(database: Stored) -> None:
    world = open_world(database, NOW, seed=7, default_scale=0.02)
    later = open_world(database, NOW + 9 * DAY)
    assert world.epoch == later.epoch == floor_day(NOW) - 45 * DAY
    assert (later.seed, later.scale) == (7, 0.02)


def test_world_of_an_earlier_release_keeps_its_stream(database: Stored) -> None:
    hour = floor_day(NOW) - 45 * DAY
    database.sample_world.insert_one({"_id": "world", "epoch": hour, "seed": 7, "scale": 0.02})
    earlier = World(hour, seed=7, scale=0.02, favours_people=False).events(hour)
    assert open_world(database, NOW).events(hour) == earlier
    database.sample_world.drop()
    assert open_world(database, NOW, seed=7, default_scale=0.02).events(hour) != earlier


@pytest.mark.parametrize("other", [{"seed": 8}, {"scale": 0.5}])
def test_another_world_in_the_same_database_is_refused(database: Stored, other: dict[str, Any]) -> None:
    open_world(database, NOW, seed=7, scale=0.02)
    with pytest.raises(CommandError, match=f"leave out --{next(iter(other))}"):
        open_world(database, NOW, **other)


def test_an_impossible_scale_is_refused_before_anything_is_stored(database: Stored) -> None:
    with pytest.raises(CommandError, match="must be above 0"):
        open_world(database, NOW, scale=0.0)
    assert database.list_collection_names() == []


def test_the_cut_of_the_last_completed_run_is_remembered(database: Stored) -> None:
    assert last_cut(database) is None
    for day in (2, 1):
        remember_cut(database, JobRun(NOW - day * DAY, NOW))
    assert last_cut(database) == NOW - DAY


def test_a_batch_run_is_noticed_by_its_first_document(database: Stored) -> None:
    world = open_world(database, NOW, scale=0.02)
    database.batch_views.insert_one({"_id": "sample:movie_details:-1"})
    assert not has_batch(database, world)
    database.batch_views.insert_one({"_id": f"sample:movie_details:{world.movies[0].movie_id}"})
    assert has_batch(database, world)


def test_documents_are_written_in_batches_and_replaced_by_id(database: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo_world, "_BATCH_SIZE", 2)
    documents = [{"_id": number, "movie_id": 1, "value": 1} for number in range(5)]
    assert [len(batch) for batch in write_new(database.batch_views, documents)] == [2, 2, 1]
    newer = [{**document, "value": 2} for document in documents[:3]]
    assert [len(batch) for batch in write_over(database.batch_views, newer)] == [2, 1]
    assert [each["value"] for each in database.batch_views.find().sort("_id")] == [2, 2, 2, 1, 1]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ServerSelectionTimeoutError("nowhere"), "is MONGODB_URI right"),
        (OperationFailure("not allowed", 13), "not allowed"),
        (DuplicateKeyError("twice"), "twice"),
    ],
)
def test_errors_of_the_store_become_errors_of_the_command(error: Exception, message: str) -> None:
    with pytest.raises(CommandError, match=message), store_errors_as_command_errors():
        raise error


def test_ctrl_c_becomes_an_error_with_its_usual_exit_code() -> None:
    with pytest.raises(CommandError, match="run the command again") as raised, interrupt_as_command_error():
        raise KeyboardInterrupt
    assert raised.value.returncode == INTERRUPTED
