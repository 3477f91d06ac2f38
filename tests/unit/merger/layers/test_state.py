"""The state of the layers: what it holds, how soon it sees a change, and how many finds that takes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.core.boundary import Boundary, Layers
from merger.errors import StoreUnavailable
from merger.layers.state import MAX_AGE, THOROUGH_INTERVAL, WAIT_AGE, LayerState
from tests.memory_store import MemoryStore

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOP = NOW.replace(minute=0)


class World:
    """The state of an in-memory store's layers, with a clock that the test moves."""

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        self.store = MemoryStore(**collections)
        self.seconds = 100.0
        self.state = LayerState(self.store, Aliases(), lambda: self.seconds)

    def read(self, *, after: float = 0.0, now: datetime = NOW, data_type: str = "sentiment") -> Layers:
        self.seconds += after
        return self.state.layers((data_type,), Boundary(now))


def speed(hours_ago: int, *, synced_at: Any = None, **more: Any) -> dict[str, Any]:
    hour = TOP - hours_ago * HOUR
    return {"movie_id": 1, "data_type": "sentiment", "hour": hour, "synced_at": synced_at or hour + HOUR / 2} | more


def batch(hours_ago: int, view_type: str = "sentiment") -> dict[str, Any]:
    return {"view_type": view_type, "computed_at": TOP - hours_ago * HOUR}


def test_state_has_the_held_hours_and_the_newest_sync() -> None:
    world = World(speed_views=[speed(1), speed(1, movie_id=2), speed(5)])
    layer = world.read().speed_of("sentiment")
    assert layer.held == {TOP - HOUR, TOP - 5 * HOUR}
    assert layer.synced_at == TOP - HOUR / 2


def test_newest_batch_document_of_any_type_counts() -> None:
    world = World(batch_views=[batch(30), batch(6, "temporal_trends")])
    world.read()
    assert world.read(after=MAX_AGE + 0.1).batch_computed_at == TOP - 6 * HOUR


def test_empty_layers_hold_nothing() -> None:
    layers = World().read()
    assert layers.batch_computed_at is None
    assert layers.speed_of("sentiment").held == frozenset()
    assert layers.speed_of("sentiment").synced_at is None


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


def test_dropped_collections_leave_an_empty_state() -> None:
    world = World(speed_views=[speed(1)], batch_views=[batch(0)])
    world.read()
    world.store.collections.clear()
    layers = world.read(after=MAX_AGE + 0.1)
    assert (layers.batch_computed_at, layers.speed_of("sentiment").synced_at) == (None, None)
    assert layers.speed_of("sentiment").held == frozenset()


def test_a_newer_sync_of_the_same_document_is_seen() -> None:
    world = World(speed_views=[speed(0)])
    world.read()
    world.store.collections[SPEED][0]["synced_at"] = NOW
    assert world.read(after=MAX_AGE + 0.1).speed_of("sentiment").synced_at == NOW


def test_a_batch_that_was_taken_back_no_longer_counts() -> None:
    world = World(batch_views=[batch(30), batch(6)])
    world.read()
    world.store.collections[BATCH].pop()
    assert world.read(after=MAX_AGE + 0.1).batch_computed_at == TOP - 30 * HOUR


def test_a_newer_batch_is_seen() -> None:
    world = World(batch_views=[batch(30)])
    world.read()
    world.store.insert(BATCH, [batch(1, "actor_collaboration")])
    assert world.read(after=MAX_AGE + 0.1).batch_computed_at == TOP - HOUR


def test_a_sync_in_the_future_is_ignored() -> None:
    world = World(speed_views=[speed(1, synced_at=NOW + 9 * HOUR), speed(2)])
    assert world.read().speed_of("sentiment").synced_at == TOP - 2 * HOUR + HOUR / 2


def test_expired_hours_are_dropped() -> None:
    world = World(speed_views=[speed(1), speed(119)])
    world.read()
    held = world.read(after=MAX_AGE + 0.1, now=NOW + 5 * HOUR).speed_of("sentiment").held
    assert held == {TOP - HOUR}


def test_a_young_state_is_used_without_a_find() -> None:
    world = World(speed_views=[speed(1)], batch_views=[batch(0)])
    world.read()
    asked = len(world.store.finds)
    world.read(after=MAX_AGE / 2)
    assert len(world.store.finds) == asked


def test_background_refreshes_spare_requests_every_find() -> None:
    world = World(speed_views=[speed(1)], batch_views=[batch(0)])
    world.read()
    for _ in range(30):
        world.seconds += 1.0
        world.state.layers(("sentiment",), Boundary(NOW), max_age=0.0)
        asked = len(world.store.finds)
        world.read()
        assert len(world.store.finds) == asked


def test_the_newest_batch_seen_is_known_without_a_read() -> None:
    world = World(batch_views=[batch(30)])
    assert world.state.batch_seen is None
    assert world.read().batch_computed_at == world.state.batch_seen
    world.store.insert(BATCH, [batch(1)])
    assert world.read(after=MAX_AGE + 0.1).batch_computed_at == world.state.batch_seen == TOP - HOUR


def test_a_request_waits_for_a_refresh_only_beyond_the_wait_age() -> None:
    world = World(speed_views=[speed(1)])
    first = world.read().speed_of("sentiment")
    state = world.state._speed["sentiment"]
    with state.lock:
        assert world.read(after=WAIT_AGE - 0.1).speed_of("sentiment") is first
        late: list[Layers] = []
        waiting = threading.Thread(target=lambda: late.append(world.read(after=0.2)))
        waiting.start()
        waiting.join(0.1)
        assert not late
    waiting.join(5)
    assert late[0].speed_of("sentiment") == first


def test_a_refresh_takes_few_finds_however_many_hours_are_held() -> None:
    world = World(speed_views=[speed(h) for h in range(48)], batch_views=[batch(0)])
    world.read()
    asked = len(world.store.finds)
    world.read(after=MAX_AGE + 0.1)
    assert len(world.store.finds) - asked <= 11


def test_the_first_read_probes_each_hour_once_per_spelling() -> None:
    world = World(speed_views=[speed(h) for h in range(48)], batch_views=[batch(0)])
    world.read()
    hours = [wanted["hour"]["$gte"] for name, wanted in world.store.finds if name == SPEED and "hour" in wanted]
    probes = [hour for hour in hours if isinstance(hour, datetime)]
    assert max(probes.count(hour) for hour in probes) == 2
    assert len(probes) == 48 + 2 * (121 - 48)


def test_an_error_of_the_store_is_raised_and_keeps_the_state() -> None:
    world = World(speed_views=[speed(1)])
    world.read()
    world.store.error = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        world.read(after=MAX_AGE + 0.1)
    world.store.error = None
    assert world.read().speed_of("sentiment").held == {TOP - HOUR}


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+00:00"])
def test_dates_stored_as_text_are_read(form: str) -> None:
    documents = [speed(3), speed(80)]
    for document in documents:
        document |= {key: document[key].strftime(form) for key in ("hour", "synced_at")}
    world = World(speed_views=documents, batch_views=[batch(6) | {"computed_at": (TOP - 6 * HOUR).strftime(form)}])
    layers = world.read()
    assert layers.hours_as_text
    assert layers.speed_of("sentiment").held == {TOP - 3 * HOUR, TOP - 80 * HOUR}
    assert layers.speed_of("sentiment").synced_at == TOP - 3 * HOUR + HOUR / 2
    assert layers.batch_computed_at == TOP - 6 * HOUR
    world.store.insert(SPEED, [documents[0] | {"synced_at": (TOP - HOUR).strftime(form)}])
    assert world.read(after=MAX_AGE + 0.1).speed_of("sentiment").synced_at == TOP - HOUR


def test_stored_dates_need_no_second_range() -> None:
    assert not World(speed_views=[speed(1)]).read().hours_as_text


def test_an_unreadable_newest_date_hides_no_other() -> None:
    world = World(speed_views=[speed(2)], batch_views=[batch(6)])
    world.read()
    world.store.insert(SPEED, [speed(1, synced_at="~ later")])
    world.store.insert(BATCH, [batch(1) | {"computed_at": "~ later"}])
    layers = world.read(after=MAX_AGE + 0.1)
    assert layers.speed_of("sentiment").synced_at == TOP - 2 * HOUR + HOUR / 2
    assert layers.batch_computed_at == TOP - 6 * HOUR


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


def test_a_layer_that_does_not_answer_is_named_and_holds_nothing() -> None:
    world = World(speed_views=[speed(1)], batch_views=[batch(6)])
    world.read()
    world.store.error = StoreUnavailable("away")
    world.seconds += MAX_AGE + 0.1
    layers, errors = world.state.available_layers(("sentiment",), Boundary(NOW))
    assert set(errors) == {BATCH, SPEED}
    assert layers.away == {"batch", "speed"}
    assert layers.speed_of("sentiment").held == frozenset()
    assert layers.batch_computed_at == TOP - 6 * HOUR
