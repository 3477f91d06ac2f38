"""Readers of stamps and calendar days: every form that producers write becomes one.

Requirements D1 and D5.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from merger.contract.fields import number
from merger.core.stamps import EARLIEST, LATEST

EARLIEST_YEAR, LATEST_YEAR = 1800, 2200


LEAST_EPOCH_SECONDS: Final = 10**8
"""Numbers from here on are seconds since 1970; smaller ones are no stamps (a year, a duration)."""


LEAST_EPOCH_MILLISECONDS: Final = 10**11
"""Numbers from here on are milliseconds since 1970."""


LONGEST: Final = 64
"""The longest text of a stamp, in characters."""


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


_ZONE_NAME = re.compile(r"\s*(UTC|GMT|Z)$", re.IGNORECASE)


_BLANK_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d\d(:?\d\d)?$)")


def moment(value: Any) -> datetime:
    """Reads a stamp as aware UTC.

    A stamp is a date, ISO 8601 text (with a blank for the ``T``, with any offset or none, which means UTC), or a number
    of seconds or milliseconds since 1970.
    """
    if isinstance(value, datetime):
        if not EARLIEST_YEAR < value.year < LATEST_YEAR:
            raise ValueError("the date is out of range")
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, str):
        return moment(_parse(value.strip()))
    return moment(_from_epoch(value))


def _parse(text: str) -> datetime:
    if len(text) > LONGEST:
        raise ValueError(f"a date was expected, not {len(text)} characters")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(_BLANK_BEFORE_OFFSET.sub("", _ZONE_NAME.sub("+00:00", text)))


def _from_epoch(value: Any) -> datetime:
    try:
        found = number(value)
    except ValueError:
        raise ValueError(f"a date was expected, not {type(value).__name__}") from None
    if found >= LEAST_EPOCH_MILLISECONDS:
        return _EPOCH + timedelta(milliseconds=found)
    if found >= LEAST_EPOCH_SECONDS:
        return _EPOCH + timedelta(seconds=found)
    raise ValueError("a date was expected, not a small number")


def _moment_of_events(value: Any) -> datetime:
    result = moment(value)
    if not EARLIEST <= result < LATEST:
        raise ValueError("no events are of that time")
    return result


def full_hour(value: Any) -> datetime:
    """Reads a stamp that is exactly on a UTC hour."""
    result = _moment_of_events(value)
    if result.minute or result.second or result.microsecond:
        raise ValueError("a bucket starts on the hour")
    return result


def is_hour_elsewhere(value: Any) -> bool:
    """Whether text names a full hour of a zone that is no full number of hours from UTC."""
    if not isinstance(value, str):
        return False
    written = _parse(value.strip())
    return not written.minute and bool(moment(value).minute)


def full_minute(value: Any) -> datetime:
    """Reads a stamp that is exactly on a minute, where an hour or a smaller window may start."""
    result = _moment_of_events(value)
    if result.second or result.microsecond:
        raise ValueError("a bucket starts on the hour, a smaller window on a minute")
    return result


def day(value: Any) -> str:
    """Reads a calendar day as ``YYYY-MM-DD``.

    Of text, the day that is written counts, whatever the offset: a local midnight is that day's. A date without an
    offset is UTC.
    """
    if isinstance(value, str):
        text = value.strip()
        written = date.fromisoformat(text) if len(text) == 10 else _parse(text).date()
        if not EARLIEST_YEAR < written.year < LATEST_YEAR:
            raise ValueError("the date is out of range")
        return written.isoformat()
    return moment(value).date().isoformat()


def optional_day(value: Any) -> str | None:
    """Reads a day, or ``None`` from an empty string, which is how TMDB writes an unknown release date."""
    return None if value == "" else day(value)
