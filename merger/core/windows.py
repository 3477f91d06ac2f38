"""Time windows, and the parameters that name them.

Every ``datetime`` here is aware and in UTC, so every day has 24 hours and there is no daylight saving.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from merger.errors import BadQuery

HOUR = timedelta(hours=1)


DAY = timedelta(days=1)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


LONGEST_WINDOW = timedelta(days=3660)


WINDOW_FORMS = "`all`, or a number of hours or days such as `6h` or `30d` (at most 3660d)"


_WINDOW = re.compile(r"(\d{1,6})([hd]?)", re.ASCII)


class Granularity(StrEnum):
    """The width of a bucket of a series."""

    HOUR = "hour"
    DAY = "day"

    @property
    def width(self) -> timedelta:
        return HOUR if self is Granularity.HOUR else DAY

    def floor(self, moment: datetime) -> datetime:
        return floor_hour(moment) if self is Granularity.HOUR else floor_day(moment)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The half-open interval ``[start, end)``; ``start`` ``None`` means "since the beginning"."""

    start: datetime | None
    end: datetime

    @property
    def bounded_start(self) -> datetime:
        """The ``start`` of a window that has one.

        Raises:
            ValueError: the window reaches back to the beginning.
        """
        if self.start is None:
            raise ValueError("the window has no start")
        return self.start

    def holds(self, moment: datetime) -> bool:
        return (self.start is None or self.start <= moment) and moment < self.end


@dataclass(frozen=True, slots=True)
class Span:
    """A window as a caller names it: ``label`` in its shortest form, ``length`` ``None`` for ``all``.

    ``unit`` is the granularity that the label suggests: hours for ``6h``, days for ``7d``.
    """

    label: str
    length: timedelta | None
    unit: Granularity

    def ending(self, now: datetime, granularity: Granularity) -> Window:
        """The window ``[now - length, now]`` in whole buckets, including all of the oldest and of the open one."""
        end = granularity.floor(now) + granularity.width
        return Window(None if self.length is None else granularity.floor(now - self.length), end)


def parse_span(text: str, parameter: str = "window", *, allow_all: bool = True) -> Span:
    """Parses ``7d``, ``6h``, ``6`` (hours, as old clients send) or ``all``.

    Raises:
        BadQuery: for any other text, zero, or more than ten years.
    """
    expected = WINDOW_FORMS if allow_all else WINDOW_FORMS.removeprefix("`all`, or ")
    text = text.strip().lower()
    if text == "all" and allow_all:
        return Span("all", None, Granularity.DAY)
    found = _WINDOW.fullmatch(text)
    if not found or not int(found[1]):
        raise BadQuery(parameter, text, expected)
    number, unit = int(found[1]), Granularity.DAY if found[2] == "d" else Granularity.HOUR
    length = number * unit.width
    if length > LONGEST_WINDOW:
        raise BadQuery(parameter, text, expected)
    return Span(f"{number}{'d' if unit is Granularity.DAY else 'h'}", length, unit)


def floor_hour(moment: datetime) -> datetime:
    """The start of the UTC hour that contains an aware moment."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def floor_day(moment: datetime) -> datetime:
    """The start of the UTC day that contains an aware moment."""
    return floor_hour(moment).replace(hour=0)


def parse_moment(text: str) -> datetime:
    """Parses ISO 8601 text into aware UTC; text without an offset is taken as UTC.

    Raises:
        ValueError: for any other text.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def midnight(date: str) -> datetime:
    """The start of a day given as ``YYYY-MM-DD``, in UTC."""
    return datetime.fromisoformat(f"{date}T00:00:00+00:00")


def buckets(window: Window, granularity: Granularity) -> Iterator[datetime]:
    """The starts of the buckets of a window, oldest first; none for a window without a start."""
    if window.start is None:
        return
    start = granularity.floor(window.start)
    while start < window.end:
        yield start
        start += granularity.width


def isoformat(moment: datetime) -> str:
    """Formats a moment as ISO 8601 in UTC, with ``Z`` and whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
