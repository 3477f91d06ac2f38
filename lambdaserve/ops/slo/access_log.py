"""Counts a period's traffic from the JSON lines of the access log, in one pass and bounded memory. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from lambdaserve.ops.slo.objectives import RECENT, Tally, Traffic, counts
from merger.core.windows import parse_moment

LOGGER, EVENT = "lambdaserve.access", "request"
FROM_CACHE, COMPUTED = ("HIT", "STALE"), "MISS"
REFUSALS = ("incomplete", "unproven")
"""The problem types of a 503 that the caller asked for with ``completeness=strict`` or ``proven``."""

MOST_ROUTES = 1_000
"""Routes that are counted; the service has some dozens. Lines of others count as ones that can't be read."""

_STEP = 1.02
"""Ratio of each bound of the durations to the bound below; it keeps quantiles right within 2 %."""
_SHORTEST = 1e-5
_MINUTE = 60


class LogCounts:
    """Counts log lines, in any order.

    Args:
        since, until: the period, aware UTC; lines outside it are ignored.

    Attributes:
        lines: number of lines so far.
        bad: number of lines that are not JSON, or that describe a request with unreadable fields.
    """

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since, until
        self.lines = self.bad = 0
        self._requests: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._durations: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._minutes: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        self._cache: Counter[str] = Counter()
        self._strict = 0

    def add(self, line: bytes) -> None:
        """Counts one line; a line of another logger adds to ``lines`` alone."""
        self.lines += 1
        try:
            fields = orjson.loads(line)
            if fields.get("logger") == LOGGER and fields.get("event") == EVENT:
                self._count(fields)
        except (ValueError, KeyError, TypeError, AttributeError):
            self.bad += bool(line.strip())

    def traffic(self) -> Traffic:
        """The counts: from the oldest to the newest minute seen, and of the newest hour."""
        oldest, newest = min(self._minutes, default=0), max(self._minutes, default=0)
        first = newest - RECENT // timedelta(seconds=_MINUTE) + 1
        recent = [tally for minute, tally in self._minutes.items() if minute >= first]
        return Traffic(
            since=max(self.since, datetime.fromtimestamp(oldest * _MINUTE, UTC)),
            until=min(self.until, datetime.fromtimestamp((newest + 1) * _MINUTE, UTC)),
            routes={route: Tally(self._requests[route], self._errors[route]) for route in self._requests},
            durations={route: _buckets(steps) for route, steps in self._durations.items()},
            recent=Tally(sum(requests for requests, _ in recent), sum(errors for _, errors in recent)),
            strict_refusals=self._strict,
            held=sum(self._cache[state] for state in FROM_CACHE),
            answered=sum(self._cache[state] for state in (*FROM_CACHE, COMPUTED)),
        )

    def _count(self, fields: Mapping[str, Any]) -> None:
        moment, route = parse_moment(fields["timestamp"]), fields["route"]
        status, seconds = int(fields["status"]), float(fields["ms"]) / 1000
        if not isinstance(route, str) or not math.isfinite(seconds) or seconds < 0:
            raise ValueError(route, seconds)
        if not self.since <= moment <= self.until or not counts(route):
            return
        if route not in self._requests and len(self._requests) >= MOST_ROUTES:
            raise ValueError(route)
        strict = fields.get("problem") in REFUSALS
        self._requests[route] += 1
        self._strict += strict
        self._errors[route] += status >= 500
        self._durations[route][_step(seconds)] += 1
        tally = self._minutes[int(moment.timestamp()) // _MINUTE]
        tally[0] += 1
        tally[1] += status >= 500 and not strict
        if fields.get("cache") in (*FROM_CACHE, COMPUTED):
            self._cache[fields["cache"]] += 1


def _step(seconds: float) -> int:
    """Number of the step that a duration falls into, counted from the shortest."""
    return 0 if seconds <= _SHORTEST else math.ceil(math.log(seconds / _SHORTEST, _STEP))


def _buckets(steps: Mapping[int, int]) -> dict[float, float]:
    """Requests by upper bound; includes the empty step below each, so that no bucket starts too early."""
    return {_SHORTEST * _STEP**step: steps.get(step, 0) for step in {*steps, *(step - 1 for step in steps)}}
