"""The usual situation of the border cases: it is Tuesday 2026-03-10, 10:30, and the nightly run succeeded."""

from __future__ import annotations

from typing import Any

from merger.core.boundary import Policy, Strategy
from merger.core.windows import HOUR
from tests.unit.merger.documents import Raw, at, hourly, point

NOW = at("2026-03-10 10:30")
CUTOFF = at("2026-03-08 10:00")
OPEN_HOUR = at("2026-03-10 10:00")
FIXED = Policy(strategy=Strategy.FIXED)

# The nightly run of 03-10 covers the time before 02:00: 24 reviews a day, one an hour.
LAST_RUN = at("2026-03-10 02:00")
LAST_RUN_DAYS = [
    point("2026-03-07", 24, LAST_RUN),
    point("2026-03-08", 24, LAST_RUN),
    point("2026-03-09", 24, LAST_RUN),
    point("2026-03-10", 2, LAST_RUN),
]
SYNCED: dict[str, Any] = {"synced_at": NOW}


def speed_from(start: str, **more: Any) -> list[Raw]:
    """A bucket of one review per hour up to the open one, in a speed layer without lag."""
    return hourly(at(start), OPEN_HOUR + HOUR, **{**SYNCED, **more})
