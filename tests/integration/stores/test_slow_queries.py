"""Slow queries are collected by their shape, in bounded numbers, as they end on the embedded MongoDB."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from merger.stores.mongo.query_shapes import Shape
from merger.stores.mongo.slow_queries import MAX_SHAPES, SlowQueries

EVERY_QUERY = 0.000_001
"""Milliseconds: every query is slower."""


def observed(mongo_uri: str, slow: SlowQueries) -> Collection[dict[str, Any]]:
    client = MongoClient[dict[str, Any]](mongo_uri, event_listeners=[slow])
    return client["slow_query_tests"]["batch_views"]


def test_queries_of_one_shape_are_added_up(mongo_uri: str) -> None:
    slow = SlowQueries(EVERY_QUERY, ("batch_views",))
    views = observed(mongo_uri, slow)
    with views.database.client:
        for number in range(3):
            views.find_one({"movie_id": number})
        views.database["others"].find_one({"movie_id": 1})
    (totals,) = slow.take()
    assert (totals.shape, totals.queries) == (Shape("batch_views", ("movie_id",)), 3)
    assert totals.milliseconds >= totals.longest > 0


def test_failed_query_counts_as_slow(mongo_uri: str) -> None:
    slow = SlowQueries(EVERY_QUERY, ("batch_views",))
    views = observed(mongo_uri, slow)
    with views.database.client, pytest.raises(OperationFailure):
        views.find_one({"a": {"$no_such": 1}})
    assert [totals.shape for totals in slow.take()] == [Shape("batch_views", (), (), ("a",))]


@pytest.mark.parametrize("threshold", [60_000.0, 0.0], ids=["quick", "off"])
def test_query_below_the_threshold_is_not_collected(mongo_uri: str, threshold: float) -> None:
    slow = SlowQueries(threshold, ("batch_views",))
    views = observed(mongo_uri, slow)
    with views.database.client:
        views.find_one({"x": 1})
    assert slow.take() == []


def test_number_of_shapes_is_limited_until_they_are_taken(mongo_uri: str) -> None:
    slow = SlowQueries(EVERY_QUERY, ("batch_views",))
    views = observed(mongo_uri, slow)
    with views.database.client:
        for number in range(MAX_SHAPES + 20):
            views.find_one({f"field{number}": 1})
    assert len(slow.take()) == MAX_SHAPES
    assert slow.take() == []
