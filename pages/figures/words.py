"""Numbers and times in words. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_SENTIMENT: Final = (
    (0.5, "very positive"),
    (0.2, "positive"),
    (0.05, "mildly positive"),
    (-0.05, "mixed"),
    (-0.2, "mildly negative"),
    (-0.5, "negative"),
)
"""Words for a mean sentiment from −1 to +1: those of the first bound that it reaches."""


def duration(seconds: float) -> str:
    """Puts a number of seconds into a suitable unit, such as ``19 s`` or ``3 h``."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def sentiment(score: float) -> str:
    """Puts a mean sentiment, from −1 to +1, into words."""
    return next((words for least, words in _SENTIMENT if score >= least), "very negative")


def day_and_hour(at: datetime) -> str:
    """Writes a time as ``10 Mar 2031 09:00``."""
    return f"{at.day} {at:%b %Y %H:%M}"


def moment(at: datetime, now: datetime) -> str:
    """Writes a time with its age, such as ``06:48 UTC (5 min ago)``; one of another day with its date."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    written = f"{at:%H:%M}" if at.date() == now.date() else day_and_hour(at)
    return f"{written} UTC ({duration(max(0.0, (now - at).total_seconds()))} ago)"
