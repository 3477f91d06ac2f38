"""Readers of single fields: which stored values a field accepts, and what they become.

A reader takes any value that BSON decoding returns. It returns a plain Python value, or raises ``ValueError`` with the
reason. Floats and Decimal128 are accepted for whole numbers if they are whole; NaN, infinities, booleans and numbers in
strings are refused. Decimal128 is recognised by its ``to_decimal`` method, so this module needs no BSON library.
Requirements D1 and D2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Reader = Callable[[Any], Any]


LARGEST_NUMBER = 10**15
"""No number about movies is larger; up to it every whole number survives JSON readers that use doubles."""


LARGEST_COUNT = 10**12
"""A million counts of this size still add up to less than 2**63, the largest whole number that JSON writers take."""


LONGEST_NAME = 500
"""In characters."""


MOST_NAMES, MOST_RECORDS = 1000, 10_000
"""The longest lists, in entries."""


EARLIEST_YEAR, LATEST_YEAR = 1800, 2200


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a payload: how it is read, and whether documents without it are unreadable."""

    read: Reader
    required: bool = False


def number(value: Any) -> int | float:
    """Reads a finite number within ±10**15; whole numbers stay whole, ``Decimal128`` becomes a plain number."""
    if type(value) in (float, int) and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        # The usual case. NaN fails every comparison and is refused below.
        plain: int | float = value
        return plain
    if hasattr(value, "to_decimal"):
        value = value.to_decimal()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"a number was expected, not {type(value).__name__}")
    if not math.isfinite(value):
        raise ValueError("the number is not finite")
    if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise ValueError("the number is out of range")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    # BSON's Int64 is a subclass of int; the plain type is returned.
    return int(value) if isinstance(value, int) else float(value)


def whole(value: Any) -> int:
    """Reads a whole number within ±10**15, also if written as ``45.0`` or Decimal128."""
    result = number(value)
    if result != int(result):
        raise ValueError("a whole number was expected")
    return int(result)


def count(value: Any) -> int:
    """Reads a whole number from 0 to 10**12."""
    if type(value) is int and 0 <= value <= LARGEST_COUNT:
        return value
    result = whole(value)
    if result < 0:
        raise ValueError("a count can't be negative")
    if result > LARGEST_COUNT:
        raise ValueError("the count is out of range")
    return result


def sentiment_score(value: Any) -> float:
    """Reads a number in [-1, 1]."""
    result = float(number(value))
    if not -1.0 <= result <= 1.0:
        raise ValueError("a sentiment lies between -1 and 1")
    return result


@dataclass(frozen=True, slots=True)
class Text:
    """Reads a string of at most ``longest`` characters, without surrounding blanks."""

    longest: int

    def __call__(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"a string was expected, not {type(value).__name__}")
        if len(value) > self.longest:
            raise ValueError(f"the string is longer than {self.longest} characters")
        return value.strip()


_short_text = Text(LONGEST_NAME)


def name(value: Any) -> str:
    """Reads a non-empty string of at most 500 characters."""
    result = _short_text(value)
    if not result:
        raise ValueError("a name can't be empty")
    return result


def names(value: Any) -> tuple[str, ...]:
    """Reads a list of names, or of objects with a ``name`` such as TMDB's ``[{id, name}]``."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"a list was expected, not {type(value).__name__}")
    if len(value) > MOST_NAMES:
        raise ValueError(f"the list is longer than {MOST_NAMES} entries")
    return tuple(name(entry if isinstance(entry, str) else _name_in(entry)) for entry in value)


def _name_in(entry: Any) -> Any:
    return entry.get("name") if isinstance(entry, Mapping) else entry


def moment(value: Any) -> datetime:
    """Reads a date or an ISO 8601 string as aware UTC; without an offset it is taken as UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if not isinstance(value, datetime):
        raise ValueError(f"a date was expected, not {type(value).__name__}")
    if not EARLIEST_YEAR < value.year < LATEST_YEAR:
        raise ValueError("the date is out of range")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def full_hour(value: Any) -> datetime:
    """Reads a moment that is exactly on a UTC hour."""
    result = moment(value)
    if result.minute or result.second or result.microsecond:
        raise ValueError("a bucket starts on the hour")
    return result


def readable(value: Any, read: Reader) -> Any:
    """Reads a value with a reader; ``None`` if it is absent or refused."""
    try:
        return None if value is None else read(value)
    except (ValueError, OverflowError, ArithmeticError):
        return None


def day(value: Any) -> str:
    """Reads a calendar day as ``YYYY-MM-DD``, from such a string, an ISO 8601 string or a date."""
    if isinstance(value, str) and len(value) == 10:
        result = date.fromisoformat(value)
        if not EARLIEST_YEAR < result.year < LATEST_YEAR:
            raise ValueError("the date is out of range")
        return result.isoformat()
    return moment(value).date().isoformat()


def optional_day(value: Any) -> str | None:
    """Reads a day, or ``None`` from an empty string, which is how TMDB writes an unknown release date."""
    return None if value == "" else day(value)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Reads one of the given strings."""

    choices: tuple[str, ...]

    def __call__(self, value: Any) -> str:
        if value not in self.choices:
            raise ValueError(f"one of {', '.join(self.choices)} was expected")
        return str(value)


@dataclass(frozen=True, slots=True)
class Between:
    """Reads a whole number from ``lowest`` to ``highest``."""

    lowest: int
    highest: int

    def __call__(self, value: Any) -> int:
        result = whole(value)
        if not self.lowest <= result <= self.highest:
            raise ValueError(f"a number between {self.lowest} and {self.highest} was expected")
        return result


@dataclass(frozen=True, slots=True)
class Records:
    """Reads a list of objects with the given fields."""

    fields: Mapping[str, Field]

    def __call__(self, value: Any) -> tuple[dict[str, Any], ...]:
        if not isinstance(value, list | tuple):
            raise ValueError(f"a list was expected, not {type(value).__name__}")
        if len(value) > MOST_RECORDS:
            raise ValueError(f"the list is longer than {MOST_RECORDS} entries")
        return tuple(record(entry, self.fields) for entry in value)


def record(value: Any, fields: Mapping[str, Field]) -> dict[str, Any]:
    """Reads an object field by field; unknown fields are left out, absent optional ones stay absent.

    Raises:
        ValueError: its text starts with the name of the invalid field.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"an object was expected, not {type(value).__name__}")
    result = {}
    for key, field in fields.items():
        raw = value.get(key)
        if raw is None:
            if field.required:
                raise ValueError(f"{key}: it is missing")
            continue
        try:
            result[key] = field.read(raw)
        except (ValueError, OverflowError, ArithmeticError) as error:
            raise ValueError(f"{key}: {error}") from error
    return result


def titles_or_ids(value: Any) -> tuple[str | int, ...]:
    """Reads a list of movie titles or ids."""
    if not isinstance(value, list | tuple) or len(value) > MOST_RECORDS:
        raise ValueError("a list of titles or ids was expected")
    return tuple(name(entry) if isinstance(entry, str) else count(entry) for entry in value)
