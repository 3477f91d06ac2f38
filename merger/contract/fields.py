"""Readers for single values of a stored document: what a field may hold, and what it becomes.

A reader takes whatever BSON decoding gave and returns a plain Python value, or raises ``ValueError`` with the
reason. Floats and Decimal128 stand in for whole numbers where they are whole (D1); NaN, infinities, booleans
and numbers in strings are refused (D2). Decimal128 is recognised by its ``to_decimal`` method, so that this
module needs no BSON library.
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
"""Nothing about movies is larger; below it every whole number survives a JSON reader that keeps doubles."""


LARGEST_COUNT = 10**12
"""A million documents of this size still add up to less than 2**63, the largest whole number JSON writers take."""


LONGEST_NAME = 500
"""Characters."""


MOST_NAMES, MOST_RECORDS = 1000, 10_000
"""Entries of a list."""


EARLIEST_YEAR, LATEST_YEAR = 1800, 2200


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a payload: how it is read and whether a document is readable without it."""

    read: Reader
    required: bool = False


def number(value: Any) -> int | float:
    """Any finite number within ±10**15; whole numbers stay whole, ``Decimal128`` becomes the plain number it holds."""
    if type(value) in (float, int) and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        # Nearly every one is; NaN compares as nothing and goes on.
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
    # BSON's Int64 is a subclass of int; what leaves here is the plain type.
    return int(value) if isinstance(value, int) else float(value)


def whole(value: Any) -> int:
    """A whole number within ±10**15, also one written as ``45.0`` or Decimal128."""
    result = number(value)
    if result != int(result):
        raise ValueError("a whole number was expected")
    return int(result)


def count(value: Any) -> int:
    """A whole number from 0 to 10**12."""
    if type(value) is int and 0 <= value <= LARGEST_COUNT:
        return value
    result = whole(value)
    if result < 0:
        raise ValueError("a count can't be negative")
    if result > LARGEST_COUNT:
        raise ValueError("the count is out of range")
    return result


def sentiment_score(value: Any) -> float:
    """A number in [-1, 1]."""
    result = float(number(value))
    if not -1.0 <= result <= 1.0:
        raise ValueError("a sentiment lies between -1 and 1")
    return result


@dataclass(frozen=True, slots=True)
class Text:
    """Reads a string of at most ``longest`` characters; surrounding blanks are dropped."""

    longest: int

    def __call__(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"a string was expected, not {type(value).__name__}")
        if len(value) > self.longest:
            raise ValueError(f"the string is longer than {self.longest} characters")
        return value.strip()


_short_text = Text(LONGEST_NAME)


def name(value: Any) -> str:
    """A non-empty string of at most 500 characters."""
    result = _short_text(value)
    if not result:
        raise ValueError("a name can't be empty")
    return result


def names(value: Any) -> tuple[str, ...]:
    """A list of names, or of objects with a ``name`` (TMDB's ``[{id, name}]``)."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"a list was expected, not {type(value).__name__}")
    if len(value) > MOST_NAMES:
        raise ValueError(f"the list is longer than {MOST_NAMES} entries")
    return tuple(name(entry if isinstance(entry, str) else _name_in(entry)) for entry in value)


def _name_in(entry: Any) -> Any:
    return entry.get("name") if isinstance(entry, Mapping) else entry


def moment(value: Any) -> datetime:
    """A point in time as aware UTC; naive dates are taken as UTC, ISO 8601 strings are understood."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if not isinstance(value, datetime):
        raise ValueError(f"a date was expected, not {type(value).__name__}")
    if not EARLIEST_YEAR < value.year < LATEST_YEAR:
        raise ValueError("the date is absurd")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def full_hour(value: Any) -> datetime:
    """A point in time that lies exactly on a UTC hour."""
    result = moment(value)
    if result.minute or result.second or result.microsecond:
        raise ValueError("a bucket starts on the hour")
    return result


def readable(value: Any, read: Reader) -> Any:
    """What a reader makes of a value, ``None`` where it is absent or refused."""
    try:
        return None if value is None else read(value)
    except (ValueError, OverflowError, ArithmeticError):
        return None


def day(value: Any) -> str:
    """A calendar day as ``YYYY-MM-DD``, from such a string, an ISO 8601 one or a date."""
    if isinstance(value, str) and len(value) == 10:
        result = date.fromisoformat(value)
        if not EARLIEST_YEAR < result.year < LATEST_YEAR:
            raise ValueError("the date is absurd")
        return result.isoformat()
    return moment(value).date().isoformat()


def optional_day(value: Any) -> str | None:
    """Like ``day``; TMDB writes an unknown release date as an empty string."""
    return None if value == "" else day(value)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Reads one of some strings."""

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
    """Reads a list of objects, each by ``fields``."""

    fields: Mapping[str, Field]

    def __call__(self, value: Any) -> tuple[dict[str, Any], ...]:
        if not isinstance(value, list | tuple):
            raise ValueError(f"a list was expected, not {type(value).__name__}")
        if len(value) > MOST_RECORDS:
            raise ValueError(f"the list is longer than {MOST_RECORDS} entries")
        return tuple(record(entry, self.fields) for entry in value)


def record(value: Any, fields: Mapping[str, Field]) -> dict[str, Any]:
    """An object read field by field; unknown fields are left out, absent optional ones stay absent.

    Raises:
        ValueError: its text starts with the name of the field that is to blame.
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
    """A list of movie titles or ids."""
    if not isinstance(value, list | tuple) or len(value) > MOST_RECORDS:
        raise ValueError("a list of titles or ids was expected")
    return tuple(name(entry) if isinstance(entry, str) else count(entry) for entry in value)
