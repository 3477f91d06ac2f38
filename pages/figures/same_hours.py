"""Today beside yesterday, both up to the same hour. Pure: every number is summed from an answer's own hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from merger.core.windows import floor_day, floor_hour, parse_moment
from pages.figures.charts import Answer

WINDOW: Final = "47h"
"""The shortest window that holds all of yesterday at any hour of today."""

_DAY = timedelta(days=1)


def today_beside_yesterday(answer: Answer) -> dict[str, Any] | None:
    """Sums up the closed hours of today, and the same hours of yesterday.

    Args:
        answer: ``analytics/trends`` by hour over ``WINDOW``.

    Returns:
        ``until``, the UTC moment at which both sums end, and ``today`` and ``yesterday``, each with ``count`` and the
        mean ``value``, which is ``None`` without observations. ``None`` while no hour of today is closed, and where an
        hour of either day is not known by itself.
    """
    as_of = answer["freshness"]["speed_as_of"]
    until = None if as_of is None else floor_hour(parse_moment(as_of))
    if until is None or until == floor_day(until):
        return None
    spans = [(floor_day(until) - back, until - back) for back in (timedelta(0), _DAY)]
    if any(_is_unknown(answer, *span) for span in spans):
        return None
    today, yesterday = (_sum(answer["data_points"], *span) for span in spans)
    return {"until": until, "today": today, "yesterday": yesterday}


def _is_unknown(answer: Answer, start: datetime, end: datetime) -> bool:
    """Whether hours of a span are missing, or are known as part of a whole day alone."""
    for gap in answer["freshness"]["missing"]:
        if parse_moment(gap["end"]) > start and (gap["start"] is None or parse_moment(gap["start"]) < end):
            return True
    return any("hour" not in point and point["date"] == f"{start:%Y-%m-%d}" for point in answer["data_points"])


def _sum(points: Iterable[Mapping[str, Any]], start: datetime, end: datetime) -> dict[str, Any]:
    within = [point for point in points if "hour" in point and start <= parse_moment(point["hour"]) < end]
    count = sum(point["count"] for point in within)
    value = sum(point["value"] * point["count"] for point in within) / count if count else None
    return {"count": count, "value": value}
