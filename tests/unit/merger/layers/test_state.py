"""The state of the layers: what it holds, how soon it sees a change, and how many finds that takes."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from merger.contract.collections import BATCH, SPEED
from merger.core.boundary import Boundary, Layers
from merger.core.evidence import Absence, Reason
from merger.core.stamps import ABSENT, TEXT
from merger.errors import StoreUnavailable
from merger.layers.newest import Newest
from merger.layers.state import MAX_AGE, WAIT_AGE, without_layers
from merger.stores.store import Document, Find
from tests.unit.merger.layers.world import HOUR, NOW, TOP, World, alive, batch, speed


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


def test_dropped_collections_leave_an_empty_state() -> None:
    world = World(speed_views=[speed(1)], batch_views=[batch(0)])
    world.read()
    world.store.collections.clear()
    layers = world.read(after=MAX_AGE + 0.1)
    assert (layers.batch_computed_at, layers.speed_of("sentiment").synced_at) == (None, None)
    assert layers.speed_of("sentiment").held == frozenset()


def test_a_batch_that_was_taken_back_no_longer_counts() -> None:
    world = World(batch_views=[batch(30), batch(6)])
    world.read()
    world.store.collections[BATCH].pop()
    assert world.read(after=MAX_AGE + 0.1).batch_computed_at == TOP - 30 * HOUR


def test_a_document_that_was_read_before_a_rollback_is_not_the_newest() -> None:
    world = World(batch_views=[batch(30)])
    world.read()
    world.state.note_newest_batch(Newest(TOP - HOUR, "of a run that is hidden by now"), runs="the former ones")
    assert world.read().batch_computed_at == TOP - 30 * HOUR
    world.state.note_newest_batch(Newest(TOP - HOUR, "of a run that readers see"), runs="")
    assert world.read().batch_computed_at == TOP - HOUR


def test_a_newer_batch_is_seen() -> None:
    world = World(batch_views=[batch(30)])
    world.read()
    world.store.insert(BATCH, [batch(1, "actor_collaboration")])
    assert world.read(after=MAX_AGE + 0.1).batch_computed_at == TOP - HOUR


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
    assert layers.hour_forms == layers.sync_forms == {TEXT}
    assert layers.speed_of("sentiment").held == {TOP - 3 * HOUR, TOP - 80 * HOUR}
    assert layers.speed_of("sentiment").synced_at == TOP - 3 * HOUR + HOUR / 2
    assert layers.batch_computed_at == TOP - 6 * HOUR
    world.store.insert(SPEED, [documents[0] | {"synced_at": (TOP - HOUR).strftime(form)}])
    assert world.read(after=MAX_AGE + 0.1).speed_of("sentiment").synced_at == TOP - HOUR


def test_the_forms_of_all_types_are_known_from_the_first_read_on() -> None:
    text = {"data_type": "stats", "hour": "2026-05-04T15:00:00Z", "synced_at": "2026-05-04T15:10:00Z"}
    undated = speed(1, movie_id="7", data_type="trending", hour=None)
    world = World(speed_views=[alive(0), speed(0, **text), undated], batch_views=[batch(0)])
    layers = world.read()
    assert layers.hour_forms == {TEXT, ABSENT}
    assert layers.text_ids == {"speed"}
    asked = len(world.store.finds)
    assert world.read(after=MAX_AGE + 0.1).hour_forms == {TEXT, ABSENT}
    assert len(world.store.finds) - asked <= 11


def test_requests_leave_the_refresh_to_a_background_thread_while_the_state_is_young_enough() -> None:
    world = World(speed_views=[alive(1)], batch_views=[batch(6)])
    world.state.layers(("sentiment",), Boundary(NOW), max_age=0.0)
    asked = len(world.store.finds)
    world.store.insert(BATCH, [batch(0)])
    assert world.read(after=WAIT_AGE - 0.1).batch_computed_at == TOP - 6 * HOUR
    assert len(world.store.finds) == asked
    assert world.read(after=0.2).batch_computed_at == TOP, "a background thread that is late is not waited for"


def test_the_background_thread_refreshes_one_layer_where_the_other_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(speed_views=[alive(1)], batch_views=[batch(6)])
    world.read()
    world.store.insert(SPEED, [alive(0)])
    world.seconds += 1
    find_now = world.store.find

    def find(find: Find) -> list[Document]:
        if find.collection == BATCH:
            raise StoreUnavailable("away")
        return find_now(find)

    with monkeypatch.context() as patched:
        patched.setattr(world.store, "find", find)
        with pytest.raises(StoreUnavailable):
            world.state.layers(("sentiment",), Boundary(NOW), max_age=0.0)
    assert world.state.layers(("sentiment",), Boundary(NOW)).speed_of("sentiment").held == {TOP, TOP - HOUR}


def test_an_unreadable_newest_date_hides_no_other() -> None:
    world = World(speed_views=[speed(2)], batch_views=[batch(6)])
    world.read()
    world.store.insert(SPEED, [speed(1, synced_at="~ later")])
    world.store.insert(BATCH, [batch(1) | {"computed_at": "~ later"}])
    layers = world.read(after=MAX_AGE + 0.1)
    # A bucket without a readable stamp was written when its hour had begun.
    assert layers.speed_of("sentiment").synced_at == TOP - HOUR
    assert layers.batch_computed_at == TOP - 6 * HOUR


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


def test_a_batch_layer_that_is_away_shows_nothing_by_what_it_does_not_name() -> None:
    layers = Layers(absence={"sentiment": Absence(unrecorded_until=TOP)})
    assert without_layers(layers, {BATCH}).absence_of("sentiment") == Absence()
    assert without_layers(layers, {SPEED}).absence_of("sentiment") == Absence(unrecorded_until=TOP)


UNREADABLE: dict[str, Any] = {"movie_id": "603x"}


def test_documents_that_cannot_be_read_prove_nothing() -> None:
    world = World(
        speed_views=[alive(4), *(alive(h, **UNREADABLE, synced_at=NOW) for h in range(4))],
        batch_views=[batch(30), batch(6) | UNREADABLE],
    )
    layers = world.read()
    assert layers.speed_of("sentiment").held == {TOP - 4 * HOUR}
    assert layers.speed_of("sentiment").synced_at == TOP - 3 * HOUR
    assert layers.batch_computed_at == TOP - 30 * HOUR


def test_a_quiet_hour_beside_a_living_type_is_assumed() -> None:
    world = World(speed_views=[alive(1), alive(4), *(alive(h, data_type="stats") for h in range(6))])
    layers = world.state.layers(("sentiment", "stats"), Boundary(NOW))
    quiet = {TOP - 2 * HOUR: Reason.QUIET, TOP - 3 * HOUR: Reason.QUIET}
    assert layers.speed_of("sentiment").assumed == quiet
    assert layers.speed_of("sentiment").held == {TOP - HOUR, TOP - 4 * HOUR}
    assert layers.speed_of("stats").assumed == {}


def test_the_other_types_are_read_for_a_type_with_a_silent_hour_only() -> None:
    stats = [alive(h, data_type="stats") for h in range(6)]
    busy = World(speed_views=[*(alive(h) for h in range(6)), *stats])
    busy.read()
    conditions = [wanted.get("hour", {}) for _, wanted in busy.store.finds if wanted.get("data_type") == "stats"]
    assert not any(bound == TOP for each in conditions for bound in each.values())
    silent = World(speed_views=[alive(1), alive(4), *stats])
    assert set(silent.read().speed_of("sentiment").assumed.values()) == {Reason.QUIET}


def test_old_hours_written_again_are_no_news() -> None:
    world = World(speed_views=[speed(h, synced_at=NOW) for h in range(3, 9)])
    layer = world.read().speed_of("sentiment")
    assert layer.synced_at == NOW
    assert layer.as_of == TOP - 2 * HOUR
    assert Boundary(NOW).is_lagging(layer)


def test_the_verdict_does_not_depend_on_what_was_asked_before() -> None:
    documents = [*(alive(h, data_type="stats") for h in range(3, 9)), *(alive(h) for h in range(9))]
    first, second = World(speed_views=documents), World(speed_views=documents)
    second.read(data_type="sentiment")
    asked = [world.read(data_type="stats").speed_of("stats") for world in (first, second)]
    assert asked[0] == asked[1]
    assert set(asked[0].assumed.values()) == {Reason.QUIET}


def test_ids_of_movies_as_text_are_noticed() -> None:
    assert World(speed_views=[speed(1)], batch_views=[batch(6)]).read().text_ids == frozenset()
    genre = {"movie_id": "Drama", "view_type": "genre_analytics", "computed_at": TOP - HOUR, "data": {}}
    assert World(batch_views=[batch(6), genre]).read().text_ids == frozenset()
    assert World(speed_views=[speed(1, movie_id="550")]).read().text_ids == {"speed"}
    assert World(batch_views=[batch(6) | {"movie_id": "550"}]).read().text_ids == {"batch"}
