"""Readers of single fields: which stored values a field accepts, and what they become.

A reader takes any value that BSON decoding returns. It returns a plain Python value, or raises ``ValueError`` with the
reason. A value with one evident reading is read: a number as text, Int64 or Decimal128, and floats and Decimal128 as
whole numbers if they are whole. NaN, infinities and booleans are refused. Decimal128 is recognised by its
``to_decimal`` method, so this module needs no BSON library. Requirements D1 and D2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

Reader = Callable[[Any], Any]


UNREADABLE: Final = (ValueError, OverflowError, ArithmeticError)
"""Errors by which a reader refuses a value."""


Loss = tuple[str, str]
"""A value that could not be read: the name of its field, and the reason."""


LARGEST_NUMBER = 10**15
"""No number about movies is larger; up to it every whole number survives JSON readers that use doubles."""


LARGEST_COUNT = 10**12
"""A million counts of this size still add up to less than 2**63, the largest whole number that JSON writers take."""


LONGEST_NAME = 500
"""In characters."""


MOST_NAMES, MOST_RECORDS = 1000, 10_000
"""The longest lists, in entries."""

NUMBER_AS_TEXT: Final = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*$"
"""Pattern of a number that is written as text."""


_number_as_text = re.compile(NUMBER_AS_TEXT, re.ASCII)


ROUNDING: Final = 1e-9
"""A mean may lie this far past its range, and is then read as the range's end."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a payload.

    Args:
        read: how it is read.
        required: documents without it are unreadable.
        identifies: it may be absent, but a document that has an unreadable value in it is unreadable, since nobody can
            tell what the document is about. Any other optional value that can't be read is dropped alone.
        nan_is_absent: NaN in an identifying field stands for an absent value, as pandas writes it.
        mean_of: the field that counts what this one averages. Where that is 0, a value that can't be read is 0.
    """

    read: Reader
    required: bool = False
    identifies: bool = False
    nan_is_absent: bool = True
    mean_of: str = ""


def number(value: Any) -> int | float:
    """Reads a finite number within ±10**15; whole numbers stay whole, ``Decimal128`` becomes a plain number."""
    if type(value) in (float, int) and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        # The usual case. NaN fails every comparison and is refused below.
        plain: int | float = value
        return plain
    if hasattr(value, "to_decimal"):
        value = value.to_decimal()
    elif isinstance(value, str) and len(value) <= LONGEST_NAME and _number_as_text.match(value):
        value = Decimal(value.strip())
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


def is_nan(value: Any) -> bool:
    """Whether a value is NaN, which some producers write for an absent one."""
    if hasattr(value, "to_decimal"):
        value = value.to_decimal()
    if isinstance(value, Decimal):
        return value.is_nan()  # math.isnan refuses the signalling kind
    return isinstance(value, float) and math.isnan(value)


def sentiment_score(value: Any) -> float:
    """Reads a number in [-1, 1]; one that rounding took past an end becomes that end."""
    result = float(number(value))
    if abs(result) > 1.0 + ROUNDING:
        raise ValueError("a sentiment lies between -1 and 1")
    return max(-1.0, min(1.0, result))


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


def title(value: Any) -> str:
    """Reads a title: a name, or a number that a program made of a title such as "1917"."""
    if isinstance(value, str):
        return name(value)
    found = number(value)
    return str(int(found) if found == int(found) else found)


def names(value: Any) -> tuple[str, ...]:
    """Reads a list of names, or of objects with a ``name`` such as TMDB's ``[{id, name}]``."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"a list was expected, not {type(value).__name__}")
    if len(value) > MOST_NAMES:
        raise ValueError(f"the list is longer than {MOST_NAMES} entries")
    return tuple(name(entry if isinstance(entry, str) else _name_in(entry)) for entry in value)


def _name_in(entry: Any) -> Any:
    return entry.get("name") if isinstance(entry, Mapping) else entry


def readable(value: Any, read: Reader) -> Any:
    """Reads a value with a reader; ``None`` if it is absent or refused."""
    try:
        return None if value is None else read(value)
    except UNREADABLE:
        return None


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
    """Reads a list of objects with the given fields.

    Args:
        fields: of each object.
        short: name of the field that stands alone where an entry is no object, such as a title; empty: none does.
    """

    fields: Mapping[str, Field]
    short: str = ""

    def __call__(self, value: Any) -> tuple[dict[str, Any], ...]:
        """Reads a list in which every value can be read."""
        lost: list[Loss] = []
        result = self.salvage(value, lost)
        if lost:
            raise ValueError("{}: {}".format(*lost[0]))
        return result

    def salvage(self, value: Any, lost: list[Loss]) -> tuple[dict[str, Any], ...]:
        """Reads a list without the optional values that can't be read; these are added to ``lost``."""
        if not isinstance(value, list | tuple):
            raise ValueError(f"a list was expected, not {type(value).__name__}")
        if len(value) > MOST_RECORDS:
            raise ValueError(f"the list is longer than {MOST_RECORDS} entries")
        return tuple(record(self._as_object(entry), self.fields, lost) for entry in value)

    def _as_object(self, entry: Any) -> Any:
        return {self.short: entry} if self.short and isinstance(entry, str) else entry


def record(value: Any, fields: Mapping[str, Field], lost: list[Loss]) -> dict[str, Any]:
    """Reads an object field by field; unknown fields are left out, absent optional ones stay absent.

    Args:
        value: the object as stored.
        fields: its fields.
        lost: optional values that can't be read are added here, and stay absent.

    Raises:
        ValueError: a required or identifying field is invalid; its text starts with the name of the field.
    """
    if not isinstance(value, dict):
        raise ValueError(f"an object was expected, not {type(value).__name__}")
    result: dict[str, Any] = {}
    for key, field in fields.items():
        raw = value.get(key)
        if raw is None and not field.required:
            continue
        try:
            if raw is None:
                raise ValueError("it is missing")
            result[key] = field.read(raw)
        except UNREADABLE as error:
            if field.mean_of and readable(value.get(field.mean_of), count) == 0:
                result[key] = 0
                continue
            salvaged = _salvage(key, field, raw, error, lost)
            if salvaged is not None:
                result[key] = salvaged
    return result


def _salvage(key: str, field: Field, raw: Any, error: Exception, lost: list[Loss]) -> tuple[dict[str, Any], ...] | None:
    """What remains of a value that can't be read as a whole; ``None``: nothing."""
    reason: Exception = error
    if isinstance(field.read, Records) and raw is not None:
        inner: list[Loss] = []
        try:
            result = field.read.salvage(raw, inner)
        except UNREADABLE as failure:
            reason = failure
        else:
            lost += [(f"{key}.{name}", why) for name, why in inner]
            return result
    if field.required or (field.identifies and not (field.nan_is_absent and is_nan(raw))):
        raise ValueError(f"{key}: {reason}") from error
    lost.append((key, str(reason)))
    return None


def titles_or_ids(value: Any) -> tuple[str | int, ...]:
    """Reads a list of movie titles or ids."""
    if not isinstance(value, list | tuple) or len(value) > MOST_RECORDS:
        raise ValueError("a list of titles or ids was expected")
    return tuple(name(entry) if isinstance(entry, str) else count(entry) for entry in value)
