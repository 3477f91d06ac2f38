"""What the documents of one speed data type prove."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId, Timestamp

from merger.contract.collections import SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.core.evidence import Reason
from merger.core.stamps import ABSENT, ODD, TEXT
from merger.layers.state import MAX_AGE
from merger.layers.type_forms import FORMS_INTERVAL
from merger.layers.type_state import DOUBT_INTERVAL, THOROUGH_INTERVAL, TypeState
from tests.unit.merger.documents import sentiment
from tests.unit.merger.layers.world import HOUR, NOW, TOP, World, alive, batch, heartbeat, speed

UNREADABLE: dict[str, Any] = {"movie_id": "603x"}


def test_speed_types_have_separate_states() -> None:
    world = World(speed_views=[speed(1), speed(2, data_type="stats")])
    assert world.read(data_type="stats").speed_of("stats").held == {TOP - 2 * HOUR}
    assert world.read(data_type="sentiment").speed_of("sentiment").held == {TOP - HOUR}


def test_a_type_under_another_key_is_found() -> None:
    document = speed(3)
    document["view_type"] = document.pop("data_type")
    layer = World(speed_views=[document]).read().speed_of("sentiment")
    assert layer.held == {TOP - 3 * HOUR}
    assert layer.synced_at == document["synced_at"]


@pytest.mark.parametrize("hours_ago", [0, 2, 90])
def test_an_hour_filled_later_is_seen(hours_ago: int) -> None:
    world = World(speed_views=[speed(1), speed(5)])
    world.read()
    world.store.insert(SPEED, [speed(hours_ago)])
    assert TOP - hours_ago * HOUR in world.read(after=MAX_AGE + 0.1).speed_of("sentiment").held


def test_a_deleted_hour_is_no_longer_held() -> None:
    world = World(speed_views=[speed(1), speed(5)])
    world.read()
    world.store.collections[SPEED].pop()
    assert world.read(after=MAX_AGE + 0.1).speed_of("sentiment").held == {TOP - HOUR}


def test_hour_stays_held_when_only_its_sentinel_document_is_deleted() -> None:
    world = World(speed_views=[speed(1), speed(1, movie_id=2)])
    world.read()
    world.store.collections[SPEED].pop(0)
    assert world.read(after=MAX_AGE + 0.1).speed_of("sentiment").held == {TOP - HOUR}


def test_a_newer_sync_of_the_same_document_is_seen() -> None:
    world = World(speed_views=[speed(0)])
    world.read()
    world.store.collections[SPEED][0]["synced_at"] = NOW
    assert world.read(after=MAX_AGE + 0.1).speed_of("sentiment").synced_at == NOW


def test_a_sync_in_the_future_is_ignored() -> None:
    world = World(speed_views=[speed(1, synced_at=NOW + 9 * HOUR), speed(2)])
    assert world.read().speed_of("sentiment").synced_at == TOP - 2 * HOUR + HOUR / 2


def test_expired_hours_are_dropped() -> None:
    world = World(speed_views=[speed(1), speed(119)])
    world.read()
    held = world.read(after=MAX_AGE + 0.1, now=NOW + 5 * HOUR).speed_of("sentiment").held
    assert held == {TOP - HOUR}


def test_stored_dates_need_no_second_range() -> None:
    layers = World(speed_views=[speed(1)]).read()
    assert layers.hour_forms == layers.sync_forms == frozenset()


def test_a_new_spelling_is_found_within_half_a_minute() -> None:
    world = World(speed_views=[speed(1)])
    world.read()
    document = speed(3)
    document["view_type"] = document.pop("data_type")
    world.store.insert(SPEED, [document])
    assert TOP - 3 * HOUR in world.read(after=THOROUGH_INTERVAL + 0.1).speed_of("sentiment").held
    world.store.insert(SPEED, [document | {"hour": TOP - 5 * HOUR}])
    assert TOP - 5 * HOUR in world.read(after=MAX_AGE + 0.1).speed_of("sentiment").held


def test_documents_off_the_hour_hide_no_other() -> None:
    beside = [speed(2) | {"hour": TOP - 2 * HOUR + timedelta(minutes=n)} for n in range(1, 9)]
    assert World(speed_views=[*beside, speed(2)]).read().speed_of("sentiment").held == {TOP - 2 * HOUR}


def test_documents_with_unreadable_dates_are_ignored() -> None:
    world = World(speed_views=[speed(1) | {"hour": "yesterday", "synced_at": None}, speed(2)])
    assert world.read().speed_of("sentiment").held == {TOP - 2 * HOUR}


def test_many_unreadable_documents_hide_no_readable_one() -> None:
    unreadable = [alive(2, **UNREADABLE, synced_at=NOW) for _ in range(60)]
    runs = [batch(6) | UNREADABLE for _ in range(60)]
    world = World(speed_views=[*unreadable, alive(2), alive(5)], batch_views=[*runs, batch(30)])
    layers = world.read()
    assert layers.speed_of("sentiment").held == {TOP - 2 * HOUR, TOP - 5 * HOUR}
    assert layers.speed_of("sentiment").synced_at == TOP - HOUR
    assert layers.batch_computed_at == TOP - 30 * HOUR


def test_a_document_that_becomes_unreadable_no_longer_proves_its_hour() -> None:
    world = World(speed_views=[alive(1), alive(5)])
    world.read()
    world.store.collections[SPEED][0] |= {**UNREADABLE, "synced_at": NOW}
    layer = world.read(after=MAX_AGE + 0.1).speed_of("sentiment")
    assert layer.held == {TOP - 5 * HOUR}
    assert layer.synced_at == TOP - 4 * HOUR


def test_an_edit_without_a_new_stamp_is_seen_within_half_a_minute() -> None:
    world = World(speed_views=[alive(1), alive(5)])
    world.read()
    world.store.collections[SPEED][0] |= UNREADABLE
    assert world.read(after=THOROUGH_INTERVAL + 0.1).speed_of("sentiment").held == {TOP - 5 * HOUR}


def test_a_readable_document_in_an_hour_of_unreadable_ones_is_seen_at_once() -> None:
    world = World(speed_views=[*(alive(2, **UNREADABLE) for _ in range(60)), alive(5)])
    assert world.read().speed_of("sentiment").held == {TOP - 5 * HOUR}
    world.store.insert(SPEED, [alive(2, synced_at=NOW)])
    assert TOP - 2 * HOUR in world.read(after=MAX_AGE + 0.1).speed_of("sentiment").held


def test_a_cut_hour_is_assumed_until_a_late_sync_shows_that_it_is_whole() -> None:
    world = World(speed_views=[alive(1), speed(3), alive(4)])
    assert world.read().speed_of("sentiment").assumed == {TOP - 3 * HOUR: Reason.CUT}
    world.store.insert(SPEED, [alive(3, movie_id=2)])
    layer = world.read(after=DOUBT_INTERVAL + 0.1).speed_of("sentiment")
    assert layer.assumed == {}


@pytest.mark.parametrize("synced_after", [timedelta(minutes=50), timedelta(minutes=61)])
def test_one_sign_of_life_near_the_end_is_enough(synced_after: timedelta) -> None:
    crowd = [speed(3, movie_id=n) for n in range(40)]
    lively = speed(3, movie_id=99, synced_at=TOP - 3 * HOUR + synced_after)
    assert World(speed_views=[alive(1), *crowd, lively]).read().speed_of("sentiment").assumed == {}


def test_a_document_of_another_hour_written_near_the_end_is_a_sign_of_life() -> None:
    late = speed(9, movie_id=2, synced_at=TOP - 2 * HOUR - timedelta(minutes=3))
    assert World(speed_views=[alive(1), speed(3), late]).read().speed_of("sentiment").assumed == {}


def test_an_hour_that_turns_to_text_is_read_as_soon_as_it_is_synced() -> None:
    world = World(speed_views=[alive(h) for h in range(6)])
    world.read()
    world.store.insert(SPEED, [speed(0, movie_id=2, synced_at=NOW) | {"hour": TOP.strftime("%Y-%m-%dT%H:%M:%SZ")}])
    world.store.collections[SPEED][0]["synced_at"] = NOW - HOUR / 4
    assert world.read(after=MAX_AGE + 0.1).hour_forms == {TEXT}


def test_stamps_that_turn_to_text_are_found_by_the_background_thread() -> None:
    world = World(speed_views=[alive(h) for h in range(3, 6)])
    world.read()
    stamp = (NOW - HOUR / 6).strftime("%Y-%m-%dT%H:%M:%SZ")
    world.store.insert(SPEED, [speed(0, synced_at=stamp)])
    world.seconds += FORMS_INTERVAL + 0.1
    layers = world.state.layers(("sentiment",), Boundary(NOW), max_age=0.0)
    assert layers.sync_forms == {TEXT}
    assert layers.speed_of("sentiment").synced_at == NOW - HOUR / 6


def test_heartbeats_hold_hours() -> None:
    world = World(speed_views=[alive(4), heartbeat(3), heartbeat(2), alive(1), heartbeat(0)])
    layer = world.read().speed_of("sentiment")
    assert layer.held == {TOP - n * HOUR for n in range(5)}
    assert layer.beats == {TOP, TOP - 2 * HOUR, TOP - 3 * HOUR}
    assert layer.assumed == {}
    assert layer.as_of == NOW


def test_a_heartbeat_from_before_the_end_of_its_hour_leaves_the_hour_cut() -> None:
    early = heartbeat(2, synced_at=TOP - 2 * HOUR + HOUR / 4)
    assert World(speed_views=[alive(1), early, alive(3)]).read().speed_of("sentiment").assumed == {
        TOP - 2 * HOUR: Reason.CUT
    }


def test_an_hour_with_a_heartbeat_and_documents_is_not_one_of_heartbeats_alone() -> None:
    world = World(speed_views=[heartbeat(2), alive(2), heartbeat(1)])
    assert world.read().speed_of("sentiment").beats == {TOP - HOUR}


def test_types_under_another_name_are_found() -> None:
    documents = [alive(h, data_type="review_sentiment", data=sentiment(2)) for h in (1, 2)]
    layers = World(speed_views=documents).read()
    assert layers.speed_of("sentiment").held == {TOP - HOUR, TOP - 2 * HOUR}
    assert layers.speed_of("sentiment").synced_at == TOP
    assert layers.spellings == {"sentiment": {("data_type", "review_sentiment")}}


def test_hours_under_another_name_are_found() -> None:
    documents = [alive(h) for h in (1, 2)]
    for document in documents:
        document["window_start"] = document.pop("hour")
    layers = World(speed_views=[*documents, alive(3)]).read()
    assert layers.speed_of("sentiment").held == {TOP - HOUR, TOP - 2 * HOUR, TOP - 3 * HOUR}
    assert layers.hour_forms == {ABSENT}


def test_windows_smaller_than_an_hour_hold_their_hour() -> None:
    part = alive(2) | {"hour": TOP - 2 * HOUR + timedelta(minutes=35)}
    assert World(speed_views=[part]).read().speed_of("sentiment").held == {TOP - 2 * HOUR}


def test_the_newest_sync_under_another_name_is_found() -> None:
    documents = [speed(0, movie_id=1), speed(0, movie_id=2, synced_at=NOW - HOUR / 6), speed(0, movie_id=3)]
    documents[0]["synced_at"] = documents[2]["synced_at"] = TOP + HOUR / 12
    for document in documents:
        document["updated_at"] = document.pop("synced_at")
    layers = World(speed_views=documents).read()
    assert layers.speed_of("sentiment").synced_at == NOW - HOUR / 6
    assert layers.sync_forms == frozenset()


OTHERS = [
    {"$date": "2026-05-04"},
    [],
    True,
    ObjectId("6b0c80fea190e49a9335b356"),
    Timestamp(1, 1),
    b"1",
    datetime(1970, 1, 21, tzinfo=UTC),
]


@pytest.mark.parametrize(
    "hour", ["garbage", "29/11/2026 12:00", "1795953600", "", "12:00", 1795953600 * 10**6, 7, *OTHERS], ids=repr
)
def test_hours_that_are_no_moments_are_noticed(hour: Any) -> None:
    layers = World(speed_views=[alive(1), speed(2, movie_id=2, hour=hour)]).read()
    assert layers.hour_forms == {ODD}


def test_documents_without_any_hour_are_noticed() -> None:
    assert World(speed_views=[alive(1), speed(2, hour=None)]).read().hour_forms == {ABSENT}


def test_the_rate_before_a_silence_is_counted_again_when_other_hours_are_held() -> None:
    world = World(speed_views=[speed(2), speed(3)])
    state = TypeState(world.store, Contract(), "sentiment", lambda: world.seconds)
    state.refresh(Boundary(NOW), forms_age=FORMS_INTERVAL)
    assert state.count_before(TOP - HOUR) == 2
    world.store.insert(SPEED, [speed(3, movie_id=2)])
    assert state.count_before(TOP - HOUR) == 2, "it is kept for a while"
    world.store.insert(SPEED, [speed(4)])
    world.seconds += 1
    state.refresh(Boundary(NOW), forms_age=FORMS_INTERVAL)
    assert state.count_before(TOP - HOUR) == 4
