"""Half-open spans of time and the parameters that name them.

Every ``datetime`` here is aware and in UTC, so days have 24 hours and daylight saving does not exist.
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
    """Width of one bucket of a series."""

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
        """``start`` of a window that has one.

        Raises:
            ValueError: the window reaches back to the beginning.
        """
        if self.start is None:
            raise ValueError("the window has no start")
        return self.start

    def hours(self) -> Iterator[datetime]:
        """Every whole hour that starts inside a bounded window, oldest first."""
        return buckets(self, Granularity.HOUR)

    def holds(self, moment: datetime) -> bool:
        return (self.start is None or self.start <= moment) and moment < self.end


@dataclass(frozen=True, slots=True)
class Span:
    """A window as a caller names it: ``label`` as given, ``length`` ``None`` for ``all``.

    ``unit`` is the granularity that the label suggests: ``6h`` is read by the hour, ``7d`` by the day.
    """

    label: str
    length: timedelta | None
    unit: Granularity

    def ending(self, now: datetime, granularity: Granularity) -> Window:
        """``[now − length, now]`` cut to whole buckets, the oldest and the open one included whole."""
        end = granularity.floor(now) + granularity.width
        return Window(None if self.length is None else granularity.floor(now - self.length), end)


def parse_span(text: str, parameter: str = "window", *, allow_all: bool = True) -> Span:
    """``7d``, ``6h``, ``6`` (hours, for old clients: A1) or ``all`` → ``Span``.

    Raises:
        BadQuery: for anything else, zero, or more than ten years.
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
    """Start of the UTC hour that holds an aware moment."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def floor_day(moment: datetime) -> datetime:
    """Start of the UTC day that holds an aware moment."""
    return floor_hour(moment).replace(hour=0)


def parse_moment(text: str) -> datetime:
    """ISO 8601 text as aware UTC; text without an offset is taken as UTC.

    Raises:
        ValueError: for any other text.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def midnight(date: str) -> datetime:
    """Start of a day given as ``YYYY-MM-DD``, in UTC."""
    return datetime.fromisoformat(f"{date}T00:00:00+00:00")


def buckets(window: Window, granularity: Granularity) -> Iterator[datetime]:
    """Starts of the buckets of a bounded window, oldest first; nothing for one without a start."""
    if window.start is None:
        return
    start = granularity.floor(window.start)
    while start < window.end:
        yield start
        start += granularity.width


def isoformat(moment: datetime) -> str:
    """ISO 8601 in UTC with ``Z`` and whole seconds (A7)."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
