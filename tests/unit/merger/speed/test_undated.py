"""Documents whose hour can't be read are found, and make all hours of their type uncertain."""

from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId, Timestamp

from merger.contract.collections import SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Layers
from merger.core.stamps import ABSENT, NO_MOMENTS, ODD
from merger.deadline import deadline
from merger.errors import StoreUnavailable
from merger.speed.undated import MOST_TOLD, PROBE_SECONDS, Undated
from tests.memory_store import MemoryStore
from tests.unit.merger.speed.shared import HOUR, NOW, Shared, trending


def probed(*documents: dict[str, Any]) -> Undated:
    found = Undated(MemoryStore(speed_views=list(documents)), Contract(), "trending", lambda: 0.0)
    found.probe(Layers(hour_forms=frozenset({ODD, ABSENT})))
    return found


TEXTS = ["not a date", "", " ", "n/a", "29/11/2026", "99999-01-01", "12:00"]
NUMBERS = [-1, 0, 7.5, 10**15, float("nan"), True]
OTHERS: list[Any] = [
    None,
    {"$date": "2026-05-04"},
    [],
    ObjectId("6b0c80fea190e49a9335b356"),
    Timestamp(1, 1),
    b"1",
    NOW.replace(year=1970),
]


@pytest.mark.parametrize("hour", [*TEXTS, *NUMBERS, *OTHERS], ids=repr)
def test_unreadable_hour_is_found(hour: Any) -> None:
    found = probed(trending(1), trending(1, 7, hour=hour)).skipped
    assert [(skip.movie_id, skip.hour, skip.kind) for skip in found] == [(7, None, "trending.hour")]


@pytest.mark.parametrize("hour", [*TEXTS, *NUMBERS, *OTHERS], ids=repr)
def test_hours_of_all_movies_tell_of_it_without_a_background_thread(hour: Any) -> None:
    shared = Shared(trending(1), trending(2, 7, hour=hour))
    assert [skip.movie_id for skip in shared.read().skipped] == [7]
    assert shared.refresh(after=1.0).movies == {"trending": frozenset({7})}


def test_one_without_an_hour_is_found() -> None:
    lacking = trending(2, 7)
    del lacking["hour"]
    assert [skip.movie_id for skip in Shared(trending(1), lacking).read().skipped] == [7]


SPELLINGS = [("view_type", "stats"), ("data_type", "movie_stats"), ("view_type", "movie_stats")]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_whose_type_is_spelled_in_another_way_is_found(spelling: tuple[str, str]) -> None:
    key, name = spelling
    written = [trending(1), trending(2, 7, hour="soon")]
    for document in written:
        del document["data_type"]
    shared = Shared(*({**document, key: name} for document in written))
    assert [skip.movie_id for skip in shared.read(types=("stats",)).skipped] == [7]


def test_hours_in_dates_alone_are_not_searched() -> None:
    shared = Shared(trending(1), trending(2, 7))
    shared.read()
    assert not any(wanted.get("hour") in NO_MOMENTS for _, wanted in shared.store.finds)


def test_one_search_serves_all_readers_for_a_while() -> None:
    shared = Shared(trending(1), trending(2, 7, hour=""))
    shared.read()
    shared.read(after=PROBE_SECONDS / 2)
    assert not any(wanted.get("hour") in NO_MOMENTS for _, wanted in shared.store.finds)


def test_no_search_waits_longer_than_the_deadline() -> None:
    undated = Undated(MemoryStore(), Contract(), "trending", lambda: 0.0)
    with undated._lock, deadline(0.01), pytest.raises(StoreUnavailable, match="still being searched"):
        undated.probe(Layers(hour_forms=frozenset({ODD})))


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


def test_the_last_one_of_a_movie_bounds_the_hole() -> None:
    stamps = [NOW - 3 * HOUR, NOW, NOW - HOUR]
    for ordered in (stamps, stamps[::-1]):
        found = probed(*(trending(1, 7, hour="yesterday", synced_at=stamp) for stamp in ordered)).skipped
        assert [skip.written_at for skip in found] == [NOW]


def test_one_without_a_stamp_leaves_the_hole_without_an_end() -> None:
    found = probed(*(trending(1, 7, hour="yesterday", synced_at=stamp) for stamp in (NOW, None, NOW - HOUR))).skipped
    assert [skip.written_at for skip in found] == [None]


def test_more_than_are_read_leave_the_hole_without_an_end() -> None:
    found = probed(*(trending(1, 7, hour="yesterday", synced_at=NOW) for _ in range(MOST_TOLD + 1))).skipped
    assert [skip.written_at for skip in found] == [None]


def test_a_later_one_extends_the_hole() -> None:
    shared = Shared(trending(1), trending(2, 7, hour="yesterday", synced_at=NOW - 5 * HOUR))
    shared.read()
    shared.store.insert(SPEED, [trending(2, 7, hour="yesterday", synced_at=NOW - HOUR)])
    assert [skip.written_at for skip in shared.read(after=PROBE_SECONDS + 1).skipped] == [NOW - HOUR]
    assert shared.refresh().movies == {"trending": frozenset({7})}
