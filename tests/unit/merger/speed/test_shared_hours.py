"""The hours that answers share: read once, kept current by what changes, never more than fits (M1, M8, D4)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from merger.contract.collections import SPEED
from merger.contract.documents import Aliases, Contract
from merger.core.boundary import Boundary, Layers
from merger.core.windows import Window
from merger.errors import StoreUnavailable
from merger.layers.state import MAX_AGE, TOO_OLD, LayerState
from merger.speed import shared_hours as shared_hours_module
from merger.speed import type_hours
from merger.speed.change_log import MAX_MOVIES, Changes
from merger.speed.deltas import OVERLAP, THOROUGH_AGE
from merger.speed.hour_range import HourRange
from merger.speed.shared_hours import SpeedHours
from merger.speed.tables import SharedHours
from merger.speed.type_hours import (
    FORGET_SECONDS,
    GRACE_SECONDS,
    MAX_KEEP_SECONDS,
    MIN_KEEP_SECONDS,
    MISSED_REREAD_SECONDS,
    MISSED_REST_FACTOR,
    SETTLED_FACTOR,
    UNREADABLE_REREAD_SECONDS,
)
from merger.stores.store import Document, Find
from tests.memory_store import MemoryStore

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
TOP = NOW.replace(minute=0)
TICK = MAX_AGE + 0.1
"""Seconds after which an answer looks again."""


def trending(hours_ago: int, movie_id: int = 1, score: float = 1.0, **more: Any) -> dict[str, Any]:
    hour = TOP - hours_ago * HOUR
    document = {"movie_id": movie_id, "data_type": "trending", "hour": hour, "synced_at": min(hour + HOUR, NOW)}
    return document | {"data": {"trending_score": score}} | more


class Shared:
    """Shared hours over an in-memory store, with a clock that the test moves."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self.store = MemoryStore(speed_views=list(documents))
        self.seconds = 0.0
        self.watch = LayerState(self.store, Aliases(), lambda: self.seconds)
        self.hours = SpeedHours(self.store, Contract(), lambda: self.seconds)

    @property
    def boundary(self) -> Boundary:
        return Boundary(NOW + timedelta(seconds=self.seconds))

    def layers(self, types: tuple[str, ...] = ("trending",)) -> Layers:
        return self.watch.layers(types, self.boundary)

    def read(self, length: int = 6, types: tuple[str, ...] = ("trending",), *, after: float = 0.0) -> SharedHours:
        """The hours of a window, ``after`` so many seconds more."""
        self.seconds += after
        window = Window(TOP - (length - 1) * HOUR, TOP + HOUR)
        layers = self.layers(types)
        self.store.finds.clear()
        return self.hours.read(HourRange(types, window), self.boundary, layers)

    def refresh(self, *, after: float = 0.0) -> Changes:
        """A look of the thread that keeps the hours current."""
        self.seconds += after
        return self.hours.refresh(self.boundary, self.watch.refresh(("trending",), self.boundary))

    def write(self, *documents: dict[str, Any]) -> None:
        """New documents, stamped with the moment unless they say otherwise."""
        self.store.insert(SPEED, [{**d, "synced_at": d.get("stamp", self.boundary.now)} for d in documents])

    def scores(self, length: int = 6, *, after: float = 0.0) -> dict[tuple[int, int], float]:
        """The scores by hours ago and movie."""
        tables = self.read(length, after=after).usable("trending", self.boundary)
        return {
            ((TOP - table.hour) // HOUR, int(movie_id)): table.rows.column("trending_score")[row]
            for table in tables
            for row, movie_id in enumerate(table.rows.movies)
        }

    def movies(self, length: int = 6, *, after: float = 0.0) -> set[int]:
        return {movie_id for _, movie_id in self.scores(length, after=after)}

    @property
    def reread(self) -> list[datetime]:
        """Hours that the last read read whole."""
        spans = [wanted["hour"] for _, wanted in self.store.finds if "hour" in wanted and "data_type" in wanted]
        return [s["$gte"] + n * HOUR for s in spans for n in range((s["$lt"] - s["$gte"]) // HOUR)]


def test_it_reads_every_movie_of_the_window_and_nothing_else() -> None:
    shared = Shared(trending(0), trending(5, 2), trending(6, 3), trending(1, 4, data_type="stats"))
    assert shared.movies() == {1, 2}


def test_of_a_movies_duplicates_in_an_hour_the_newest_is_kept() -> None:
    shared = Shared(
        trending(1, 1, 5.0), trending(1, 1, 7.0, synced_at=NOW - SECOND), trending(1, 1, 6.0, synced_at=TOP - HOUR)
    )
    assert shared.scores() == {(1, 1): 7.0}


def test_a_producer_may_spell_the_type_otherwise() -> None:
    document = trending(2, 7)
    document["view_type"] = document.pop("data_type")
    shared = Shared(document)
    assert shared.movies() == {7}
    shared.write({**document, "movie_id": 8})
    assert shared.movies(after=TICK) == {7, 8}


def test_a_spelling_that_nobody_used_is_noticed_within_half_a_minute() -> None:
    shared = Shared(trending(2))
    shared.movies()
    shared.movies(after=TICK)
    document = trending(2, 7)
    document["view_type"] = document.pop("data_type")
    shared.write(document)
    shared.write(trending(1, 3))
    assert shared.movies(after=TICK) == {1, 3}
    assert shared.movies(after=THOROUGH_AGE) == {1, 3, 7}


def test_a_bad_document_is_skipped_and_told_each_time() -> None:
    shared = Shared(trending(3), trending(3, 2, float("nan")))
    for _ in range(2):
        assert [skip.kind for skip in shared.read().skipped] == ["trending.trending_score"]
        assert shared.movies() == {1}


def test_within_its_age_it_asks_nothing_and_gives_the_same_object() -> None:
    shared = Shared(*(trending(h) for h in range(6)))
    first = shared.read()
    assert shared.read(after=MAX_AGE / 2) is first
    assert shared.store.finds == []


def test_without_a_change_the_same_object_comes_back_after_a_look() -> None:
    shared = Shared(*(trending(h) for h in range(6)))
    first = shared.read()
    assert shared.read(after=TICK) is first
    assert len(shared.store.finds) == 2
    assert shared.reread == []


@pytest.mark.parametrize("hours_ago", [0, 1, 4, 40])
def test_what_is_written_is_seen_whatever_hour_it_is_for(hours_ago: int) -> None:
    shared = Shared(trending(hours_ago), trending(0, 9))
    assert shared.movies(48) == {1, 9}
    shared.write(trending(hours_ago, 2), trending(hours_ago, 1, 3.0))
    scores = shared.scores(48, after=TICK)
    assert (scores[hours_ago, 1], scores[hours_ago, 2]) == (3.0, 1.0)
    assert shared.reread == []


def test_stamps_may_arrive_out_of_order() -> None:
    shared = Shared(trending(1))
    shared.movies()
    shared.write(trending(1, 2))
    assert shared.movies(after=TICK) == {1, 2}
    shared.write(trending(1, 3, stamp=shared.boundary.now - OVERLAP / 2))
    assert shared.movies(after=TICK) == {1, 2, 3}


def test_after_a_look_that_took_long_the_next_ones_go_less_far_back_for_a_while() -> None:
    shared = Shared(trending(1))
    shared.read()
    find_at_once = shared.store.find

    def find_slowly(find: Find) -> list[Document]:
        shared.seconds += 0.5
        return find_at_once(find)

    shared.store.find = find_slowly  # type: ignore[method-assign]  # a store that takes its time
    shared.read(after=TICK)
    shared.store.find = find_at_once  # type: ignore[method-assign]  # and no longer does
    lower = []
    for _ in range(6):
        shared.read(after=TICK)
        lower += [min(wanted["synced_at"]) for _, wanted in shared.store.finds if "synced_at" in wanted][:1]
    assert lower == ["$gt"] * 4 + ["$gte"] * 2
    shared.write(trending(1, 2))
    assert shared.movies(after=TICK) == {1, 2}


def test_a_producer_whose_clock_is_ahead_hides_no_other() -> None:
    shared = Shared(trending(1))
    shared.movies()
    shared.write(trending(1, 2, stamp=NOW + timedelta(minutes=3)))
    assert shared.movies(after=TICK) == {1, 2}
    shared.write(trending(1, 3))
    assert shared.movies(after=TICK) == {1, 2, 3}


def test_an_older_duplicate_that_comes_late_changes_nothing() -> None:
    shared = Shared(trending(1, 1, 5.0))
    shared.movies()
    shared.write(trending(1, 1, 9.0, stamp=TOP - SECOND))
    assert shared.scores(after=TICK) == {(1, 1): 5.0}


def test_a_stamp_in_the_future_counts_when_its_time_has_come() -> None:
    shared = Shared(trending(1, 1, 5.0), trending(1, 1, 9.0, synced_at=NOW + timedelta(minutes=6)))
    assert shared.scores() == {(1, 1): 5.0}
    assert [d.movie_id for d in shared.read().ahead(shared.boundary)] == [1]
    assert shared.scores(after=61) == {(1, 1): 9.0}
    assert shared.read().ahead(shared.boundary) == []


@pytest.mark.parametrize(("hours_ago", "factor"), [(2, 1), (4, SETTLED_FACTOR)])
def test_what_came_without_a_new_stamp_is_seen_when_the_hour_falls_due(hours_ago: int, factor: int) -> None:
    shared = Shared(trending(hours_ago), trending(0, 9))
    shared.read()
    shared.store.insert(SPEED, [trending(hours_ago, 2)])
    for _ in range(int(MIN_KEEP_SECONDS * factor) - 1):
        shared.seconds += 1
        shared.read()
    assert shared.movies() == {1, 9}
    assert shared.movies(after=(MAX_KEEP_SECONDS - MIN_KEEP_SECONDS) * factor + GRACE_SECONDS + 2) == {1, 2, 9}


def test_a_document_that_is_gone_is_missed_when_the_hour_falls_due() -> None:
    shared = Shared(trending(2), trending(2, 2))
    shared.read()
    shared.store.collections[SPEED].pop()
    assert shared.movies(after=TICK) == {1, 2}
    assert shared.movies(after=MAX_KEEP_SECONDS + GRACE_SECONDS) == {1}


def test_an_hour_that_is_lost_is_dropped_at_once() -> None:
    shared = Shared(trending(2), trending(3, 2))
    assert shared.movies() == {1, 2}
    shared.store.collections[SPEED].pop()
    assert shared.movies(after=TICK) == {1}


def test_a_lost_hour_that_comes_back_is_not_taken_for_a_quiet_one() -> None:
    shared = Shared(trending(2))
    assert shared.movies() == {1}
    shared.store.insert(SPEED, [trending(4, 2)])
    assert shared.movies(after=TICK) == {1, 2}


@pytest.mark.parametrize("hours_ago", [1, 4])
def test_history_that_is_being_restored_is_whole_soon_after_the_last_of_it(hours_ago: int) -> None:
    shared = Shared(trending(0, 9))
    shared.read()
    for movie_id in range(1, 5):
        shared.store.insert(SPEED, [trending(hours_ago, movie_id)])
        assert len(shared.movies(after=TICK)) <= movie_id + 1
    assert shared.movies(after=2 * MISSED_REREAD_SECONDS + 0.1) == {1, 2, 3, 4, 9}
    shared.store.collections[SPEED].pop()
    shared.movies(after=MIN_KEEP_SECONDS)
    shared.read(after=TICK)
    assert shared.reread == [], "an hour that is quiet again is left alone again"


def test_news_that_a_look_would_have_found_make_no_hour_suspect() -> None:
    shared = Shared(trending(0, 9), trending(2))
    shared.read()
    shared.seconds += MAX_KEEP_SECONDS + GRACE_SECONDS
    shared.write(trending(2, 2))
    assert shared.movies() == {1, 2, 9}
    shared.read(after=2 * MISSED_REREAD_SECONDS + 0.1)
    assert shared.reread == []


def test_an_hour_that_takes_long_to_read_is_not_reread_all_the_time() -> None:
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
    assert 1 < times <= 1 + (shared.seconds - begun) / (2.0 * MISSED_REST_FACTOR)


def test_where_the_layers_state_is_not_known_empty_hours_are_read_again() -> None:
    shared = Shared(trending(2))
    window = HourRange(("trending",), Window(TOP - 5 * HOUR, TOP + HOUR))
    shared.hours.read(window, shared.boundary, Layers())
    shared.store.insert(SPEED, [trending(4, 2)])
    shared.seconds += TICK
    assert len(shared.hours.read(window, shared.boundary, Layers()).tables) == 2


def test_an_unreadable_document_in_place_of_a_readable_one_is_told_at_once_and_replaces_it_soon() -> None:
    shared = Shared(trending(2), trending(2, 2))
    shared.read()
    shared.store.collections[SPEED][1] |= {"data": None, "synced_at": shared.boundary.now}
    assert [skip.movie_id for skip in shared.read(after=TICK).skipped] == [2]
    assert shared.movies(after=2 * UNREADABLE_REREAD_SECONDS + 1) == {1}
    shared.store.collections[SPEED][1] |= trending(2, 2) | {"synced_at": shared.boundary.now}
    assert shared.movies(after=TICK) == {1, 2}
    assert shared.read(after=2 * UNREADABLE_REREAD_SECONDS + 1).skipped == ()


def test_stamps_stored_as_text_are_followed_by_rereading_the_newest_hours() -> None:
    shared = Shared(trending(1, synced_at="2026-05-04T15:00:00Z"), trending(0, synced_at="2026-05-04T15:19:00Z"))
    shared.read()
    shared.store.insert(SPEED, [trending(1, 2, synced_at="2026-05-04T15:20:01Z")])
    assert shared.movies(after=TICK) == {1, 2}


def test_hours_do_not_all_fall_due_at_once() -> None:
    shared = Shared(*(trending(h) for h in range(24)))
    shared.read(24)
    for _ in range(int((MIN_KEEP_SECONDS + MAX_KEEP_SECONDS) / 2 * SETTLED_FACTOR)):
        shared.seconds += 1
        shared.read(6)
    shared.read(24)
    assert 5 < len(shared.reread) < 20


def test_after_a_long_rest_everything_is_read_anew() -> None:
    shared = Shared(*(trending(h) for h in range(6)))
    shared.read()
    shared.read(after=FORGET_SECONDS + 1)
    assert len(shared.reread) == 6


def test_no_more_is_kept_than_allowed_and_answers_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Shared(*(trending(h, m) for h in range(24) for m in range(4)))
    monkeypatch.setattr(shared_hours_module, "MAX_BYTES", 12_000)
    for _ in range(2):
        assert len(shared.scores(24)) == 96
        assert sum(kept.size for kept in shared.hours._kept.values()) <= 12_000
    kept = shared.hours._kept["trending"]._hours
    assert max(kept) == TOP
    assert len(kept) == max((TOP - hour) // HOUR for hour in kept) + 1


def test_a_large_hour_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Shared(*(trending(h, m) for h in range(6) for m in range(4)))
    monkeypatch.setattr(type_hours, "MAX_DOCUMENTS_PER_FIND", 8)
    shared.read()
    spans = [(w["hour"]["$lt"] - w["hour"]["$gte"]) // HOUR for _, w in shared.store.finds if "data_type" in w]
    assert spans == [1, 2, 2, 1]


def test_expired_hours_are_not_read() -> None:
    assert Shared(trending(130)).movies(168) == set()


def test_hours_in_the_future_are_not_read() -> None:
    shared = Shared(trending(-2), trending(0))
    wanted = HourRange(("trending",), Window(TOP, TOP + 24 * HOUR))
    assert [table.hour for table in shared.hours.read(wanted, shared.boundary, shared.layers()).tables] == [TOP]


def test_what_a_thread_refreshed_costs_an_answer_nothing() -> None:
    shared = Shared(*(trending(h) for h in range(6)))
    shared.read()
    for n in range(1, 800):
        if n % 50 == 0:
            shared.write(trending(n % 6, n))
        shared.refresh(after=1.0)
        assert len(shared.movies()) == 1 + n // 50
        assert shared.store.finds == []


def test_the_thread_reads_an_hour_that_has_just_begun() -> None:
    shared = Shared(trending(1))
    shared.read()
    for _ in range(8):
        shared.refresh(after=5 * 60)
    assert shared.boundary.open_hour == TOP + HOUR
    assert max(shared.hours._kept["trending"]._hours) == TOP + HOUR


def test_it_tells_once_which_movies_changed() -> None:
    shared = Shared(trending(1), trending(2, 2), trending(3, 3))
    shared.read()
    assert shared.refresh(after=1.0) == Changes()
    shared.write(trending(1, 1, 5.0), trending(2, 8), trending(100, 9))
    found = shared.refresh(after=1.0)
    assert (found.types, found.movies) == (frozenset({"trending"}), {"trending": frozenset({1, 8, 9})})
    assert shared.refresh(after=1.0) == Changes()


def test_it_tells_what_an_answer_noticed_first_or_only_rereading_shows() -> None:
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


def test_of_very_many_changed_movies_it_only_tells_the_type() -> None:
    shared = Shared(trending(1))
    shared.read()
    shared.write(*(trending(1, n) for n in range(MAX_MOVIES + 1)))
    assert shared.refresh(after=1.0).movies == {"trending": None}


def test_trouble_of_the_store_is_passed_on_and_loses_no_change() -> None:
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


def test_nobody_waits_for_a_look_that_somebody_else_takes_until_it_is_too_old() -> None:
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
    shared.seconds += TOO_OLD
    late: list[SharedHours] = []
    waiting = threading.Thread(target=lambda: late.append(shared.hours.read(wanted, shared.boundary, layers)))
    waiting.start()
    waiting.join(0.1)
    assert not late
    leave.set()
    waiting.join(5)
    refreshing.join(5)
    assert len(late[0].tables[0].rows) == 2
