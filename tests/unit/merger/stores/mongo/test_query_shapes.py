"""The shape of a query holds its fields and their order, and never a value."""

from __future__ import annotations

from typing import Any

import pytest

from merger.stores.mongo.query_shapes import MAX_FIELDS, Shape, shape_of


def shape_of_find(wanted: Any, **more: Any) -> Shape | None:
    return shape_of("find", {"find": "views", "filter": wanted, **more})


@pytest.mark.parametrize(
    ("wanted", "equals", "ranges"),
    [
        ({}, (), ()),
        ({"b": 1, "a": None}, ("a", "b"), ()),
        ({"a": {"$in": [1, 2]}, "b": {"$eq": 1}}, ("a", "b"), ()),
        ({"a": {"x": 1}}, ("a",), ()),
        ({"a": {"$gte": 1, "$lt": 2}, "b": 1}, ("b",), ("a",)),
        ({"a": {"$ne": 1}, "b": {"$exists": True}, "c": {"$regex": "x"}}, (), ("a", "b", "c")),
        ({"$and": [{"a": 1}, {"b": {"$gt": 2}}]}, ("a",), ("b",)),
    ],
)
def test_fields_are_matched_by_equality_or_range(wanted: Any, equals: tuple[str, ...], ranges: tuple[str, ...]) -> None:
    assert shape_of_find(wanted) == Shape("views", equals, (), ranges)


def test_alternatives_are_marked() -> None:
    assert shape_of_find({"a": 1, "$or": [{"b": 1}, {"c": 1}]}) == Shape("views", ("a",), (), (), is_alternative=True)
    assert shape_of_find({"a": 1, "$comment": "x"}) == Shape("views", ("a",))


def test_sort_order_is_kept() -> None:
    assert shape_of_find({"a": 1}, sort={"b": -1, "c": 1}) == Shape("views", ("a",), (("b", -1), ("c", 1)))
    assert shape_of_find({"a": 1}, sort={"$natural": -1}) == Shape("views", ("a",))


def test_aggregation_counts_up_to_its_first_other_stage() -> None:
    steps: list[Any] = [{"$match": {"a": 1}}, {"$match": {"b": {"$gt": 1}}}, {"$sort": {"c": 1}}, {"$match": {"d": 1}}]
    shape = shape_of("aggregate", {"aggregate": "views", "pipeline": steps})
    assert shape == Shape("views", ("a",), (("c", 1),), ("b",))
    late = [{"$match": {"a": 1}}, {"$group": {"_id": None}}, {"$sort": {"c": 1}}]
    assert shape_of("aggregate", {"aggregate": "views", "pipeline": late}) == Shape("views", ("a",))


@pytest.mark.parametrize("name", ["count", "distinct"])
def test_count_and_distinct_have_a_shape(name: str) -> None:
    assert shape_of(name, {name: "views", "query": {"a": 1}}) == Shape("views", ("a",))


@pytest.mark.parametrize("command", [{"aggregate": 1}, {"insert": "views"}, {"getMore": 5, "collection": "views"}])
def test_command_without_a_filter_has_no_shape(command: dict[str, Any]) -> None:
    assert shape_of(next(iter(command)), command) is None


@pytest.mark.parametrize(
    ("wanted", "sort", "description"),
    [
        ({}, None, "everything"),
        ({"a": 1, "b": {"$gt": 1}}, {"c": -1}, "a =, b < >, sorted by c ↓"),
        ({}, {"c": 1}, "sorted by c ↑"),
    ],
)
def test_shape_is_described_in_words(wanted: Any, sort: Any, description: str) -> None:
    shape = shape_of_find(wanted, sort=sort)
    assert shape is not None
    assert shape.description == description


def test_no_value_is_kept() -> None:
    secret = "a secret"
    wanted = {"a": secret, "b": {"$in": [secret]}, "c": {"$gt": secret}, "$or": [{"d": secret}]}
    shape = shape_of_find(wanted, sort={"e": 1})
    assert shape is not None
    assert secret not in repr(shape)


def test_number_of_fields_is_limited() -> None:
    shape = shape_of_find({f"f{n}": n for n in range(1000)})
    assert shape is not None
    assert len(shape.equals) == MAX_FIELDS
