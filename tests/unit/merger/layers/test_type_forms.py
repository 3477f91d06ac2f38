"""The forms in which moments are stored are found by a thread of their own, and no answer waits for it."""

from __future__ import annotations

import threading

import pytest

from merger.contract.collections import BATCH, SPEED
from merger.core.stamps import TEXT
from merger.deadline import deadline
from merger.layers.state import MAX_AGE, WAIT_AGE
from merger.layers.type_forms import FORMS_INTERVAL, TypeForms
from merger.layers.type_state import THOROUGH_INTERVAL
from merger.stores.store import Document, Find
from tests.unit.merger.layers.world import HOUR, TOP, World, alive, batch, speed


def test_where_a_thread_finds_the_forms_no_refresh_does() -> None:
    world = World(speed_views=[alive(1)], batch_views=[batch(6)])
    world.read()
    world.state.find_forms()
    text = {"hour": TOP.strftime("%Y-%m-%dT%H:%M:%SZ"), "synced_at": TOP.strftime("%Y-%m-%dT%H:%M:%SZ")}
    world.store.insert(SPEED, [speed(0, movie_id="7", **text)])
    world.store.insert(BATCH, [batch(0) | {"computed_at": text["synced_at"]}])
    layers = world.read(after=THOROUGH_INTERVAL + MAX_AGE)
    assert not layers.hour_forms | layers.sync_forms
    assert not layers.text_ids
    world.state.find_forms()
    layers = world.read(after=MAX_AGE + 0.1)
    assert layers.hour_forms == layers.sync_forms == {TEXT}
    assert layers.text_ids == {"speed"}
    assert layers.batch_computed_at == TOP


def test_forms_are_found_once_per_interval() -> None:
    world = World(speed_views=[alive(1)], batch_views=[batch(6)])
    world.state.find_forms()
    asked = len(world.store.finds)
    world.seconds += FORMS_INTERVAL / 2
    world.state.find_forms()
    assert len(world.store.finds) == asked
    world.seconds += FORMS_INTERVAL
    world.state.find_forms()
    assert len(world.store.finds) > asked


def test_no_answer_waits_while_the_forms_are_found_again() -> None:
    world = World(speed_views=[alive(1)], batch_views=[batch(6)])
    world.read()
    world.state.find_forms()
    world.seconds += FORMS_INTERVAL
    begun, go_on = threading.Event(), threading.Event()
    finds, find_now = [], world.store.find

    def find(find: Find) -> list[Document]:
        if threading.current_thread().name == "forms":
            begun.set()
            go_on.wait(10)
        finds.append(find)
        return find_now(find)

    world.store.find = find  # type: ignore[method-assign]
    searching = threading.Thread(target=world.state.find_forms, name="forms")
    searching.start()
    assert begun.wait(10)
    with deadline(5):
        assert world.read(after=WAIT_AGE + 0.1).speed_of("sentiment").held == {TOP - HOUR}
    assert finds
    go_on.set()
    searching.join(10)


def test_a_form_that_a_refresh_meets_during_the_search_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(speed_views=[alive(1)])
    forms = TypeForms(world.store, "sentiment", (("data_type", "sentiment"),), lambda: world.seconds)
    find_now = world.store.find

    def find(find: Find) -> list[Document]:
        forms.note_hour("2026-05-04T15:00:00Z")
        return find_now(find)

    with monkeypatch.context() as patched:
        patched.setattr(world.store, "find", find)
        forms.find(0)
    assert forms.of_hours == {TEXT}
    forms.find(0)
    assert forms.of_hours == set(), "no document has it, as the next search finds"
