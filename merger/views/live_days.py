"""Finds the days that an answer about sentiment counted live, to be compared with the batch layer later. Pure.

Requirement M16.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from merger.core.windows import DAY, Granularity, Span, Window, buckets, floor_day, midnight, parse_moment


def live_days(span: Span, granularity: Granularity, body: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Returns the reviews of each day that was over, wholly in the window, and counted by the speed layer or by both.

    A day since the cutoff without a bucket counts 0, as the answer says: the speed layer had no review.

    Args:
        span, granularity: what was asked.
        body: the answer.
        now: when it was computed, aware UTC.
    """
    counted, sources = Counter[str](), dict[str, set[str]]()
    for bucket in body["breakdown"]:
        day = (bucket.get("date") or bucket["hour"])[:10]
        counted[day] += bucket["review_count"]
        sources.setdefault(day, set()).add(bucket["data_source"])
    cutoff, start = parse_moment(body["freshness"]["cutoff"]), span.ending(now, granularity).start
    oldest = min((midnight(day) for day in sources), default=cutoff)
    whole = Window(_first_whole(start or min(oldest, cutoff)), floor_day(now))
    return {
        name: counted[name]
        for day in buckets(whole, Granularity.DAY)
        if (found := sources.get(name := day.date().isoformat())) != {"batch"} and (found or day >= cutoff)
    }


def _first_whole(start: datetime) -> datetime:
    """The first day that does not begin before a moment."""
    day = floor_day(start)
    return day if day == start else day + DAY
