"""Documents whose hour can't be read are found, and make all hours of their type uncertain."""

from __future__ import annotations

from typing import Any

import pytest

from merger.contract.collections import SPEED
from merger.contract.documents import Contract
from merger.speed.undated import PROBE_SECONDS, Undated
from tests.memory_store import MemoryStore
from tests.unit.merger.speed.shared import NOW, Shared, trending


def probed(*documents: dict[str, Any]) -> Undated:
    found = Undated(MemoryStore(speed_views=list(documents)), Contract(), "trending", lambda: 0.0)
    found.probe()
    return found


@pytest.mark.parametrize(
    "hour", ["not a date", "", " ", "n/a", "29/11/2026", "99999-01-01", "12:00", -1, 0, 7.5, 10**15, float("nan")]
)
def test_unreadable_hour_is_found(hour: Any) -> None:
    found = probed(trending(1), trending(1, 7, hour=hour)).skipped
    assert [(skip.movie_id, skip.hour, skip.kind) for skip in found] == [(7, None, "trending.hour")]


def test_readable_hours_of_any_form_are_not_among_them() -> None:
    hours: list[Any] = [NOW, "2026-05-04T15:00:00Z", "20260504T150000Z", int(NOW.timestamp()), NOW.timestamp() * 1000]
    assert probed(*(trending(1, hour=hour) for hour in hours)).skipped == ()


def test_hours_of_all_movies_tell_of_it_until_it_is_gone() -> None:
    shared = Shared(trending(1), trending(2, 7, hour="not a date"))
    assert shared.refresh(after=1.0).movies == {"trending": frozenset({7})}
    assert [skip.movie_id for skip in shared.read().skipped] == [7]
    assert shared.read() is shared.read()
    shared.store.collections[SPEED].pop()
    changes = shared.refresh(after=PROBE_SECONDS + 1)
    assert (changes.movies, changes.missed) == ({"trending": frozenset({7})},) * 2
    assert shared.read().skipped == ()


def test_one_that_is_written_is_told_at_once() -> None:
    shared = Shared(trending(1))
    shared.read()
    shared.refresh(after=1.0)
    shared.write(trending(2, 7, hour="not a date"))
    assert shared.refresh(after=1.0).movies == {"trending": frozenset({7})}
    assert [skip.movie_id for skip in shared.read().skipped] == [7]
