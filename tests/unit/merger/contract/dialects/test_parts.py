"""Windows smaller than an hour are added up into their hour; what may be counted twice is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.contract.documents import Contract, Documents, SpeedDocument
from merger.core.windows import HOUR
from tests.unit.merger.documents import MOVIE, Raw, bucket, sentiment
from tests.unit.merger.examples import RUN

MINUTE = timedelta(minutes=1)


def by_hour(minute: int, reviews: int, **more: Any) -> Raw:
    """A window that is named by its ``hour``."""
    return bucket(RUN + minute * MINUTE, reviews, **{"synced_at": RUN + HOUR, **more})


def named(minute: int, reviews: int, **more: Any) -> Raw:
    """A window that has a field of its own."""
    return bucket(RUN, reviews, window_start=RUN + minute * MINUTE, **{"synced_at": RUN + HOUR, **more})


def whole(reviews: int, **more: Any) -> Raw:
    return bucket(RUN, reviews, **{"synced_at": RUN + HOUR, **more})


def read(*documents: Raw) -> Documents:
    return Contract().read(speed=documents)


def only(*documents: Raw) -> SpeedDocument:
    """The one document of the hour, which is the same in any order of up to four."""
    found = [read(*order).speed for order in (permutations(documents) if len(documents) < 5 else [documents])]
    assert all(each == found[0] for each in found)
    assert len(found[0]) == 1
    assert (found[0][0].hour, found[0][0].part) == (RUN, None)
    return found[0][0]


def counted(*documents: Raw) -> tuple[int, bool]:
    document = only(*documents)
    return document.data["review_count"], document.is_assumed


@pytest.mark.parametrize("window", [by_hour, named])
def test_windows_of_five_minutes_add_up_to_their_hour(window: Any) -> None:
    found = only(*(window(5 * place, 10, data=sentiment(10, 0.1 * place - 0.5)) for place in range(12)))
    assert found.data["review_count"] == 120
    assert found.data["positive_count"] + found.data["negative_count"] + found.data["neutral_count"] == 120
    assert found.data["avg_sentiment"] == pytest.approx(0.05)
    assert (found.synced_at, found.is_assumed) == (RUN + HOUR, False)


def test_the_hours_of_parts_are_told() -> None:
    assert read(by_hour(35, 1), bucket(RUN + HOUR, 1)).hours_of_parts == {RUN}
    assert read(whole(1)).hours_of_parts == frozenset()


def test_of_the_same_window_the_newest_document_counts_once() -> None:
    assert counted(named(5, 3), named(5, 7, synced_at=RUN + 2 * HOUR), named(10, 1)) == (8, False)
    assert counted(named(5, 3), named(5, 3), named(10, 1)) == (4, False)


@given(st.lists(st.tuples(st.sampled_from(range(5, 60, 5)), st.integers(0, 9)), min_size=1, max_size=8))
def test_duplicates_of_parts_change_nothing(windows: list[tuple[int, int]]) -> None:
    documents = [named(minute, reviews) for minute, reviews in dict(windows).items()]
    assert counted(*documents, *documents) == (sum(dict(windows).values()), False)


def test_the_average_of_windows_without_reviews_is_absent() -> None:
    empty = {**sentiment(0), "avg_sentiment": None}
    assert "avg_sentiment" not in only(by_hour(5, 0, data=empty), by_hour(10, 0, data=empty)).data


def test_the_velocity_is_that_of_the_last_window_that_tells_one() -> None:
    documents = [by_hour(minute, 1, data=sentiment(1, sentiment_velocity=minute)) for minute in (5, 50, 10)]
    assert only(*documents, by_hour(55, 1)).data["sentiment_velocity"] == 50


def test_a_window_with_the_length_of_an_hour_is_no_part() -> None:
    found = read(bucket(RUN, 5, window_start=RUN, window_end=RUN + HOUR))
    assert (found.hours_of_parts, found.speed[0].data["review_count"]) == (frozenset(), 5)


def test_the_first_window_is_a_part_if_it_tells_its_end() -> None:
    first = bucket(RUN, 9, synced_at=RUN + HOUR, window_end=RUN + 5 * MINUTE)
    assert counted(first, by_hour(5, 2)) == (11, False)


@pytest.mark.parametrize(
    "change",
    [
        {"window_start": RUN - MINUTE},
        {"window_start": RUN + HOUR},
        {"window_end": RUN},
        {"window_end": RUN + HOUR + MINUTE},
    ],
)
def test_a_window_outside_its_hour_can_not_be_read(change: Raw) -> None:
    assert [skip.kind for skip in read(bucket(RUN, 1, **change)).skipped] == ["sentiment.hour"]


def test_an_hour_that_holds_less_than_the_other_windows_is_the_first_of_them() -> None:
    assert counted(whole(5), by_hour(5, 3), by_hour(10, 3)) == (11, False)


def test_an_hour_that_may_hold_the_other_windows_makes_the_number_assumed() -> None:
    assert counted(whole(9), by_hour(5, 3), by_hour(10, 3)) == (9, True)
    assert counted(whole(4), named(5, 3), named(10, 3)) == (6, True)


def test_windows_that_begin_after_an_hour_was_written_are_not_in_it() -> None:
    early = whole(9, synced_at=RUN + 5 * MINUTE)
    assert counted(early, by_hour(5, 3), by_hour(10, 3)) == (15, False)
    assert counted(whole(9, synced_at=RUN + 7 * MINUTE), by_hour(5, 3), by_hour(10, 3)) == (12, True)


def test_an_hour_without_reviews_beside_windows_is_exact() -> None:
    assert counted(whole(0), named(5, 3)) == (3, False)
    assert counted(whole(3), named(5, 0)) == (3, False)


def test_an_hour_and_a_first_window_can_not_be_told_from_versions() -> None:
    assert counted(whole(7, synced_at=RUN + HOUR / 2), whole(2), by_hour(5, 9))[1]
    rewritten = [by_hour(5, 8, synced_at=RUN + HOUR / 2), by_hour(5, 9)]
    assert counted(whole(7, synced_at=RUN + HOUR / 2), whole(2), *rewritten) == (11, False)


def test_a_lone_window_may_be_an_hour_of_a_zone_that_is_half_an_hour_off() -> None:
    assert counted(by_hour(30, 4)) == (4, True)
    assert counted(by_hour(35, 4)) == (4, False)
    assert counted(by_hour(30, 4), by_hour(35, 4)) == (8, False)
    assert counted(by_hour(30, 4, window_end=RUN + 35 * MINUTE)) == (4, False)
    assert counted(named(30, 4)) == (4, False)


def test_overlapping_windows_are_assumed() -> None:
    sliding = [named(minute, 4, window_end=RUN + (minute + 10) * MINUTE) for minute in (0, 5, 10)]
    assert counted(*sliding) == (8, True)


def test_a_snapshot_is_what_was_known_last_in_the_hour() -> None:
    def stats(minute: int, votes: int, synced_at: datetime) -> Raw:
        return by_hour(minute, 0, data_type="stats", data={"vote_count": votes}, synced_at=synced_at)

    late = stats(5, 10, RUN + 3 * HOUR)
    found = only(late, stats(55, 30, RUN + HOUR), stats(30, 20, RUN + HOUR))
    assert (found.data, found.synced_at, found.is_assumed) == ({"vote_count": 30}, RUN + 3 * HOUR, False)


def test_parts_of_other_movies_and_hours_are_kept_apart() -> None:
    found = read(
        by_hour(5, 1), by_hour(10, 2), by_hour(5, 4, movie_id=MOVIE + 1), by_hour(65, 8), bucket(RUN - HOUR, 16)
    )
    assert sorted(document.data["review_count"] for document in found.speed) == [3, 4, 8, 16]


def test_a_part_that_can_not_be_read_is_lacking_unless_a_newer_one_replaces_it() -> None:
    broken = by_hour(5, -1)
    (lacking,) = read(broken, by_hour(10, 1, synced_at=RUN + 2 * HOUR)).skipped
    assert (lacking.hour, lacking.part) == (RUN, RUN + 5 * MINUTE)
    (replaced,) = read(broken, by_hour(5, 1)).skipped
    assert (replaced.hour, replaced.part) == (RUN, None)
    (older,) = read(broken, by_hour(5, 1, synced_at=RUN)).skipped
    assert older.part == RUN + 5 * MINUTE


def test_a_window_under_another_name_is_read_where_there_is_no_hour() -> None:
    raw = by_hour(35, 2)
    raw["window_start"] = raw.pop("hour")
    assert read(raw).speed[0].hour == RUN
