"""The hours that answers share: read once, kept a while, never more than fits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from merger import hours as hours_module
from merger.boundary import Boundary
from merger.contract import Contract, Documents
from merger.hours import KEEP_AT_LEAST, KEEP_AT_MOST, SETTLED_FACTOR, SpeedHours
from merger.layers import MAX_AGE
from merger.query import Window
from merger.routing import SPEED, HourRange
from tests.memory_store import MemoryStore

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOP = NOW.replace(minute=0)


def trending(hours_ago: int, movie_id: int = 1, **more: Any) -> dict[str, Any]:
    hour = TOP - hours_ago * HOUR
    document = {"movie_id": movie_id, "data_type": "trending", "hour": hour, "synced_at": hour + HOUR / 2}
    return document | {"data": {"trending_score": 1.0}} | more


class Shared:
    def __init__(self, *documents: dict[str, Any]) -> None:
        self.store = MemoryStore(speed_views=list(documents))
        self.seconds = 0.0
        self.hours = SpeedHours(self.store, Contract(), lambda: self.seconds)

    def read(self, length: int = 6, types: tuple[str, ...] = ("trending",)) -> Documents:
        window = Window(TOP - (length - 1) * HOUR, TOP + HOUR)
        return self.hours.read(HourRange(types, window), Boundary(NOW))


def test_it_reads_every_movie_of_the_window_and_nothing_else() -> None:
    shared = Shared(trending(0), trending(5, 2), trending(6, 3), trending(1, 4, data_type="stats"))
    assert {d.movie_id for d in shared.read().speed} == {1, 2}


def test_a_producer_may_spell_the_type_otherwise() -> None:
    document = trending(2, 7)
    document["view_type"] = document.pop("data_type")
    assert [d.movie_id for d in Shared(document).read().speed] == [7]


def test_a_bad_document_is_skipped_and_told_each_time() -> None:
    shared = Shared(trending(3), trending(3, 2, data={"trending_score": float("nan")}))
    for _ in range(2):
        documents = shared.read()
        assert [d.movie_id for d in documents.speed] == [1]
        assert [skip.kind for skip in documents.skipped] == ["trending.trending_score"]


def test_closed_hours_are_kept_and_the_newest_two_are_read_again() -> None:
    shared = Shared(*(trending(h) for h in range(6)))
    shared.read()
    shared.store.finds.clear()
    shared.store.insert(SPEED, [trending(0, 2), trending(1, 3), trending(4, 4)])
    shared.seconds += MAX_AGE / 2
    assert {d.movie_id for d in shared.read().speed} == {1}
    shared.seconds += MAX_AGE
    assert {d.movie_id for d in shared.read().speed} == {1, 2, 3}
    assert all(wanted["hour"] == {"$gte": TOP - HOUR, "$lt": TOP + HOUR} for _, wanted in shared.store.finds)


@pytest.mark.parametrize(("hours_ago", "factor"), [(2, 1), (4, SETTLED_FACTOR)])
def test_late_documents_are_seen_when_the_hour_falls_due(hours_ago: int, factor: int) -> None:
    shared = Shared(trending(hours_ago))
    shared.read()
    shared.store.insert(SPEED, [trending(hours_ago, 2)])
    shared.seconds += KEEP_AT_LEAST * factor - 1
    assert len(shared.read().speed) == 1
    shared.seconds += (KEEP_AT_MOST - KEEP_AT_LEAST) * factor + 2
    assert len(shared.read().speed) == 2


def test_a_lost_hour_that_comes_back_is_not_taken_for_a_quiet_one() -> None:
    shared = Shared(trending(2))
    assert len(shared.read().speed) == 1
    shared.store.insert(SPEED, [trending(4, 2)])
    shared.seconds += MAX_AGE + 0.1
    assert len(shared.read().speed) == 2


def test_hours_do_not_all_fall_due_at_once() -> None:
    shared = Shared(*(trending(h) for h in range(24)))
    shared.read(24)
    shared.store.finds.clear()
    shared.seconds += (KEEP_AT_LEAST + KEEP_AT_MOST) / 2 * SETTLED_FACTOR
    shared.read(24)
    asked = sum((w["hour"]["$lt"] - w["hour"]["$gte"]) // HOUR for _, w in shared.store.finds if "data_type" in w)
    assert 5 < asked < 20


def test_no_more_documents_are_kept_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hours_module, "MOST_DOCUMENTS", 10)
    shared = Shared(*(trending(h, m) for h in range(24) for m in range(4)))
    assert len(shared.read(24).speed) == 96
    assert sum(kept.size for kept in shared.hours._kept.values()) <= 10


def test_expired_hours_are_not_read() -> None:
    shared = Shared(trending(130))
    assert shared.read(168).speed == ()


def test_hours_in_the_future_are_not_read() -> None:
    shared = Shared(trending(-2), trending(0))
    window = Window(TOP, TOP + 24 * HOUR)
    documents = shared.hours.read(HourRange(("trending",), window), Boundary(NOW))
    assert len(documents.speed) == 1
