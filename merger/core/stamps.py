"""Forms in which producers store moments, and the ranges that find each form. Pure.

A range of dates finds no text and no number, so each form in use needs ranges of its own. The state of the layers says
which forms are in use besides dates; a layer that stores dates alone is read by one range. Requirement D1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from merger.core.windows import DAY

_MINUTE: Final = timedelta(minutes=1)


_WIDEST_OFFSET: Final = timedelta(hours=14)


_ZONE_NAME: Final = re.compile(r"\s*(UTC|GMT|Z)$", re.IGNORECASE)
_BLANK_BEFORE_OFFSET: Final = re.compile(r"\s+(?=[+-]\d\d(:?\d\d)?$)")


_SECONDS_FROM, _MILLISECONDS_FROM, _MILLISECONDS_TO = 10**8, 10**11, 10**14
"""Bounds of numbers that are moments: seconds below the second one, milliseconds from it on."""


ANY_TEXT: Final = {"$gt": "0", "$lt": "~"}
"""Contains every moment stored as text. ``~`` sorts after each of them. Ranges of text need an end: without one, the
embedded server reads on through everything that sorts after text, dates included."""


ANY_NUMBER: Final = {"$gte": _SECONDS_FROM, "$lt": _MILLISECONDS_TO}
"""Contains every moment stored as a number."""


ANY_FORM: Final = ({"$gte": datetime(1970, 1, 1, tzinfo=UTC)}, ANY_TEXT, ANY_NUMBER)
"""Contain every moment since 1970, one range for each type of value; each can be sorted by itself."""


class StampKind(StrEnum):
    """How a moment is stored: a date, ISO 8601 text with or without hyphens and colons, a number since 1970, or not.

    ``absent``: the document has it under another name, so that only reading it tells the moment. ``odd``: a value that
    is no moment, so that nobody can tell what its document is about.
    """

    DATE = "date"
    TEXT = "text"
    COMPACT_TEXT = "compact text"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    ABSENT = "absent"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class StampForm:
    """One form of stored moments; ``offset`` from UTC is that of its text."""

    kind: StampKind
    offset: timedelta = timedelta(0)


DATE: Final = StampForm(StampKind.DATE)
TEXT: Final = StampForm(StampKind.TEXT)
SECONDS: Final = StampForm(StampKind.SECONDS)
MILLISECONDS: Final = StampForm(StampKind.MILLISECONDS)
ABSENT: Final = StampForm(StampKind.ABSENT)
ODD: Final = StampForm(StampKind.ODD)


EARLIEST, LATEST = datetime.fromtimestamp(_SECONDS_FROM, UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Bounds of dates that are hours of events: a smaller number is none either, and nobody writes of so late a time."""


Condition = Mapping[str, Any]


ANY_TEXT_OR_NUMBER: Final[tuple[Condition, ...]] = (
    {"$gt": "\x00", "$lt": "\U0010ffff"},
    {"$gte": -math.inf, "$lte": math.inf},
)
"""Contain every text and number but empty text and NaN."""


ODD_TEXT_OR_NUMBER: Final[tuple[Condition, ...]] = (
    {"$gt": "\x00", "$lt": "19"},
    {"$gt": "21", "$lt": "\U0010ffff"},
    {"$gte": -math.inf, "$lt": _SECONDS_FROM},
    {"$gte": _MILLISECONDS_TO, "$lte": math.inf},
)


ODD_OTHERS: Final[tuple[Condition, ...]] = (
    {"$in": ["", math.nan, False, True, []]},
    *({"$type": name} for name in ("object", "array", "binData", "objectId", "timestamp")),
    {"$lt": EARLIEST},
    {"$gte": LATEST},
)


NO_MOMENTS: Final = (*ODD_TEXT_OR_NUMBER, *ODD_OTHERS)
"""Conditions that no moment of our time meets; each uses an index. Text counts as a moment if it begins with a year.

No bound is the beginning of a text in its range: on a descending index, the embedded server leaves such texts out. Each
range has two ends where other types sort after it: else that server reads on through all of them."""


_PATTERNS: Final = {StampKind.TEXT: ("%Y-%m-%d", "%H:%M"), StampKind.COMPACT_TEXT: ("%Y%m%d", "%H%M")}


def form_of(value: Any) -> StampForm | None:
    """The form of a stored moment; ``None`` if it is none."""
    if isinstance(value, datetime):
        return DATE if EARLIEST <= value.replace(tzinfo=value.tzinfo or UTC) < LATEST else None
    if isinstance(value, str):
        return _form_of_text(value)
    if hasattr(value, "to_decimal"):
        value = value.to_decimal()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value != value:
        return None
    if _SECONDS_FROM <= value < _MILLISECONDS_FROM:
        return SECONDS
    return MILLISECONDS if _MILLISECONDS_FROM <= value < _MILLISECONDS_TO else None


def _form_of_text(value: str) -> StampForm | None:
    # Zone names, and offsets after a blank, sort like the offsets that they stand for.
    text = _BLANK_BEFORE_OFFSET.sub("", _ZONE_NAME.sub("", value.strip()))
    try:
        offset = datetime.fromisoformat(text).utcoffset()
    except ValueError:
        return None
    return StampForm(StampKind.TEXT if "-" in text[:5] else StampKind.COMPACT_TEXT, offset or timedelta(0))


def stamp_ranges(start: datetime, end: datetime | None, forms: Collection[StampForm]) -> list[dict[str, Any]]:
    """Ranges that find the moments in ``[start, end)``, of dates first, then of every other form.

    Ranges of text reach to whole minutes, and those without an end up to a day further back. Ranges of two forms may
    find the same documents, and that of absent moments finds all of them. So the caller checks each document.

    Args:
        start: aware UTC.
        end: aware UTC; ``None``: all later moments.
        forms: the forms in use besides dates.
    """
    result: list[dict[str, Any]] = [{"$gte": start} | ({} if end is None else {"$lt": end})]
    if ABSENT in forms:
        result.append({"$eq": None})
    if end is None:
        return result + _endless_ranges(start, {form.kind for form in forms})
    for form in sorted(forms, key=lambda each: (each.kind, each.offset)):
        if form.kind in _PATTERNS:
            result += _text_ranges(_local(start, form), _local(end, form), *_PATTERNS[form.kind])
        elif form in (SECONDS, MILLISECONDS):
            factor = 1 if form is SECONDS else 1000
            low, high = start.timestamp() * factor, end.timestamp() * factor
            result.append({"$gte": math.floor(low), "$lt": math.ceil(high)})
    return result


def _endless_ranges(start: datetime, kinds: Collection[StampKind]) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []
    if not _PATTERNS.keys().isdisjoint(kinds):
        # Text without hyphens sorts after that of the same year with hyphens.
        result.append({"$gt": f"{start - _WIDEST_OFFSET - DAY:%Y-%m-%d}~", "$lt": ANY_TEXT["$lt"]})
    if StampKind.SECONDS in kinds:
        result.append({"$gte": math.floor(start.timestamp()), "$lt": _MILLISECONDS_FROM})
    if StampKind.MILLISECONDS in kinds:
        result.append({"$gte": math.floor(start.timestamp() * 1000), "$lt": _MILLISECONDS_TO})
    return result


def _local(value: datetime, form: StampForm) -> datetime:
    """The wall clock of a form's text, as a naive value."""
    return value.astimezone(UTC).replace(tzinfo=None) + form.offset


def _text_ranges(start: datetime, end: datetime, date: str, time: str) -> Iterator[dict[str, Any]]:
    """Ranges of text between two wall clock times.

    Dates and times may be separated by ``T`` or a blank, which sort apart on each day. Days that are not whole get a
    range for each; all whole days share one. No bound is the beginning of a text in its range: on a descending index,
    the embedded server leaves such texts out.
    """
    end = _ceil_minute(end)
    start = start.replace(second=0, microsecond=0)
    first_whole, after_whole = _midnight(start + DAY - _MINUTE), _midnight(end)
    if first_whole < after_whole:
        yield {"$gt": f"{(first_whole - DAY).strftime(date)}~", "$lt": f"{(after_whole - DAY).strftime(date)}~"}
    pieces = ((start, min(end, first_whole)), (max(start, first_whole, after_whole), end))
    for begin, stop in pieces:
        if begin < stop:
            yield from _ranges_of_day(begin, stop, date, time)


def _ranges_of_day(start: datetime, end: datetime, date: str, time: str) -> Iterator[dict[str, Any]]:
    """Ranges of the texts in ``[start, end)``, which lies within one day."""
    last = end - _MINUTE
    for separator in "T ":
        pattern = f"{date}{separator}{time}~"
        before = (start - _MINUTE).strftime(pattern)
        if start == _midnight(start):
            before = start.strftime(f"{date} ~") if separator == "T" else (start - DAY).strftime(f"{date}~")
        yield {"$gt": before, "$lt": last.strftime(pattern)}


def _midnight(value: datetime) -> datetime:
    return value.replace(hour=0, minute=0, second=0, microsecond=0)


def _ceil_minute(value: datetime) -> datetime:
    whole = value.replace(second=0, microsecond=0)
    return whole if whole == value else whole + _MINUTE
