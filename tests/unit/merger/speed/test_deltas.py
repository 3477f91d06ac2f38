"""Changes are found by their stamps, whatever hour they are for and however the type is spelled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from merger.speed.deltas import OVERLAP, THOROUGH_AGE
from merger.stores.store import Document, Find
from tests.unit.merger.speed.shared import NOW, SECOND, TICK, TOP, Shared, trending


def test_other_spelling_of_the_type_is_read_and_followed() -> None:
    document = trending(2, 7)
    document["view_type"] = document.pop("data_type")
    shared = Shared(document)
    assert shared.movies() == {7}
    shared.write({**document, "movie_id": 8})
    assert shared.movies(after=TICK) == {7, 8}


def test_new_spelling_of_the_type_is_found_within_half_a_minute() -> None:
    shared = Shared(trending(2))
    shared.movies()
    shared.movies(after=TICK)
    document = trending(2, 7)
    document["view_type"] = document.pop("data_type")
    shared.write(document)
    shared.write(trending(1, 3))
    assert shared.movies(after=TICK) == {1, 3}
    assert shared.movies(after=THOROUGH_AGE) == {1, 3, 7}


@pytest.mark.parametrize("hours_ago", [0, 1, 4, 40])
def test_new_documents_of_any_hour_are_found_without_rereading(hours_ago: int) -> None:
    shared = Shared(trending(hours_ago), trending(0, 9))
    assert shared.movies(48) == {1, 9}
    shared.write(trending(hours_ago, 2), trending(hours_ago, 1, 3.0))
    scores = shared.scores(48, after=TICK)
    assert (scores[hours_ago, 1], scores[hours_ago, 2]) == (3.0, 1.0)
    assert shared.reread == []


def test_stamps_that_arrive_out_of_order_are_found() -> None:
    shared = Shared(trending(1))
    shared.movies()
    shared.write(trending(1, 2))
    assert shared.movies(after=TICK) == {1, 2}
    shared.write(trending(1, 3, stamp=shared.boundary.now - OVERLAP / 2))
    assert shared.movies(after=TICK) == {1, 2, 3}


def test_finds_after_a_slow_one_do_not_reach_back_for_a_while() -> None:
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


def test_stamp_in_the_future_hides_no_later_document() -> None:
    shared = Shared(trending(1))
    shared.movies()
    shared.write(trending(1, 2, stamp=NOW + timedelta(minutes=3)))
    assert shared.movies(after=TICK) == {1, 2}
    shared.write(trending(1, 3))
    assert shared.movies(after=TICK) == {1, 2, 3}


def test_older_duplicate_that_comes_late_changes_nothing() -> None:
    shared = Shared(trending(1, 1, 5.0))
    shared.movies()
    shared.write(trending(1, 1, 9.0, stamp=TOP - SECOND))
    assert shared.scores(after=TICK) == {(1, 1): 5.0}
