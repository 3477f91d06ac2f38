"""The change log names changed movies once, up to a limit."""

from __future__ import annotations

import pytest

from merger.contract.collections import SPEED
from merger.errors import StoreUnavailable
from merger.speed.change_log import MAX_MOVIES, ChangeLog, Changes
from merger.speed.kept_hours import MAX_KEEP_SECONDS, SETTLED_FACTOR
from tests.unit.merger.speed.shared import TICK, Shared, trending


def test_refresh_returns_changed_movies_once() -> None:
    shared = Shared(trending(1), trending(2, 2), trending(3, 3))
    shared.read()
    assert shared.refresh(after=1.0) == Changes(starts=frozenset({"trending"}))
    shared.write(trending(1, 1, 5.0), trending(2, 8), trending(100, 9))
    found = shared.refresh(after=1.0)
    assert found.movies == {"trending": frozenset({1, 8, 9})}
    assert shared.refresh(after=1.0) == Changes()


def test_refresh_returns_changes_found_by_an_answer_or_by_rereading() -> None:
    shared = Shared(trending(1), trending(2, 2), trending(3, 3))
    shared.read()
    shared.write(trending(1, 1, 5.0))
    shared.read(after=TICK)
    assert shared.refresh().movies == {"trending": frozenset({1})}
    shared.store.collections[SPEED].pop(2)
    found: set[int] = set()
    for _ in range(int(MAX_KEEP_SECONDS * SETTLED_FACTOR) + 10):
        found |= shared.refresh(after=1.0).movies.get("trending", None) or set()
    assert found == {3}


def test_very_many_changed_movies_are_not_named() -> None:
    shared = Shared(trending(1))
    shared.read()
    shared.write(*(trending(1, n) for n in range(2, MAX_MOVIES + 3)))
    assert shared.refresh(after=1.0).movies == {"trending": None}


def test_store_error_is_raised_and_loses_no_change() -> None:
    shared = Shared(trending(1))
    shared.read()
    shared.write(trending(1, 2))
    layers = shared.layers()
    shared.seconds += TICK
    shared.store.error = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        shared.hours.refresh(shared.boundary, layers)
    shared.store.error = None
    assert shared.refresh(after=1.0).movies == {"trending": frozenset({2})}
    assert shared.movies() == {1, 2}


def test_log_keeps_missed_movies_apart_and_is_empty_after_take() -> None:
    log = ChangeLog()
    log.note("stats", [1, 2], missed=[2])
    log.note("stats", [3])
    log.note("trending", [])
    assert log.take() == Changes({"stats": frozenset({1, 2, 3})}, {"stats": frozenset({2})})
    assert log.take() == Changes()
