"""What the layer watch knows, how soon it notices a change, and what that costs (M8, F3, F4)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.core.boundary import Boundary, Layers
from merger.errors import StoreUnavailable
from merger.layers.state import MAX_AGE, THOROUGH_AGE, TOO_OLD, LayerState
from tests.memory_store import MemoryStore

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOP = NOW.replace(minute=0)


class Watched:
    """A watch over an in-memory store, with a clock that the test moves."""

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        self.store = MemoryStore(**collections)
        self.seconds = 100.0
        self.watch = LayerState(self.store, Aliases(), lambda: self.seconds)

    def look(self, *, after: float = 0.0, now: datetime = NOW, data_type: str = "sentiment") -> Layers:
        self.seconds += after
        return self.watch.layers((data_type,), Boundary(now))


def speed(hours_ago: int, *, synced_at: Any = None, **more: Any) -> dict[str, Any]:
    hour = TOP - hours_ago * HOUR
    return {"movie_id": 1, "data_type": "sentiment", "hour": hour, "synced_at": synced_at or hour + HOUR / 2} | more


def batch(hours_ago: int, view_type: str = "sentiment") -> dict[str, Any]:
    return {"view_type": view_type, "computed_at": TOP - hours_ago * HOUR}


def test_it_knows_the_hours_and_the_newest_sync() -> None:
    watched = Watched(speed_views=[speed(1), speed(1, movie_id=2), speed(5)])
    layer = watched.look().speed_of("sentiment")
    assert layer.held == {TOP - HOUR, TOP - 5 * HOUR}
    assert layer.synced_at == TOP - HOUR / 2


def test_it_knows_the_newest_batch_of_any_type() -> None:
    watched = Watched(batch_views=[batch(30), batch(6, "temporal_trends")])
    watched.look()
    assert watched.look(after=MAX_AGE + 0.1).batch_computed_at == TOP - 6 * HOUR


def test_empty_layers_hold_nothing() -> None:
    layers = Watched().look()
    assert layers.batch_computed_at is None
    assert layers.speed_of("sentiment").held == frozenset()
    assert layers.speed_of("sentiment").synced_at is None


def test_types_are_kept_apart() -> None:
    watched = Watched(speed_views=[speed(1), speed(2, data_type="stats")])
    assert watched.look(data_type="stats").speed_of("stats").held == {TOP - 2 * HOUR}
    assert watched.look(data_type="sentiment").speed_of("sentiment").held == {TOP - HOUR}


def test_a_producer_may_spell_the_type_otherwise() -> None:
    document = speed(3)
    document["view_type"] = document.pop("data_type")
    layer = Watched(speed_views=[document]).look().speed_of("sentiment")
    assert layer.held == {TOP - 3 * HOUR}
    assert layer.synced_at == document["synced_at"]


@pytest.mark.parametrize("hours_ago", [0, 2, 90])
def test_it_notices_an_hour_that_fills_later(hours_ago: int) -> None:
    watched = Watched(speed_views=[speed(1), speed(5)])
    watched.look()
    watched.store.insert(SPEED, [speed(hours_ago)])
    assert TOP - hours_ago * HOUR in watched.look(after=MAX_AGE + 0.1).speed_of("sentiment").held


def test_it_notices_an_hour_that_vanishes() -> None:
    watched = Watched(speed_views=[speed(1), speed(5)])
    watched.look()
    watched.store.collections[SPEED].pop()
    assert watched.look(after=MAX_AGE + 0.1).speed_of("sentiment").held == {TOP - HOUR}


def test_it_keeps_an_hour_whose_witness_alone_vanishes() -> None:
    watched = Watched(speed_views=[speed(1), speed(1, movie_id=2)])
    watched.look()
    watched.store.collections[SPEED].pop(0)
    assert watched.look(after=MAX_AGE + 0.1).speed_of("sentiment").held == {TOP - HOUR}


def test_it_notices_that_everything_was_dropped() -> None:
    watched = Watched(speed_views=[speed(1)], batch_views=[batch(0)])
    watched.look()
    watched.store.collections.clear()
    layers = watched.look(after=MAX_AGE + 0.1)
    assert (layers.batch_computed_at, layers.speed_of("sentiment").synced_at) == (None, None)
    assert layers.speed_of("sentiment").held == frozenset()


def test_it_notices_a_newer_sync_of_the_same_document() -> None:
    watched = Watched(speed_views=[speed(0)])
    watched.look()
    watched.store.collections[SPEED][0]["synced_at"] = NOW
    assert watched.look(after=MAX_AGE + 0.1).speed_of("sentiment").synced_at == NOW


def test_it_notices_a_batch_that_was_taken_back() -> None:
    watched = Watched(batch_views=[batch(30), batch(6)])
    watched.look()
    watched.store.collections[BATCH].pop()
    assert watched.look(after=MAX_AGE + 0.1).batch_computed_at == TOP - 30 * HOUR


def test_it_notices_a_newer_batch() -> None:
    watched = Watched(batch_views=[batch(30)])
    watched.look()
    watched.store.insert(BATCH, [batch(1, "actor_collaboration")])
    assert watched.look(after=MAX_AGE + 0.1).batch_computed_at == TOP - HOUR


def test_a_sync_in_the_future_is_not_believed() -> None:
    watched = Watched(speed_views=[speed(1, synced_at=NOW + 9 * HOUR), speed(2)])
    assert watched.look().speed_of("sentiment").synced_at == TOP - 2 * HOUR + HOUR / 2


def test_hours_that_may_no_longer_answer_are_forgotten() -> None:
    watched = Watched(speed_views=[speed(1), speed(119)])
    watched.look()
    held = watched.look(after=MAX_AGE + 0.1, now=NOW + 5 * HOUR).speed_of("sentiment").held
    assert held == {TOP - HOUR}


def test_within_its_age_it_asks_nothing() -> None:
    watched = Watched(speed_views=[speed(1)], batch_views=[batch(0)])
    watched.look()
    asked = len(watched.store.finds)
    watched.look(after=MAX_AGE / 2)
    assert len(watched.store.finds) == asked


def test_a_thread_may_look_whatever_the_age_so_that_no_answer_has_to() -> None:
    watched = Watched(speed_views=[speed(1)], batch_views=[batch(0)])
    watched.look()
    for _ in range(30):
        watched.seconds += 1.0
        watched.watch.refresh(("sentiment",), Boundary(NOW))
        asked = len(watched.store.finds)
        watched.look()
        assert len(watched.store.finds) == asked


def test_it_counts_the_moves_of_the_newest_batch() -> None:
    watched = Watched(batch_views=[batch(30)])
    watched.look()
    before = watched.watch.batch_moves
    watched.look(after=MAX_AGE + 0.1)
    assert watched.watch.batch_moves == before
    watched.store.insert(BATCH, [batch(1)])
    watched.look(after=MAX_AGE + 0.1)
    assert watched.watch.batch_moves == before + 1


def test_nobody_waits_for_a_look_that_somebody_else_takes_until_it_is_too_old() -> None:
    watched = Watched(speed_views=[speed(1)])
    first = watched.look().speed_of("sentiment")
    state = watched.watch._speed["sentiment"]
    with state.lock:
        assert watched.look(after=TOO_OLD - 0.1).speed_of("sentiment") is first
        late: list[Layers] = []
        waiting = threading.Thread(target=lambda: late.append(watched.look(after=0.2)))
        waiting.start()
        waiting.join(0.1)
        assert not late
    waiting.join(5)
    assert late[0].speed_of("sentiment") == first


def test_a_refresh_costs_a_handful_of_finds_however_much_is_held() -> None:
    watched = Watched(speed_views=[speed(h) for h in range(48)], batch_views=[batch(0)])
    watched.look()
    asked = len(watched.store.finds)
    watched.look(after=MAX_AGE + 0.1)
    assert len(watched.store.finds) - asked <= 11


def test_the_first_look_asks_once_for_each_hour_and_spelling() -> None:
    watched = Watched(speed_views=[speed(h) for h in range(48)], batch_views=[batch(0)])
    watched.look()
    hours = [wanted["hour"]["$gte"] for name, wanted in watched.store.finds if name == SPEED and "hour" in wanted]
    probes = [hour for hour in hours if isinstance(hour, datetime)]
    assert max(probes.count(hour) for hour in probes) == 2
    assert len(probes) == 48 + 2 * (121 - 48)


def test_trouble_of_the_store_is_passed_on_and_forgets_nothing() -> None:
    watched = Watched(speed_views=[speed(1)])
    watched.look()
    watched.store.error = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        watched.look(after=MAX_AGE + 0.1)
    watched.store.error = None
    assert watched.look().speed_of("sentiment").held == {TOP - HOUR}


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+00:00"])
def test_dates_stored_as_text_are_understood(form: str) -> None:
    documents = [speed(3), speed(80)]
    for document in documents:
        document |= {key: document[key].strftime(form) for key in ("hour", "synced_at")}
    watched = Watched(speed_views=documents, batch_views=[batch(6) | {"computed_at": (TOP - 6 * HOUR).strftime(form)}])
    layers = watched.look()
    assert layers.hours_as_text
    assert layers.speed_of("sentiment").held == {TOP - 3 * HOUR, TOP - 80 * HOUR}
    assert layers.speed_of("sentiment").synced_at == TOP - 3 * HOUR + HOUR / 2
    assert layers.batch_computed_at == TOP - 6 * HOUR
    watched.store.insert(SPEED, [documents[0] | {"synced_at": (TOP - HOUR).strftime(form)}])
    assert watched.look(after=MAX_AGE + 0.1).speed_of("sentiment").synced_at == TOP - HOUR


def test_dates_stored_as_dates_need_no_second_range() -> None:
    assert not Watched(speed_views=[speed(1)]).look().hours_as_text


def test_a_newest_date_that_can_not_be_read_hides_no_other() -> None:
    watched = Watched(speed_views=[speed(2)], batch_views=[batch(6)])
    watched.look()
    watched.store.insert(SPEED, [speed(1, synced_at="~ later")])
    watched.store.insert(BATCH, [batch(1) | {"computed_at": "~ later"}])
    layers = watched.look(after=MAX_AGE + 0.1)
    assert layers.speed_of("sentiment").synced_at == TOP - 2 * HOUR + HOUR / 2
    assert layers.batch_computed_at == TOP - 6 * HOUR


def test_a_spelling_that_nobody_used_is_noticed_within_half_a_minute() -> None:
    watched = Watched(speed_views=[speed(1)])
    watched.look()
    document = speed(3)
    document["view_type"] = document.pop("data_type")
    watched.store.insert(SPEED, [document])
    assert TOP - 3 * HOUR in watched.look(after=THOROUGH_AGE + 0.1).speed_of("sentiment").held
    watched.store.insert(SPEED, [document | {"hour": TOP - 5 * HOUR}])
    assert TOP - 5 * HOUR in watched.look(after=MAX_AGE + 0.1).speed_of("sentiment").held


def test_a_document_beside_the_hour_hides_no_other() -> None:
    beside = [speed(2) | {"hour": TOP - 2 * HOUR + timedelta(minutes=n)} for n in range(1, 9)]
    assert Watched(speed_views=[*beside, speed(2)]).look().speed_of("sentiment").held == {TOP - 2 * HOUR}


def test_documents_with_a_useless_date_are_no_trouble() -> None:
    watched = Watched(speed_views=[speed(1) | {"hour": "yesterday", "synced_at": None}, speed(2)])
    assert watched.look().speed_of("sentiment").held == {TOP - 2 * HOUR}
