"""The speed feed completes past hours and keeps the open one current, whatever was lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from merger.core.windows import HOUR
from sample_data.replay import Replay
from sample_data.speed_feed import SpeedFeed
from sample_data.world import World

Stored = Database[dict[str, Any]]

EPOCH = datetime(2026, 10, 10, tzinfo=UTC)
START = EPOCH + 20 * HOUR
NOW = START + timedelta(hours=3, minutes=30)
HEARTBEATS = 3
"""Of one hour: one for each data type."""
LATER = NOW + timedelta(minutes=5)


def feed(database: Stored) -> SpeedFeed:
    """A feed of a small world that begins at ``START``."""
    replay = Replay(World(EPOCH, scale=0.02))
    for _ in replay.until(START):
        pass
    return SpeedFeed(database, replay)


def stored(database: Stored) -> dict[str, dict[str, Any]]:
    return {document["_id"]: document for document in database.speed_views.find()}


def of_hour(database: Stored, hour: datetime) -> dict[str, dict[str, Any]]:
    return {key: document for key, document in stored(database).items() if document["hour"] == hour}


def payloads(database: Stored) -> dict[str, Any]:
    return {key: document["data"] for key, document in stored(database).items() if "data" in document}


def test_catching_up_writes_every_hour_and_the_open_one(database: Stored) -> None:
    counts = list(feed(database).catch_up(NOW))
    assert len(counts) == 4
    assert sum(counts) == len(stored(database))
    assert {document["hour"] for document in stored(database).values()} == {START + n * HOUR for n in range(4)}


def test_stamps_are_those_of_a_job_that_never_stopped(database: Stored) -> None:
    list(feed(database).catch_up(NOW))
    for document in stored(database).values():
        expected = NOW if document["hour"] == START + 3 * HOUR else document["hour"] + timedelta(seconds=3612)
        assert document["synced_at"] == expected


def test_complete_hours_are_left_alone(database: Stored) -> None:
    list(feed(database).catch_up(NOW))
    assert list(feed(database).catch_up(LATER))[:3] == [0, 0, 0]


@pytest.mark.parametrize("lost", [{"data_type": "stats"}, {"hour": START + HOUR}, {}])
def test_lost_documents_are_written_again(database: Stored, lost: dict[str, Any]) -> None:
    list(feed(database).catch_up(NOW))
    whole = stored(database)
    database.speed_views.delete_many(lost)
    list(feed(database).catch_up(NOW))
    assert stored(database) == whole


def test_an_hour_left_open_by_a_stopped_job_is_completed(database: Stored) -> None:
    list(feed(database).catch_up(NOW))
    list(feed(database).catch_up(NOW + HOUR))
    resumed = payloads(database)
    assert all(d["synced_at"] >= d["hour"] + HOUR for d in of_hour(database, START + 3 * HOUR).values())
    database.drop_collection("speed_views")
    list(feed(database).catch_up(NOW + HOUR))
    assert payloads(database) == resumed


def test_refreshes_write_new_events_and_complete_past_hours(database: Stored) -> None:
    following = feed(database)
    list(following.catch_up(NOW))
    for minute in range(1, 100):
        following.refresh(NOW + timedelta(minutes=minute))
    counts = {
        key: document["data"]["review_count"]
        for key, document in stored(database).items()
        if document["data_type"] == "sentiment" and "data" in document
    }
    assert following.hour == START + 5 * HOUR
    assert all(d["synced_at"] >= d["hour"] + HOUR for d in of_hour(database, START + 4 * HOUR).values())
    database.drop_collection("speed_views")
    list(feed(database).catch_up(NOW + timedelta(minutes=99)))
    assert counts == {
        key: document["data"]["review_count"]
        for key, document in stored(database).items()
        if document["data_type"] == "sentiment" and "data" in document
    }


def test_a_refresh_writes_only_movies_with_new_events(database: Stored) -> None:
    following = feed(database)
    list(following.catch_up(NOW))
    following.refresh(LATER)
    stamps = {document["synced_at"] for document in of_hour(database, START + 3 * HOUR).values()}
    assert stamps == {NOW, LATER}


def test_a_refresh_without_events_writes_heartbeats_alone(database: Stored) -> None:
    following = feed(database)
    list(following.catch_up(NOW))
    soon = NOW + timedelta(milliseconds=1)
    assert following.refresh(soon) == 0
    newest = [document for document in stored(database).values() if document["synced_at"] == soon]
    assert len(newest) == HEARTBEATS
    assert all(document["heartbeat"] and document["hour"] == START + 3 * HOUR for document in newest)


def test_each_hour_has_a_heartbeat_of_each_type(database: Stored) -> None:
    list(feed(database).catch_up(START + 4 * HOUR))
    held = [(d["hour"], d["data_type"]) for d in stored(database).values() if d.get("heartbeat")]
    assert len(held) == len(set(held)) == 5 * HEARTBEATS
