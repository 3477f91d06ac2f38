from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from merger.core.windows import HOUR
from sample_data.replay import Replay
from sample_data.speed_feed import SpeedFeed
from sample_data.world import World

Held = Database[dict[str, Any]]

EPOCH = datetime(2026, 10, 10, tzinfo=UTC)
START = EPOCH + 20 * HOUR
NOW = START + timedelta(hours=3, minutes=30)
LATER = NOW + timedelta(minutes=5)


def feed(database: Held) -> SpeedFeed:
    """A feed of a small world that begins at ``START``."""
    replay = Replay(World(EPOCH, scale=0.02))
    for _ in replay.until(START):
        pass
    return SpeedFeed(database, replay)


def held(database: Held) -> dict[str, dict[str, Any]]:
    return {document["_id"]: document for document in database.speed_views.find()}


def of_hour(database: Held, hour: datetime) -> dict[str, dict[str, Any]]:
    return {key: document for key, document in held(database).items() if document["hour"] == hour}


def payloads(database: Held) -> dict[str, Any]:
    return {key: document["data"] for key, document in held(database).items()}


def test_catching_up_writes_every_hour_and_the_open_one(database: Held) -> None:
    counts = list(feed(database).catch_up(NOW))
    assert len(counts) == 4
    assert sum(counts) == len(held(database))
    assert {document["hour"] for document in held(database).values()} == {START + n * HOUR for n in range(4)}


def test_stamps_are_those_of_a_job_that_was_never_away(database: Held) -> None:
    list(feed(database).catch_up(NOW))
    for document in held(database).values():
        expected = NOW if document["hour"] == START + 3 * HOUR else document["hour"] + timedelta(seconds=3612)
        assert document["synced_at"] == expected


def test_complete_hours_are_left_alone(database: Held) -> None:
    list(feed(database).catch_up(NOW))
    assert list(feed(database).catch_up(LATER))[:3] == [0, 0, 0]


@pytest.mark.parametrize("lost", [{"data_type": "stats"}, {"hour": START + HOUR}, {}])
def test_what_was_lost_is_written_again(database: Held, lost: dict[str, Any]) -> None:
    list(feed(database).catch_up(NOW))
    whole = held(database)
    database.speed_views.delete_many(lost)
    list(feed(database).catch_up(NOW))
    assert held(database) == whole


def test_an_hour_that_was_open_when_the_job_stopped_is_completed(database: Held) -> None:
    list(feed(database).catch_up(NOW))
    list(feed(database).catch_up(NOW + HOUR))
    resumed = payloads(database)
    assert all(d["synced_at"] >= d["hour"] + HOUR for d in of_hour(database, START + 3 * HOUR).values())
    database.drop_collection("speed_views")
    list(feed(database).catch_up(NOW + HOUR))
    assert payloads(database) == resumed


def test_a_refresh_writes_what_is_new_and_completes_hours_that_are_over(database: Held) -> None:
    following = feed(database)
    list(following.catch_up(NOW))
    for minute in range(1, 100):
        following.refresh(NOW + timedelta(minutes=minute))
    counts = {
        key: document["data"]["review_count"]
        for key, document in held(database).items()
        if document["data_type"] == "sentiment"
    }
    assert following.hour == START + 5 * HOUR
    assert all(d["synced_at"] >= d["hour"] + HOUR for d in of_hour(database, START + 4 * HOUR).values())
    database.drop_collection("speed_views")
    list(feed(database).catch_up(NOW + timedelta(minutes=99)))
    assert counts == {
        key: document["data"]["review_count"]
        for key, document in held(database).items()
        if document["data_type"] == "sentiment"
    }


def test_a_refresh_touches_only_movies_with_new_events(database: Held) -> None:
    following = feed(database)
    list(following.catch_up(NOW))
    following.refresh(LATER)
    stamps = {document["synced_at"] for document in of_hour(database, START + 3 * HOUR).values()}
    assert stamps == {NOW, LATER}


def test_a_refresh_without_news_still_says_that_the_layer_is_current(database: Held) -> None:
    following = feed(database)
    list(following.catch_up(NOW))
    soon = NOW + timedelta(milliseconds=1)
    following.refresh(soon)
    assert {document["synced_at"] for document in of_hour(database, START + 3 * HOUR).values()} == {soon}


def test_at_the_start_of_an_hour_the_one_before_says_that_the_layer_is_current(database: Held) -> None:
    turn = START + 4 * HOUR
    counts = list(feed(database).catch_up(turn))
    assert sum(counts) == len(held(database))
    assert {document["synced_at"] for document in of_hour(database, START + 3 * HOUR).values()} == {turn}
