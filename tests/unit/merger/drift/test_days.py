"""Counts of one layer on a day, from documents that come in parts and in any order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from merger.contract.documents import Contract, Documents
from merger.core.boundary import Boundary, Policy
from merger.core.windows import DAY, HOUR
from merger.drift.days import BatchDay, Sample, SpeedDay
from tests.unit.merger.documents import Raw, at, bucket, point, total
from tests.unit.merger.drift.layers import COVERS, NOW

DAY_START = at("2026-03-09 00:00")


def speed_day(**more: Any) -> SpeedDay:
    return SpeedDay(Boundary(NOW, Policy()), Sample(**more))


def batch_day() -> BatchDay:
    return BatchDay(DAY_START, Boundary(NOW, Policy()), Sample())


def from_speed(*documents: Raw) -> Documents:
    return Contract().read(speed=documents)


def from_batch(*documents: Raw) -> Documents:
    return Contract().read(batch=documents)


def reviews(hour: datetime, count: int, movie_id: int = 1, **more: Any) -> Raw:
    return bucket(hour, count, movie_id=movie_id, **more)


def test_the_newest_document_of_an_hour_counts_and_hours_add_up() -> None:
    day, later = speed_day(), DAY_START + HOUR
    day.add(DAY_START, from_speed(reviews(DAY_START, 5, synced_at=NOW), reviews(later, 99)))
    day.add(DAY_START, from_speed(reviews(DAY_START, 3)))
    assert day.end_hour()
    day.add(later, from_speed(reviews(later, 2)))
    assert day.end_hour()
    assert day.counts == {1: 7}


def test_an_hour_without_a_readable_document_is_missing() -> None:
    day = speed_day()
    day.add(DAY_START, from_speed({**reviews(DAY_START, 1), "data": None}))
    assert not day.end_hour()
    assert list(day.doubtful) == [1]


def test_movie_is_doubtful_if_an_unreadable_document_is_newer_than_readable_ones() -> None:
    day, broken = speed_day(), {**reviews(DAY_START, 1), "data": {}}
    day.add(DAY_START, from_speed(broken, reviews(DAY_START, 2)))
    day.end_hour()
    assert day.doubtful == {}
    day.add(DAY_START, from_speed({**broken, "synced_at": NOW}, reviews(DAY_START, 2)))
    day.end_hour()
    assert list(day.doubtful) == [1]


def test_a_batch_point_counts_only_where_it_covers_the_whole_day() -> None:
    day = batch_day()
    day.add(from_batch(point("2026-03-09", 4, COVERS, movie_id=1), point("2026-03-08", 9, COVERS, movie_id=4)))
    day.add(from_batch(point("2026-03-09", 4, DAY_START + DAY - HOUR, movie_id=2), total(9, COVERS, movie_id=3)))
    assert day.is_covered
    assert [day.events(movie_id) for movie_id in (1, 2, 3, 4)] == [4, None, 0, 0]
    assert set(day.movies) == {1, 2}


def test_of_two_points_the_one_computed_last_counts_in_either_order() -> None:
    older = point("2026-03-09", 4, COVERS, movie_id=1)
    newer = {**point("2026-03-09", 3, COVERS, movie_id=1), "computed_at": COVERS + 2 * HOUR}
    for documents in ((older, newer), (newer, older)):
        day = batch_day()
        for document in documents:
            day.add(from_batch(document))
        assert day.events(1) == 3


def test_a_sample_takes_every_second_then_fourth_movie_until_they_fit() -> None:
    sample, movies = Sample(limit=3), dict.fromkeys(range(1, 11))
    sample.fit(movies)
    assert (sample.one_in, list(movies)) == (4, [4, 8])
    assert [sample.takes(movie_id) for movie_id in (2, 4)] == [False, True]
