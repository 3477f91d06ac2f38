"""Readers of single fields: what they accept, and what it becomes."""

from __future__ import annotations

import math
from typing import Any

import pytest
from bson import Decimal128, Int64

from merger.contract import fields
from merger.contract.fields import Field


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (3.5, 3.5),
        (Int64(7), 7),
        (Decimal128("45"), 45),
        (Decimal128("4.5E1"), 45),
        (Decimal128("0.25"), 0.25),
        ("120", 120),
        (" -7.5 ", -7.5),
        ("1e3", 1000),
        (10**15, 10**15),
        (-(10**15), -(10**15)),
    ],
)
def test_any_kind_of_number_becomes_a_plain_number(value: Any, expected: float) -> None:
    result = fields.number(value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    "value",
    [10**15 + 1, -(10**15) - 1, 1e300, 10**400, True, "three", "1,5", "1_0", "0x1", "", "nan", "1e999", None, [3]],
)
def test_a_number_out_of_range_or_of_another_type_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, OverflowError)):
        fields.number(value)


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (45.0, 45), (Decimal128("45.0"), 45), (10**12, 10**12)])
def test_a_count_may_be_any_kind_of_whole_number(value: Any, expected: int) -> None:
    result = fields.count(value)
    assert result == expected
    assert type(result) is int


@pytest.mark.parametrize("value", [-1, 0.5, 10**12 + 1, Decimal128("0.1"), False])
def test_a_fraction_or_a_negative_number_is_not_a_count(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        fields.count(value)


@pytest.mark.parametrize("value", [-1, 1, 0, 0.5, Decimal128("-1")])
def test_a_sentiment_may_be_at_its_limits(value: Any) -> None:
    assert -1 <= fields.sentiment_score(value) <= 1


@pytest.mark.parametrize(("value", "end"), [(math.nextafter(1, 2), 1), (math.nextafter(-1, -2), -1), (1 + 1e-10, 1)])
def test_a_sentiment_that_rounding_took_past_an_end_is_that_end(value: float, end: float) -> None:
    assert fields.sentiment_score(value) == end


@pytest.mark.parametrize("value", [1.0001, -1.0001, 1.00000001])
def test_a_sentiment_beyond_its_limits_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="between -1 and 1"):
        fields.sentiment_score(value)


def test_a_text_may_be_as_long_as_its_limit() -> None:
    assert fields.Text(3)(" ab") == "ab"
    with pytest.raises(ValueError, match="longer than 3"):
        fields.Text(3)("abcd")


@pytest.mark.parametrize("value", ["", "  ", "x" * 501, 5])
def test_empty_and_long_names_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        fields.name(value)


def test_names_may_be_plain_or_objects_with_a_name() -> None:
    assert fields.names([{"id": 18, "name": "Drama"}, " War "]) == ("Drama", "War")
    assert len(fields.names(["x"] * 1000)) == 1000
    with pytest.raises(ValueError, match="longer than 1000"):
        fields.names(["x"] * 1001)


def test_a_bounded_number_may_be_at_its_bounds() -> None:
    month = fields.Between(1, 12)
    assert [month(1), month(12.0)] == [1, 12]
    for value in (0, 13, 1.5):
        with pytest.raises(ValueError, match=r"."):
            month(value)


def test_a_choice_is_one_of_its_words() -> None:
    assert fields.OneOf(("a", "b"))("b") == "b"
    for value in ("c", ["a"], None):
        with pytest.raises(ValueError, match="one of a, b"):
            fields.OneOf(("a", "b"))(value)


def test_a_list_of_objects_is_read_by_field_up_to_a_limit() -> None:
    read = fields.Records({"n": Field(fields.count, required=True)})
    assert read([{"n": 1.0, "other": 2}]) == ({"n": 1},)
    assert len(read([{"n": 1}] * 10_000)) == 10_000
    refused: list[Any] = [[{"n": 1}] * 10_001, [{}], [5], {"n": 1}]
    for value in refused:
        with pytest.raises(ValueError, match=r"."):
            read(value)


def test_titles_and_ids_may_be_mixed() -> None:
    assert fields.titles_or_ids(["Heat", 5, 6.0]) == ("Heat", 5, 6)
    for value in ("Heat", [None], [-1], [""], [1] * 10_001):
        with pytest.raises(ValueError, match=r"."):
            fields.titles_or_ids(value)
    assert len(fields.titles_or_ids([1] * 10_000)) == 10_000


def _losses() -> list[fields.Loss]:
    return []


def test_absent_fields_stay_absent_unless_they_are_required() -> None:
    wanted = {"a": Field(fields.count, required=True), "b": Field(fields.count)}
    assert fields.record({"a": 1, "b": None}, wanted, lost := _losses()) == {"a": 1}
    assert lost == []
    with pytest.raises(ValueError, match=r"^a: it is missing"):
        fields.record({"b": 1}, wanted, [])
    with pytest.raises(ValueError, match=r"^a: a count can't"):
        fields.record({"a": -1, "b": 1}, wanted, [])


def test_an_optional_value_that_can_not_be_read_is_lost_alone() -> None:
    wanted = {"a": Field(fields.count, required=True), "b": Field(fields.count), "c": Field(fields.name)}
    assert fields.record({"a": 1, "b": -1, "c": "C"}, wanted, lost := _losses()) == {"a": 1, "c": "C"}
    assert lost == [("b", "a count can't be negative")]


def test_an_unreadable_identifying_value_refuses_the_whole_and_nan_stands_for_none() -> None:
    wanted = {"month": Field(fields.Between(1, 12), identifies=True)}
    for absent in (None, float("nan"), Decimal128("NaN"), Decimal128("sNaN")):
        assert fields.record({"month": absent}, wanted, []) == {}
    with pytest.raises(ValueError, match=r"^month: a number"):
        fields.record({"month": 13}, wanted, [])


def test_an_unreadable_value_within_a_list_of_objects_is_lost_alone() -> None:
    entry = {"n": Field(fields.count, required=True), "title": Field(fields.title)}
    wanted = {"top": Field(fields.Records(entry, short="title"), required=True)}
    found = fields.record({"top": [{"n": 1, "title": ""}, {"n": 2, "title": 1917}]}, wanted, lost := _losses())
    assert found == {"top": ({"n": 1}, {"n": 2, "title": "1917"})}
    assert lost == [("top.title", "a name can't be empty")]
    with pytest.raises(ValueError, match=r"^top: n: it is missing"):
        fields.record({"top": ["Heat"]}, wanted, [])


def test_a_text_may_stand_for_an_object_with_one_field() -> None:
    read = fields.Records({"title": Field(fields.title)}, short="title")
    assert read(["Heat", {"title": "Dune"}]) == ({"title": "Heat"}, {"title": "Dune"})


@pytest.mark.parametrize(
    ("value", "expected"), [("1917", "1917"), (1917, "1917"), (300.0, "300"), (8.5, "8.5"), (Int64(9), "9")]
)
def test_a_title_may_be_a_number(value: Any, expected: str) -> None:
    assert fields.title(value) == expected


@pytest.mark.parametrize("value", ["", True, float("nan"), [1], {}])
def test_other_values_are_no_titles(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        fields.title(value)


@pytest.mark.parametrize("value", [None, float("nan"), "none"])
def test_the_average_of_nothing_may_be_anything(value: Any) -> None:
    point = {"value": Field(fields.number, required=True, mean_of="count"), "count": Field(fields.count, required=True)}
    assert fields.record({"value": value, "count": 0.0}, point, []) == {"value": 0, "count": 0}
    with pytest.raises(ValueError, match="value"):
        fields.record({"value": value, "count": 1}, point, [])
