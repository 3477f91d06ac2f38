"""Reads rows of Parquet files, as pandas and Spark write them, into values that MongoDB can store.

Times become aware UTC and lose what is finer than a microsecond, calendar days become ``YYYY-MM-DD``, durations
seconds, decimal numbers ``Decimal128``, maps objects. A table has every column in every row, so null and NaN mean that
a field was not written. A value that no type of MongoDB's can hold becomes text, so that the contract decides what
becomes of its document. Needs pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import isnan
from typing import IO, Any, Final
from uuid import UUID

import pyarrow as pa
from bson import Binary, Decimal128
from pyarrow import parquet

from merger.producers.files import BadRow, UnreadableFile

_ROWS = 1000
_UNREADABLE: Final = (ValueError, ArithmeticError, TypeError, KeyError, pa.ArrowException)


def read_rows(name: str, source: IO[bytes]) -> Iterator[dict[str, Any] | BadRow]:
    """Yields the rows of a Parquet file as objects.

    Raises:
        UnreadableFile: it is damaged, or two columns have the same name.
        OSError: from the file.
    """
    try:
        yield from _read_batches(name, source)
    except pa.ArrowException as error:
        raise UnreadableFile(f"{name} can't be read: {error}") from error


def _read_batches(name: str, source: IO[bytes]) -> Iterator[dict[str, Any] | BadRow]:
    file = parquet.ParquetFile(source, coerce_int96_timestamp_unit="us")
    names = file.schema_arrow.names
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise UnreadableFile(f"{name} can't be read: several of its columns are called {repeated[0]!r}")
    for batch in file.iter_batches(batch_size=_ROWS):
        try:
            rows = _with_plain_times(batch).to_pylist(maps_as_pydicts="strict")
            yield from [_storable(row) for row in rows]
        except _UNREADABLE:
            yield from (_read_row(batch.slice(number, 1)) for number in range(batch.num_rows))


def _read_row(batch: Any) -> dict[str, Any] | BadRow:
    """Reads a batch of one row value by value, so that one that can't be read spares the others."""
    row, reasons = {}, []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            row[name] = _read_value(column.cast(_plain_type(column.type), safe=False)[0])
        except _UNREADABLE as error:
            reasons.append(f"{name}: {error}")
    row = _storable(row)
    return BadRow("; ".join(reasons), str(row)) if reasons else row


def _read_value(value: Any) -> Any:
    """Reads a value of Arrow's, with everything in it; one that can't be read becomes text.

    Raises:
        ValueError: a map has an entry twice.
        ArrowException: not even as text.
    """
    if not value.is_valid:
        return None
    if pa.types.is_map(value.type):
        entries: dict[Any, Any] = {}
        for each in value.values:
            key = _read_value(each["key"])
            if key in entries:
                raise ValueError(f"a map has an entry twice: {key}")
            entries[key] = _read_value(each["value"])
        return entries
    if pa.types.is_struct(value.type):
        return {field.name: _read_value(value[field.name]) for field in value.type}
    if pa.types.is_list(value.type):
        return [_read_value(each) for each in value.values]
    try:
        return _storable(value.as_py())
    except _UNREADABLE:
        return value.cast(pa.string()).as_py()


def _with_plain_times(batch: Any) -> Any:
    columns = [column.cast(_plain_type(column.type), safe=False) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _plain_type(kind: Any) -> Any:
    """The type to read a column as: nanoseconds as microseconds, every zone as UTC, names of a category as text."""
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz and "UTC")
    if pa.types.is_time64(kind):
        return pa.time64("us")
    if pa.types.is_duration(kind):
        return pa.duration("us")
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_plain_type(field.type)) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(_plain_type(kind.key_type), _plain_type(kind.item_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return pa.list_(_plain_type(kind.value_type))
    return kind


def _storable(value: Any) -> Any:
    match value:
        case dict():
            return {_key(key): _storable(each) for key, each in value.items() if not _is_absent(each)}
        case list():
            return [_storable(each) for each in value]
        case datetime():
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return Decimal128(value)  # raises for more than 34 digits
        case UUID():
            return Binary.from_uuid(value)
        case bytes():
            return _text_of(value)
        case _:
            return value


def _key(key: Any) -> str:
    stored = _storable(key)
    return stored.isoformat() if isinstance(stored, datetime) else str(stored)


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _text_of(value: bytes) -> str | bytes:
    """Some writers mark texts as bytes."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
