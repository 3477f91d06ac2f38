"""Hours are read whole, and counted again after deletions."""

from __future__ import annotations

from datetime import datetime

import pytest

from merger.contract.collections import SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Layers
from merger.speed.hour_reads import COUNT_PACE, MAX_HOURS, HourReads, Recount, count_by_hour
from merger.speed.kept_hours import KeptHour, Wait, keep
from merger.speed.table_builder import build_tables
from tests.unit.merger.speed.shared import HOUR, TOP, Shared, trending


def kept_hours(shared: Shared, length: int) -> dict[datetime, KeptHour]:
    hours = [TOP - number * HOUR for number in range(length)]
    raw = shared.store.collections[SPEED]
    tables = build_tables("trending", hours, Contract().read(speed=raw), TOP)
    return {h: keep(None, table, count_by_hour(raw)[h], 0.0, 0.1, Wait(60.0)) for h, table in tables.items()}


def recount(shared: Shared) -> Recount:
    return Recount(HourReads(shared.store, Contract(), "trending"), lambda: shared.seconds)


def test_an_hour_with_another_number_of_documents_has_changed() -> None:
    shared = Shared(trending(1), trending(2), trending(2, 2))
    hours, counted = kept_hours(shared, 3), recount(shared)
    shared.store.collections[SPEED].pop()
    assert counted.find_changed(hours, Layers()) == []
    counted.begin(hours)
    assert counted.find_changed(hours, Layers()) == [TOP - 2 * HOUR]
    assert counted.find_changed(hours, Layers()) == []


def test_hours_stored_otherwise_than_as_dates_are_not_counted() -> None:
    shared = Shared(trending(1), trending(1, hour="2026-05-04T14:00:00Z"))
    hours, counted = kept_hours(shared, 2), recount(shared)
    counted.begin(hours)
    assert counted.find_changed(hours, Layers()) == []


def test_the_newest_hours_are_counted_first_and_the_others_soon() -> None:
    shared = Shared(*(trending(number) for number in range(MAX_HOURS + 2)))
    hours, counted = kept_hours(shared, MAX_HOURS + 2), recount(shared)
    shared.store.collections[SPEED].clear()
    counted.begin(hours)
    counted.begin(hours)
    assert counted.find_changed(hours, Layers()) == [TOP - number * HOUR for number in range(MAX_HOURS)]
    assert counted.find_changed(hours, Layers()) == [TOP - number * HOUR for number in (MAX_HOURS, MAX_HOURS + 1)]


def test_a_slow_count_is_followed_by_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Shared(trending(1))
    hours, counted = kept_hours(shared, 2), recount(shared)

    def count_slowly(*_: object) -> int:
        shared.seconds += 1.0
        return 0

    monkeypatch.setattr(shared.store, "count", count_slowly)
    counted.begin([TOP - HOUR])
    assert counted.find_changed(hours, Layers()) == [TOP - HOUR]
    counted.begin([TOP - HOUR])
    shared.seconds += COUNT_PACE - 1
    assert counted.find_changed(hours, Layers()) == []
    shared.seconds += 2 * COUNT_PACE
    assert counted.find_changed(hours, Layers()) == [TOP - HOUR]
