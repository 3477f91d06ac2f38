"""The newest document is found, and kept current with few finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from merger.contract.collections import BATCH
from merger.core.stamps import ODD, TEXT, StampForm, StampKind
from merger.layers.newest import Newest, NewestSearch
from tests.memory_store import MemoryStore

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
FORMS: dict[str, Callable[[datetime], Any]] = {
    "text": lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "text with an offset": lambda moment: moment.astimezone(timezone(timedelta(hours=7))).isoformat(),
}
CHOICES = ({"view_type": "a"}, {"view_type": "b"})


def document(age: timedelta, view_type: str = "a", **more: Any) -> dict[str, Any]:
    return {"view_type": view_type, "computed_at": NOW - age, **more}


def search(store: MemoryStore, known: Newest | None = None) -> Newest:
    found = NewestSearch(store, BATCH, "computed_at", lambda raw: "data" not in raw)
    forms = found.find_forms(CHOICES)
    store.finds.clear()
    return found.find_newest(CHOICES, known or Newest(), NOW, forms)


@pytest.mark.parametrize("age", [timedelta(minutes=1), timedelta(hours=20), timedelta(days=2), timedelta(days=4000)])
def test_the_newest_is_found_at_any_age(age: timedelta) -> None:
    store = MemoryStore(batch_views=[document(age + timedelta(days=1)), document(age)])
    assert search(store).value == NOW - age


def test_an_empty_collection_has_no_newest() -> None:
    assert search(MemoryStore()) == Newest()


def test_known_newest_is_confirmed_by_one_find_per_choice_and_one_by_id() -> None:
    store = MemoryStore(batch_views=[document(timedelta(days=2))])
    known = search(store)
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


@pytest.mark.parametrize("stored", FORMS.values(), ids=FORMS)
def test_a_newest_in_any_form_is_kept_current(stored: Callable[[datetime], Any]) -> None:
    store = MemoryStore(batch_views=[document(timedelta(0), computed_at=stored(NOW - timedelta(days=2)))])
    known = search(store)
    assert known.value == NOW - timedelta(days=2)
    store.insert(BATCH, [document(timedelta(0), computed_at=stored(NOW - timedelta(days=1)))])
    assert search(store, known).value == NOW - timedelta(days=1)


@pytest.mark.parametrize("stored", FORMS.values(), ids=FORMS)
def test_a_producer_that_turns_from_dates_to_another_form_is_followed_and_back(
    stored: Callable[[datetime], Any],
) -> None:
    store = MemoryStore(batch_views=[document(timedelta(hours=3))])
    known = search(store)
    store.insert(BATCH, [document(timedelta(0), computed_at=stored(NOW - timedelta(hours=2)))])
    known = search(store, known)
    assert known.value == NOW - timedelta(hours=2)
    store.insert(BATCH, [document(timedelta(hours=1))])
    assert search(store, known).value == NOW - timedelta(hours=1)


def test_forms_besides_dates_are_found() -> None:
    stored = [written(NOW) for written in FORMS.values()]
    store = MemoryStore(batch_views=[document(timedelta(0), computed_at=value) for value in [*stored, NOW, "soon", 7]])
    offset = StampForm(StampKind.TEXT, timedelta(hours=7))
    assert NewestSearch(store, BATCH, "computed_at", bool).find_forms(CHOICES) == {TEXT, offset, ODD}
