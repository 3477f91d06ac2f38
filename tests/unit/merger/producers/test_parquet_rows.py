"""Parquet as pandas and Spark write it: every value becomes one that MongoDB can store, or its row says why not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import bson
import pyarrow as pa
import pytest
from bson import Binary, Decimal128
from pyarrow import parquet

from merger.producers.files import BadRow, UnreadableFile
from merger.producers.parquet_rows import read_rows

AT = datetime(2026, 11, 28, 0, 0, 0, 123456, tzinfo=UTC)
NANOSECONDS = 1_795_824_000_123_456_789
SOME_ID = UUID("becd7e5d-75e0-43fa-ab69-f16730d76d88")


def rows_of(path: Path, table: pa.Table, **options: Any) -> list[Any]:
    parquet.write_table(table, path / "a", **options)
    with (path / "a").open("rb") as file:
        return list(read_rows("a", file))


VALUES = {
    "microseconds": (pa.array([AT], pa.timestamp("us", "UTC")), AT),
    "nanoseconds": (pa.array([NANOSECONDS], pa.timestamp("ns", "UTC")), AT),
    "nanoseconds without a zone": (pa.array([NANOSECONDS], pa.timestamp("ns")), AT),
    "a zone": (pa.array([NANOSECONDS], pa.timestamp("ns", "Asia/Tokyo")), AT),
    "a zone that nobody knows": (pa.array([NANOSECONDS], pa.timestamp("ns", "Mars/Crater")), AT),
    "an offset": (pa.array([NANOSECONDS], pa.timestamp("ns", "+07:00")), AT),
    "seconds": (pa.array([NANOSECONDS // 10**9], pa.timestamp("s")), AT.replace(microsecond=0)),
    "a day": (pa.array([date(2024, 2, 29)], pa.date32()), "2024-02-29"),
    "a day in milliseconds": (pa.array([date(2024, 2, 29)], pa.date64()), "2024-02-29"),
    "a time of day": (pa.array([time(12, 30)], pa.time64("ns")), "12:30:00"),
    "a decimal number": (pa.array([Decimal("7.25")], pa.decimal128(4, 2)), Decimal128("7.25")),
    "a wide decimal number": (pa.array([Decimal("7.25")], pa.decimal256(60, 2)), Decimal128("7.25")),
    "a map": (pa.array([[("a", 1), ("b", None)]], pa.map_(pa.string(), pa.int64())), {"a": 1}),
    "a map of numbers": (pa.array([[(5, "x")]], pa.map_(pa.int64(), pa.string())), {"5": "x"}),
    "a map of days": (pa.array([[(date(2024, 2, 29), 1)]], pa.map_(pa.date32(), pa.int64())), {"2024-02-29": 1}),
    "a category": (pa.array(["Drama"]).dictionary_encode(), "Drama"),
    "text marked as bytes": (pa.array([b"Drama"], pa.binary()), "Drama"),
    "bytes": (pa.array([b"\xff\x00"], pa.binary()), b"\xff\x00"),
    "a UUID": (pa.array([SOME_ID.bytes], pa.uuid()), Binary.from_uuid(SOME_ID)),
    "a duration": (pa.array([1_500_000_000], pa.duration("ns")), 1.5),
    "a list": (pa.array([[NANOSECONDS, None]], pa.list_(pa.timestamp("ns", "UTC"))), [AT, None]),
    "a large list": (pa.array([["a"]], pa.large_list(pa.large_string())), ["a"]),
    "objects in a list": (
        pa.array([[{"at": NANOSECONDS, "n": None}]], pa.list_(pa.struct({"at": pa.timestamp("ns"), "n": pa.int8()}))),
        [{"at": AT}],
    ),
    "a small number": (pa.array([7], pa.int8()), 7),
    "a half-precision number": (pa.array([0.5], pa.float16()), 0.5),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_becomes_one_that_can_be_stored(tmp_path: Path, name: str) -> None:
    column, expected = VALUES[name]
    nested = pa.StructArray.from_arrays([column], names=["inner"])
    (row,) = rows_of(tmp_path, pa.table({"value": column, "data": nested}))
    assert row == {"value": expected, "data": {"inner": expected}}
    bson.encode(row)


def test_int96_is_read_beyond_the_range_of_nanoseconds(tmp_path: Path) -> None:
    table = pa.table({"at": pa.array([datetime(2500, 1, 1)], pa.timestamp("us"))})  # noqa: DTZ001  # as Spark writes it
    (row,) = rows_of(tmp_path, table, use_deprecated_int96_timestamps=True)
    assert row == {"at": datetime(2500, 1, 1, tzinfo=UTC)}


def test_null_and_nan_mean_that_a_field_was_not_written(tmp_path: Path) -> None:
    table = pa.table({"a": [float("nan"), 1.0], "b": [None, None], "c": [{"d": float("nan"), "e": 1}, None]})
    assert rows_of(tmp_path, table) == [{"c": {"e": 1}}, {"a": 1.0}]


BEYOND = {
    "a time beyond the calendar": (pa.array([1, 2**62], pa.timestamp("us")), f"<value out of range: {2**62}>"),
    "a day beyond the calendar": (pa.array([1, 2**31 - 1], pa.date32()), f"<value out of range: {2**31 - 1}>"),
    "a number of too many digits": (pa.array([Decimal(1), Decimal("1" * 40)], pa.decimal256(50, 0)), "1" * 40),
}


@pytest.mark.parametrize("name", BEYOND)
def test_a_value_that_no_type_can_hold_is_text_and_spares_the_others(tmp_path: Path, name: str) -> None:
    column, expected = BEYOND[name]
    nested = pa.StructArray.from_arrays([column, pa.array(["x", "y"])], names=["inner", "other"])
    lists = pa.ListArray.from_arrays([0, 1, 2], column)
    maps = pa.MapArray.from_arrays([0, 1, 2], pa.array(["k", "k"]), column)
    table = pa.table({"value": column, "data": nested, "list": lists, "map": maps, "n": [1, 2], "no": pa.nulls(2)})
    good, odd = rows_of(tmp_path, table)
    assert good["n"] == 1
    inner = {"inner": expected, "other": "y"}
    assert odd == {"value": expected, "data": inner, "list": [expected], "map": {"k": expected}, "n": 2}
    bson.encode(odd)


def test_a_row_that_can_not_be_read_says_why_and_spares_the_others(tmp_path: Path) -> None:
    column = pa.array([[("a", 1)], [("a", 1), ("a", 2)]], pa.map_(pa.string(), pa.int64()))
    good, bad = rows_of(tmp_path, pa.table({"value": column, "n": [1, 2]}))
    assert good["n"] == 1
    assert bad == BadRow("value: a map has an entry twice: a", "{'n': 2}")


def test_columns_of_one_name_and_damage_are_clear_errors(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pytest.raises(UnreadableFile, match="a can't be read: several of its columns are called 'a'"):
        rows_of(tmp_path, table)
    (tmp_path / "b").write_bytes(b"PAR1 and so on")
    with pytest.raises(UnreadableFile, match="b can't be read: "), (tmp_path / "b").open("rb") as file:
        list(read_rows("b", file))
