"""Stamps and calendar days: every form that producers write becomes one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from bson import Decimal128, Int64
from hypothesis import given
from hypothesis import strategies as st

from merger.contract import stamps
from tests.unit.merger.documents import at

EAST = timezone(timedelta(hours=14))


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 10, 2, tzinfo=UTC),
        datetime(2026, 3, 10, 16, tzinfo=EAST),
        datetime(2026, 3, 10, 2),  # noqa: DTZ001 - drivers give naive dates
        "2026-03-10T02:00:00Z",
        " 2026-03-10T16:00:00+14:00 ",
        "2026-03-10 02:00",
        "2026-03-10T02:00Z",
        "2026-03-10 09:00:00 +07:00",
        "2026-03-10 02:00:00 UTC",
        "2026-03-10T02:00:00.000000000z",
        1773108000,
        Int64(1773108000),
        1773108000.0,
        1773108000000,
        Int64(1773108000000),
        Decimal128("1773108000000"),
    ],
    ids=str,
)
def test_every_spelling_of_a_moment_gives_the_same_utc(value: Any) -> None:
    result = stamps.moment(value)
    assert result == at("2026-03-10 02:00")
    assert result.tzinfo is UTC


@pytest.mark.parametrize("year", [1, 1800, 2200, 9999])
def test_a_year_out_of_range_is_refused(year: int) -> None:
    for value in (datetime(year, 6, 1, tzinfo=UTC), f"{year:04}-06-01T00:00:00Z"):
        with pytest.raises(ValueError, match="out of range"):
            stamps.moment(value)
    with pytest.raises(ValueError, match="out of range"):
        stamps.day(f"{year:04}-06-01")


@pytest.mark.parametrize("year", [1801, 2199])
def test_the_first_and_last_allowed_years_are_accepted(year: int) -> None:
    assert stamps.moment(datetime(year, 6, 1, tzinfo=UTC)).year == year
    assert stamps.day(f"{year}-06-01") == f"{year}-06-01"


@given(st.datetimes(datetime(1802, 1, 1), datetime(2198, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - bounds
def test_iso_text_of_a_moment_is_read_back_in_any_zone(moment: datetime, offset: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert stamps.moment(aware.isoformat()) == stamps.moment(aware) == aware


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-29", "2026-03-29"),
        ("2026-03-29T23:30:00Z", "2026-03-29"),
        ("2026-03-29T00:00:00+07:00", "2026-03-29"),
        ("2026-03-29T00:00:00-09:30", "2026-03-29"),
        (" 2026-03-29 ", "2026-03-29"),
        (1774742400000, "2026-03-29"),
        (datetime(2026, 3, 29, 23, 59, tzinfo=UTC), "2026-03-29"),
    ],
    ids=str,
)
def test_a_day_is_the_one_that_is_written_and_without_an_offset_the_utc_day(value: Any, expected: str) -> None:
    assert stamps.day(value) == expected


def test_an_unknown_release_date_may_be_an_empty_string() -> None:
    assert stamps.optional_day("") is None
    assert stamps.optional_day("1999-10-15") == "1999-10-15"


@pytest.mark.parametrize("change", [{"minutes": 1}, {"seconds": 1}, {"microseconds": 1}], ids=str)
def test_a_bucket_starts_exactly_on_the_hour(change: dict[str, int]) -> None:
    hour = at("2026-03-10 02:00")
    assert stamps.full_hour(hour) == hour
    with pytest.raises(ValueError, match="on the hour"):
        stamps.full_hour(hour + timedelta(**change))


@pytest.mark.parametrize(
    "value", [2027, 0, -1, 10**15, True, None, [], "1773108000", "soon", "", " " * 10**5 + "x", "a" + " " * 10**5]
)
def test_other_values_are_no_stamps(value: Any) -> None:
    with pytest.raises((ValueError, OverflowError)):
        stamps.moment(value)


@pytest.mark.parametrize("value", ["1999-00-00", "None", "10/15/1999", "2027", 2027, "", "1999-02-30"])
def test_a_day_that_has_no_evident_reading_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        stamps.day(value)


def test_a_smaller_window_starts_on_a_minute() -> None:
    assert stamps.full_minute("2026-03-10T02:35Z") == at("2026-03-10 02:35")
    with pytest.raises(ValueError, match="on a minute"):
        stamps.full_minute("2026-03-10T02:35:01Z")
