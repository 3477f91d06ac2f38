"""The newest document is found, and kept current with few finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from merger.contract.collections import BATCH
from merger.layers.newest import Newest, find_newest
from tests.memory_store import MemoryStore

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
CHOICES = ({"view_type": "a"}, {"view_type": "b"})


def document(age: timedelta, view_type: str = "a", **more: Any) -> dict[str, Any]:
    return {"view_type": view_type, "computed_at": NOW - age, **more}


def search(store: MemoryStore, known: Newest | None = None) -> Newest:
    return find_newest(store, BATCH, CHOICES, "computed_at", known or Newest(), NOW)


@pytest.mark.parametrize("age", [timedelta(minutes=1), timedelta(hours=20), timedelta(days=2), timedelta(days=4000)])
def test_the_newest_is_found_at_any_age(age: timedelta) -> None:
    store = MemoryStore(batch_views=[document(age + timedelta(days=1)), document(age)])
    assert search(store).value == NOW - age


def test_an_empty_collection_has_no_newest() -> None:
    assert search(MemoryStore()) == Newest()


def test_known_newest_is_confirmed_by_one_find_per_choice_and_one_by_id() -> None:
    store = MemoryStore(batch_views=[document(timedelta(days=2))])
    known = search(store)
    store.finds.clear()
    assert search(store, known) == known
    assert len(store.finds) == 3


def test_a_newer_document_of_another_choice_is_found() -> None:
    store = MemoryStore(batch_views=[document(timedelta(days=2))])
    known = search(store)
    store.insert(BATCH, [document(timedelta(hours=1), "b")])
    assert search(store, known).value == NOW - timedelta(hours=1)


def test_a_deleted_newest_is_replaced_by_the_one_before() -> None:
    store = MemoryStore(batch_views=[document(timedelta(days=2)), document(timedelta(hours=1))])
    known = search(store)
    store.collections[BATCH].pop()
    assert search(store, known).value == NOW - timedelta(days=2)


def test_dates_in_the_future_and_unreadable_dates_are_ignored() -> None:
    store = MemoryStore(batch_views=[document(-timedelta(hours=1)), document(timedelta(days=2))])
    store.insert(BATCH, [{"view_type": "a", "computed_at": "soon"}])
    assert search(store).value == NOW - timedelta(days=2)


def test_a_newest_stored_as_text_is_kept_current_by_text() -> None:
    store = MemoryStore(batch_views=[document(timedelta(days=2), computed_at="2026-05-02T15:20:00Z")])
    known = search(store)
    assert (known.value, known.stored) == (NOW - timedelta(days=2), "2026-05-02T15:20:00Z")
    store.insert(BATCH, [document(timedelta(0), computed_at="2026-05-03T15:20:00Z")])
    assert search(store, known).value == NOW - timedelta(days=1)
