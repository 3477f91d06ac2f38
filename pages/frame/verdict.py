"""Says in a few words whether the numbers on a page are up to date. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pages.figures import words

GOOD, LATE, BAD = "good", "late", "bad"

LAYER_WORDS: Final = {
    "healthy": "up to date",
    "stale": "out of date",
    "lagging": "late",
    "empty": "no data yet",
    "unknown": "not known right now",
}
"""Words for the states of the layers in the health report."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the numbers are up to date.

    Args:
        state: ``good``, ``late`` or ``bad``.
        text: a few words, for the dot in the header.
        age: of the newest live number, such as ``19 s ago``; empty if it is unknown or doesn't matter.
    """

    state: str
    text: str
    age: str = ""


def judge(services: Mapping[str, Mapping[str, Any]]) -> Verdict:
    """Sums up a health report.

    Args:
        services: of the report (``lambdaserve.ops.health.report``), by name. Whether Redis answers doesn't matter here:
            without it pages are slower and as true.
    """
    batch, speed = services["batch_layer"]["status"], services["speed_layer"]["status"]
    lag = speed_lag(services)
    if services["mongodb"]["status"] != "healthy":
        return Verdict(BAD, "Database not answering")
    if "unknown" in (batch, speed):
        return Verdict(LATE, "Freshness not known")
    if batch == speed == "empty":
        return Verdict(LATE, "No data yet")
    if speed == "empty":
        return Verdict(LATE, "No live data")
    if speed == "lagging":
        return Verdict(LATE, "Live data late", lag)
    if batch != "healthy":
        return Verdict(LATE, "History out of date" if batch == "stale" else "No history yet")
    return Verdict(GOOD, "Up to date", lag)


def speed_lag(services: Mapping[str, Mapping[str, Any]]) -> str:
    """Age of the newest live data, such as ``19 s ago``; empty if unknown."""
    seconds = services["speed_layer"]["lag_seconds"]
    return "" if seconds is None else f"{words.duration(seconds)} ago"
