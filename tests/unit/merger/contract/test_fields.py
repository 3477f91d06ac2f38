"""Readers of single fields: what they accept, and what it becomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from bson import Decimal128, Int64
from hypothesis import given
from hypothesis import strategies as st

from merger.contract import fields
from merger.contract.fields import Field
from tests.unit.merger.documents import at

EAST = timezone(timedelta(hours=14))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (3.5, 3.5),
        (Int64(7), 7),
        (Decimal128("45"), 45),
        (Decimal128("4.5E1"), 45),
        (Decimal128("0.25"), 0.25),
        (10**15, 10**15),
        (-(10**15), -(10**15)),
    ],
)
def test_any_kind_of_number_becomes_a_plain_number(value: Any, expected: float) -> None:
    result = fields.number(value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize("value", [10**15 + 1, -(10**15) - 1, 1e300, 10**400, True, "3", None, [3]])
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


@pytest.mark.parametrize("value", [1.0001, -1.0001])
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


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 10, 2, tzinfo=UTC),
        datetime(2026, 3, 10, 16, tzinfo=EAST),
        datetime(2026, 3, 10, 2),  # noqa: DTZ001 - drivers give naive dates
        "2026-03-10T02:00:00Z",
        " 2026-03-10T16:00:00+14:00 ",
        "2026-03-10 02:00",
    ],
    ids=str,
)
def test_every_spelling_of_a_moment_gives_the_same_utc(value: Any) -> None:
    result = fields.moment(value)
    assert result == at("2026-03-10 02:00")
    assert result.tzinfo is UTC


@pytest.mark.parametrize("year", [1, 1800, 2200, 9999])
def test_a_year_out_of_range_is_refused(year: int) -> None:
    for value in (datetime(year, 6, 1, tzinfo=UTC), f"{year:04}-06-01T00:00:00Z"):
        with pytest.raises(ValueError, match="out of range"):
            fields.moment(value)
    with pytest.raises(ValueError, match="out of range"):
        fields.day(f"{year:04}-06-01")


@pytest.mark.parametrize("year", [1801, 2199])
def test_the_first_and_last_allowed_years_are_accepted(year: int) -> None:
    assert fields.moment(datetime(year, 6, 1, tzinfo=UTC)).year == year
    assert fields.day(f"{year}-06-01") == f"{year}-06-01"


@given(st.datetimes(datetime(1802, 1, 1), datetime(2198, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - bounds
def test_iso_text_of_a_moment_is_read_back_in_any_zone(moment: datetime, offset: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert fields.moment(aware.isoformat()) == fields.moment(aware) == aware


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-29", "2026-03-29"),
        ("2026-03-29T23:30:00Z", "2026-03-29"),
        ("2026-03-29T00:30:00+02:00", "2026-03-28"),
        (datetime(2026, 3, 29, 23, 59, tzinfo=UTC), "2026-03-29"),
    ],
    ids=str,
)
def test_a_day_is_the_utc_day(value: Any, expected: str) -> None:
    assert fields.day(value) == expected


def test_an_unknown_release_date_may_be_an_empty_string() -> None:
    assert fields.optional_day("") is None
    assert fields.optional_day("1999-10-15") == "1999-10-15"


@pytest.mark.parametrize("change", [{"minutes": 1}, {"seconds": 1}, {"microseconds": 1}], ids=str)
def test_a_bucket_starts_exactly_on_the_hour(change: dict[str, int]) -> None:
    hour = at("2026-03-10 02:00")
    assert fields.full_hour(hour) == hour
    with pytest.raises(ValueError, match="on the hour"):
        fields.full_hour(hour + timedelta(**change))


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


def test_absent_fields_stay_absent_unless_they_are_required() -> None:
    wanted = {"a": Field(fields.count, required=True), "b": Field(fields.count)}
    assert fields.record({"a": 1, "b": None}, wanted) == {"a": 1}
    with pytest.raises(ValueError, match=r"^a: it is missing"):
        fields.record({"b": 1}, wanted)
    with pytest.raises(ValueError, match=r"^b: a count can't"):
        fields.record({"a": 1, "b": -1}, wanted)
