"""Answers share the hours, which are read once and kept current within a memory limit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from merger.contract.collections import SPEED
from merger.core.windows import Window
from merger.layers.state import MAX_AGE
from merger.speed.tables import HourRange
from tests.unit.merger.speed.shared import HOUR, NOW, SECOND, TICK, TOP, Shared, trending


def test_read_returns_exactly_the_movies_of_the_window() -> None:
    shared = Shared(trending(0), trending(5, 2), trending(6, 3), trending(1, 4, data_type="stats"))
    assert shared.movies() == {1, 2}


def test_newest_of_a_movie_s_duplicates_in_an_hour_is_kept() -> None:
    shared = Shared(
        trending(1, 1, 5.0), trending(1, 1, 7.0, synced_at=NOW - SECOND), trending(1, 1, 6.0, synced_at=TOP - HOUR)
    )
    assert shared.scores() == {(1, 1): 7.0}


def test_unreadable_document_is_skipped_and_reported_each_time() -> None:
    shared = Shared(trending(3), trending(3, 2, float("nan")))
    for _ in range(2):
        assert [skip.kind for skip in shared.read().skipped] == ["trending.trending_score"]
        assert shared.movies() == {1}


def test_second_read_soon_after_returns_the_same_object_without_a_find() -> None:
    shared = Shared(*(trending(h) for h in range(6)))
    first = shared.read()
    assert shared.read(after=MAX_AGE / 2) is first
    assert shared.store.finds == []


def test_same_object_is_returned_when_nothing_changed() -> None:
    shared = Shared(*(trending(h) for h in range(6)))
    first = shared.read()
    assert shared.read(after=TICK) is first
    assert len(shared.store.finds) == 2
    assert shared.reread == []


def test_stamp_in_the_future_counts_once_its_time_has_come() -> None:
    shared = Shared(trending(1, 1, 5.0), trending(1, 1, 9.0, synced_at=NOW + timedelta(minutes=6)))
    assert shared.scores() == {(1, 1): 5.0}
    assert [d.movie_id for d in shared.read().ahead(shared.boundary)] == [1]
    assert shared.scores(after=61) == {(1, 1): 9.0}
    assert shared.read().ahead(shared.boundary) == []


def test_kept_hours_stay_within_the_limit_and_answers_stay_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Shared(*(trending(h, m) for h in range(24) for m in range(4)))
    monkeypatch.setattr("merger.speed.shared_hours.MAX_BYTES", 12_000)
    for _ in range(2):
        assert len(shared.scores(24)) == 96
        assert sum(kept.size for kept in shared.hours._types.values()) <= 12_000
    kept = shared.hours._types["trending"]._hours
    assert max(kept) == TOP
    assert len(kept) == max((TOP - hour) // HOUR for hour in kept) + 1


def test_expired_hours_are_not_read() -> None:
    assert Shared(trending(130)).movies(168) == set()


def test_future_hours_are_not_read() -> None:
    shared = Shared(trending(-2), trending(0))
    wanted = HourRange(("trending",), Window(TOP, TOP + 24 * HOUR))
    assert [table.hour for table in shared.hours.read(wanted, shared.boundary, shared.layers()).tables] == [TOP]


def test_answer_needs_no_find_after_a_background_refresh() -> None:
    shared = Shared(*(trending(h) for h in range(6)))
    shared.read()
    for n in range(1, 800):
        if n % 50 == 0:
            shared.write(trending(n % 6, n))
        shared.refresh(after=1.0)
        assert len(shared.movies()) == 1 + n // 50
        assert shared.store.finds == []


def test_background_refresh_reads_an_hour_that_has_just_begun() -> None:
    shared = Shared(trending(1))
    shared.read()
    for _ in range(8):
        shared.refresh(after=5 * 60)
    assert shared.boundary.open_hour == TOP + HOUR
    assert max(shared.hours._types["trending"]._hours) == TOP + HOUR


def test_rewritten_hour_is_reread_at_once() -> None:
    shared = Shared(trending(0, 9), trending(4))
    shared.read()
    shared.store.insert(SPEED, [trending(4, 2)])
    assert shared.refresh(after=1.0).missed == {}
    shared.hours.note_rewritten("trending", TOP - 4 * HOUR)
    assert shared.refresh(after=1.0).missed == {"trending": frozenset({2})}
    assert shared.movies() == {1, 2, 9}


def test_answers_know_that_a_rewritten_hour_lacks_changes_until_it_is_reread() -> None:
    shared = Shared(trending(0, 9), trending(4))
    shared.read()
    shared.refresh(after=1.0)
    shared.hours.note_rewritten("trending", TOP - 4 * HOUR)
    assert shared.hours.known_since(("trending",)) == 1.0
    shared.refresh(after=1.0)
    assert shared.hours.known_since(("trending",)) == 2.0


@pytest.mark.parametrize("hours_ago", [1, 30])
def test_deleted_document_is_dropped_as_soon_as_a_deletion_is_noted(hours_ago: int) -> None:
    shared = Shared(trending(0, 9), trending(hours_ago), trending(hours_ago, 2))
    shared.read(40)
    shared.store.collections[SPEED].pop()
    assert shared.refresh(after=1.0).missed == {}
    shared.hours.note_rewritten("trending", None)
    found = [shared.refresh(after=1.0).missed for _ in range(2)]
    assert {"trending": frozenset({2})} in found
    assert shared.movies(40) == {1, 9}


def test_deletion_elsewhere_rereads_nothing() -> None:
    shared = Shared(*(trending(number) for number in range(20)))
    shared.read(10)
    shared.store.collections[SPEED].pop()
    shared.hours.note_rewritten("trending", None)
    shared.refresh(after=1.0)
    shared.refresh(after=1.0)
    assert {kept.read_at for kept in shared.hours._types["trending"]._hours.values()} == {0.0}


@pytest.mark.parametrize(("ago", "finds"), [(0, True), (9, True), (11, False), (3600, False)])
def test_old_stamps_are_not_found(ago: int, *, finds: bool) -> None:
    shared = Shared(trending(0, synced_at=NOW))
    shared.read()
    shared.refresh(after=0.5)
    assert shared.hours.finds("trending", NOW - ago * SECOND, shared.boundary) == finds
    assert not shared.hours.finds("trending", None, shared.boundary)


def test_the_first_read_knows_documents_of_unknown_hour() -> None:
    shared = Shared(trending(1), {**trending(2, 2), "hour": "soon"})
    assert [skip.movie_id for skip in shared.read().skipped] == [2]
