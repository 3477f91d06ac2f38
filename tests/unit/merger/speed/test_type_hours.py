"""Hours are reread when they are due, and at once when the layer state contradicts them."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest

from merger.contract.collections import SPEED
from merger.core.boundary import Layers, SpeedLayer
from merger.core.windows import Window
from merger.layers.state import WAIT_AGE
from merger.speed import deltas, type_hours
from merger.speed.kept_hours import GRACE_SECONDS, MAX_KEEP_SECONDS, MIN_KEEP_SECONDS, REST_FACTOR, SETTLED_FACTOR
from merger.speed.tables import HourRange, SharedHours
from merger.speed.type_hours import (
    FORGET_SECONDS,
    MISSED_REREAD_SECONDS,
    UNREADABLE_KEEP_SECONDS,
    UNREADABLE_REREAD_SECONDS,
)
from merger.stores.store import Document, Find
from tests.unit.merger.speed.shared import HOUR, NOW, SECOND, TICK, TOP, Shared, trending


@pytest.mark.parametrize(("hours_ago", "factor"), [(2, 1), (4, SETTLED_FACTOR)])
def test_document_without_a_new_stamp_is_found_when_its_hour_is_due(hours_ago: int, factor: int) -> None:
    shared = Shared(trending(hours_ago), trending(0, 9))
    shared.read()
    shared.store.insert(SPEED, [trending(hours_ago, 2)])
    for _ in range(int(MIN_KEEP_SECONDS * factor) - 1):
        shared.seconds += 1
        shared.read()
    assert shared.movies() == {1, 9}
    assert shared.movies(after=(MAX_KEEP_SECONDS - MIN_KEEP_SECONDS) * factor + GRACE_SECONDS + 2) == {1, 2, 9}


def test_deleted_document_is_dropped_when_its_hour_is_due() -> None:
    shared = Shared(trending(2), trending(2, 2))
    shared.read()
    shared.store.collections[SPEED].pop()
    assert shared.movies(after=TICK) == {1, 2}
    assert shared.movies(after=MAX_KEEP_SECONDS + GRACE_SECONDS) == {1}


def test_emptied_hour_is_dropped_at_once() -> None:
    shared = Shared(trending(2), trending(3, 2))
    assert shared.movies() == {1, 2}
    shared.store.collections[SPEED].pop()
    assert shared.movies(after=TICK) == {1}


def test_empty_hour_that_is_filled_is_read_at_once() -> None:
    shared = Shared(trending(2))
    assert shared.movies() == {1}
    shared.store.insert(SPEED, [trending(4, 2)])
    assert shared.movies(after=TICK) == {1, 2}


@pytest.mark.parametrize("hours_ago", [1, 4])
def test_restored_history_is_complete_soon_after_its_last_document(hours_ago: int) -> None:
    shared = Shared(trending(0, 9))
    shared.read()
    for movie_id in range(1, 5):
        shared.store.insert(SPEED, [trending(hours_ago, movie_id)])
        assert len(shared.movies(after=TICK)) <= movie_id + 1
    assert shared.movies(after=2 * MISSED_REREAD_SECONDS + 0.1) == {1, 2, 3, 4, 9}
    shared.store.collections[SPEED].pop()
    shared.movies(after=MIN_KEEP_SECONDS)
    shared.read(after=TICK)
    assert shared.reread == [], "an hour without further misses is not reread"


def test_documents_with_new_stamps_cause_no_early_reread() -> None:
    shared = Shared(trending(0, 9), trending(2))
    shared.read()
    shared.seconds += MAX_KEEP_SECONDS + GRACE_SECONDS
    shared.write(trending(2, 2))
    assert shared.movies() == {1, 2, 9}
    shared.read(after=2 * MISSED_REREAD_SECONDS + 0.1)
    assert shared.reread == []


def test_slow_hour_with_missed_documents_is_not_reread_all_the_time() -> None:
    shared = Shared(trending(0, 9))
    shared.read()
    find_at_once = shared.store.find

    def find_slowly(find: Find) -> list[Document]:
        shared.seconds += 2.0 if "data_type" in find.filter and "hour" in find.filter else 0.0
        return find_at_once(find)

    shared.store.find = find_slowly  # type: ignore[method-assign]
    begun, times = shared.seconds, 0
    for movie_id in range(100, 160):
        shared.store.insert(SPEED, [trending(4, movie_id)])
        shared.read(after=TICK)
        times += shared.reread.count(TOP - 4 * HOUR)
    assert 1 < times <= 1 + (shared.seconds - begun) / (2.0 * REST_FACTOR)


def test_empty_hours_are_reread_while_the_layer_state_is_unknown() -> None:
    shared = Shared(trending(2))
    window = HourRange(("trending",), Window(TOP - 5 * HOUR, TOP + HOUR))
    shared.hours.read(window, shared.boundary, Layers())
    shared.store.insert(SPEED, [trending(4, 2)])
    shared.seconds += TICK
    assert len(shared.hours.read(window, shared.boundary, Layers()).tables) == 2


def test_unreadable_successor_is_reported_at_once_and_replaces_the_bucket_soon() -> None:
    shared = Shared(trending(2), trending(2, 2))
    shared.read()
    shared.store.collections[SPEED][1] |= {"data": None, "synced_at": shared.boundary.now}
    assert [skip.movie_id for skip in shared.read(after=TICK).skipped] == [2]
    assert shared.movies(after=2 * UNREADABLE_REREAD_SECONDS + 1) == {1}
    shared.store.collections[SPEED][1] |= trending(2, 2) | {"synced_at": shared.boundary.now}
    assert shared.movies(after=TICK) == {1, 2}
    assert shared.read(after=2 * UNREADABLE_REREAD_SECONDS + 1).skipped == ()


@pytest.mark.parametrize(("old", "new"), [("2026-05-04T15:00:00Z", "2026-05-04T15:20:01Z"), ({"$date": 1}, {})])
def test_newest_hours_are_reread_when_stamps_are_no_dates(old: object, new: object) -> None:
    shared = Shared(trending(1, synced_at=old), trending(0, synced_at=old))
    shared.read()
    shared.store.insert(SPEED, [trending(1, 2, synced_at=new)])
    assert shared.movies(after=TICK) == {1, 2}


def test_hours_fall_due_at_different_times() -> None:
    shared = Shared(*(trending(h) for h in range(24)))
    shared.read(24)
    for _ in range(int((MIN_KEEP_SECONDS + MAX_KEEP_SECONDS) / 2 * SETTLED_FACTOR)):
        shared.seconds += 1
        shared.read(6)
    shared.read(24)
    assert 5 < len(shared.reread) < 20


def test_all_hours_are_reread_after_a_long_rest() -> None:
    shared = Shared(*(trending(h) for h in range(6)))
    shared.read()
    shared.read(after=FORGET_SECONDS + 1)
    assert len(shared.reread) == 6


def test_large_hours_are_read_in_smaller_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Shared(*(trending(h, m) for h in range(6) for m in range(4)))
    monkeypatch.setattr(type_hours, "MAX_DOCUMENTS_PER_FIND", 8)
    shared.read()
    hours = [w["hour"] for _, w in shared.store.finds if "data_type" in w]
    dates = [each for each in hours if isinstance(each, dict) and isinstance(each.get("$gte"), datetime)]
    spans = [(each["$lt"] - each["$gte"]) // HOUR for each in dates]
    assert spans == [1, 2, 2, 1]


def test_answer_waits_for_another_thread_s_find_only_when_too_old() -> None:
    shared = Shared(trending(1))
    shared.read()
    shared.write(trending(1, 2))
    entered, leave = threading.Event(), threading.Event()
    find_at_once = shared.store.find

    def find_slowly(find: Find) -> list[Document]:
        if "synced_at" in find.filter and not leave.is_set():
            entered.set()
            leave.wait(5)
        return find_at_once(find)

    shared.seconds += TICK
    layers = shared.layers()
    shared.store.find = find_slowly  # type: ignore[method-assign]  # a store that takes its time
    refreshing = threading.Thread(target=shared.hours.refresh, args=(shared.boundary, layers))
    refreshing.start()
    assert entered.wait(5)
    wanted = HourRange(("trending",), Window(TOP - 5 * HOUR, TOP + HOUR))
    assert len(shared.hours.read(wanted, shared.boundary, layers).tables[0].rows) == 1
    shared.seconds += WAIT_AGE
    late: list[SharedHours] = []
    waiting = threading.Thread(target=lambda: late.append(shared.hours.read(wanted, shared.boundary, layers)))
    waiting.start()
    waiting.join(0.1)
    assert not late
    leave.set()
    waiting.join(5)
    refreshing.join(5)
    assert len(late[0].tables[0].rows) == 2


def test_documents_that_are_only_stamped_anew_change_nothing() -> None:
    shared = Shared(trending(1), trending(2, 2), trending(2, 3, extra=1))
    shared.read()
    shared.refresh(after=1.0)
    for document in shared.store.collections[SPEED]:
        document["synced_at"] = shared.boundary.now
    assert shared.refresh(after=1.0).movies == {}
    shared.store.collections[SPEED][2]["data"] = {"trending_score": 1.0, "velocity": 2.0}
    shared.store.collections[SPEED][2]["synced_at"] = shared.boundary.now
    assert shared.refresh(after=1.0).movies == {"trending": frozenset({3})}


def test_documents_of_hours_that_are_not_kept_count_as_changed_once() -> None:
    shared = Shared(trending(1))
    shared.read()
    shared.refresh(after=1.0)
    shared.write(trending(40, 9))
    assert shared.refresh(after=1.0).movies == {"trending": frozenset({9})}
    assert shared.refresh(after=1.0).movies == {}, "the find reaches back, and finds it again"
    shared.write(trending(40, 10, stamp=shared.boundary.now - 5 * SECOND))
    assert shared.refresh(after=1.0).movies == {"trending": frozenset({10})}, "late, but not seen before"


def test_unreadable_document_is_a_change_until_it_is_only_stamped_anew() -> None:
    shared = Shared(trending(1), trending(2, 2))
    shared.read()
    shared.refresh(after=1.0)
    bad = shared.store.collections[SPEED][1]
    bad |= {"data": None, "synced_at": shared.boundary.now}
    assert shared.refresh(after=1.0).movies == {"trending": frozenset({2})}
    found = []
    for _ in range(6):
        bad["synced_at"] = shared.boundary.now
        found.append(shared.refresh(after=6.0).movies)
    assert found == [{"trending": frozenset({2})}, *[{}] * 5], "rereading drops the bucket that it replaced"
    assert len(shared.read().skipped) == 1


def test_hole_is_gone_soon_after_its_document_was_deleted() -> None:
    shared = Shared(trending(5), trending(5, movie_id=None))
    shared.read()
    shared.refresh(after=1.0)
    assert len(shared.read().skipped) == 1
    shared.store.collections[SPEED].pop()
    found = [shared.refresh(after=1.0) for _ in range(int(UNREADABLE_KEEP_SECONDS) + 1)]
    assert [changes.missed for changes in found if changes.movies] == [{"trending": frozenset({0})}]
    assert shared.read().skipped == ()


def test_write_that_came_before_the_table_is_a_change() -> None:
    """The table has it already, but answers were computed before."""
    shared = Shared(trending(1))
    shared.read(2)
    shared.refresh(after=1.0)
    shared.write(trending(4, 7))
    shared.seconds += 0.5
    shared.read()  # keeps the older hours, too, without looking for changes
    assert shared.refresh(after=1.0).movies == {"trending": frozenset({7})}


def test_flood_has_every_hour_reread_and_tells_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deltas, "MOST_DOCUMENTS", 20)
    shared = Shared(*(trending(h, m) for h in range(6) for m in range(4)))
    shared.read()
    shared.refresh(after=1.0)
    for document in shared.store.collections[SPEED]:
        document["synced_at"] = shared.boundary.now
    shared.store.collections[SPEED][5]["data"] = {"trending_score": 9.0}
    flooded_at, found = shared.seconds, []
    for _ in range(8):
        changes = shared.refresh(after=1.0)
        found += [changes.movies] if changes.movies else []
        assert changes.movies or shared.hours.known_since(("trending",)) <= flooded_at or found
    assert found == [{"trending": frozenset({1})}]
    assert shared.scores()[1, 1] == 9.0
    assert shared.hours.known_since(("trending",)) == shared.seconds, "every hour was reread"


def test_flood_counts_hours_that_are_not_kept_as_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deltas, "MOST_DOCUMENTS", 3)
    shared = Shared(*(trending(h, m) for h in (1, 40) for m in range(4)))
    shared.read()
    shared.refresh(after=1.0)
    for document in shared.store.collections[SPEED]:
        document["synced_at"] = shared.boundary.now
    assert shared.refresh(after=1.0).movies == {"trending": None}


def test_hour_with_a_heartbeat_and_no_document_is_not_read_again_and_again() -> None:
    window = HourRange(("trending",), Window(TOP - 5 * HOUR, TOP + HOUR))
    held, beats = frozenset(TOP - h * HOUR for h in (1, 2, 3)), frozenset({TOP - 2 * HOUR})
    for layer, times in ((SpeedLayer(held, beats=beats), 0), (SpeedLayer(held), 1)):
        shared = Shared(trending(1), trending(3))
        shared.hours.read(window, shared.boundary, Layers(speed={"trending": layer}))
        shared.seconds += TICK
        shared.store.finds.clear()
        shared.hours.read(window, shared.boundary, Layers(speed={"trending": layer}))
        assert shared.reread.count(TOP - 2 * HOUR) == times


def test_stamps_of_several_forms_are_found() -> None:
    east = timezone(timedelta(hours=2))
    shared = Shared(trending(1, synced_at="2026-05-04T15:00:00Z"), trending(2))
    shared.movies()
    shared.write(trending(1, 2, stamp="2026-05-04T15:20:01Z"), trending(3, 3))
    assert shared.movies(after=TICK) == {1, 2, 3}
    assert shared.reread == []
    shared.write(trending(3, 4, stamp=(NOW + 2 * SECOND).astimezone(east).isoformat()))
    assert shared.movies(after=40.0) == {1, 2, 3, 4}
    assert shared.reread == []
