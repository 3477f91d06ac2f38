"""Rows hold the values of buckets exactly, as columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.contract.documents import SpeedDocument
from merger.core.windows import HOUR
from merger.speed.rows import Rows, concatenate
from tests.unit.merger.speed.buckets import NOW, buckets, stats


@given(st.lists(buckets, min_size=1, max_size=25))
def test_mean_is_that_of_the_buckets(world: list[SpeedDocument]) -> None:
    rows = Rows.of("stats", world)
    assert rows.mean("popularity", None).average == pytest.approx(sum(d.data["popularity"] for d in world) / len(world))
    weighted = rows.mean("vote_average", "vote_count")
    assert weighted.count == 3 * len(world)
    assert weighted.total == pytest.approx(sum(3 * d.data["vote_average"] for d in world))


def test_values_are_returned_as_they_were_stored() -> None:
    rows = Rows.of("stats", [stats(1, 1, HOUR, popularity=10**15, vote_average=8)])
    assert repr(rows.value(0, "popularity")) == "1000000000000000"
    assert repr(rows.value(0, "vote_average")) == "8"
    assert rows.value(0, "popularity_velocity") is None
    odd = NOW - timedelta(microseconds=1)
    assert Rows.of("stats", [stats(1, 1, NOW - odd)]).document(0).synced_at == odd


def test_movies_are_located_in_sorted_rows() -> None:
    rows = Rows.of("stats", [stats(movie_id, 0, HOUR) for movie_id in (2, 5, 9)])
    found, known = rows.locate(np.array([5, 6, 99]))
    assert known.tolist() == [True, False, False]
    assert found[0] == 1
    assert (rows.row_of(9), rows.row_of(4)) == (2, None)
    assert Rows.of("stats").row_of(1) is None


def test_rows_differ_by_value_by_kind_of_number_and_by_fields_that_are_not_kept() -> None:
    bucket = stats(1, 0, HOUR, popularity=20)
    others = [
        bucket,
        stats(1, 0, HOUR, popularity=21),
        stats(1, 0, HOUR, popularity=20.0),
        stats(1, 0, HOUR, popularity=20, rating_velocity=0.5),
        replace(bucket, is_assumed=True),
    ]
    differing = Rows.of("stats", [bucket] * 5).differs(Rows.of("stats", others))
    assert differing.tolist() == [False, True, True, True, True]


def test_newer_sync_alone_is_no_difference() -> None:
    same = Rows.of("stats", [stats(1, 0, HOUR)]).differs(Rows.of("stats", [stats(1, 0, 2 * HOUR)]))
    assert same.tolist() == [False]


def test_concatenated_rows_keep_their_order() -> None:
    parts = [Rows.of("stats", [stats(movie_id, 0, HOUR)]) for movie_id in (3, 1, 2)]
    assert concatenate("stats", parts).movies.tolist() == [3, 1, 2]
    assert len(concatenate("stats", [])) == 0


def test_rows_tell_which_of_them_count_reviews_without_an_average() -> None:
    payloads: tuple[dict[str, float], ...] = (
        {"review_count": 3},
        {"review_count": 0},
        {"review_count": 3, "avg_sentiment": 0.0},
    )
    found = [SpeedDocument("sentiment", place, NOW, data, NOW) for place, data in enumerate(payloads)]
    assert Rows.of("sentiment", found).without_average.tolist() == [True, False, False]
    assert Rows.of("stats", [stats(1, 1, HOUR)]).without_average.tolist() == [False]
