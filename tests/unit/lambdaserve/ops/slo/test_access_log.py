"""Counting of the access log's lines."""

from __future__ import annotations

import json
import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdaserve.ops.slo.access_log import MOST_ROUTES, LogCounts
from lambdaserve.ops.slo.objectives import Tally, quantile

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROUTE = "api/v1/movies/<movie_id>"


def line(ago: timedelta = timedelta(minutes=5), **fields: Any) -> bytes:
    usual = {
        "timestamp": (NOW - ago).isoformat(),
        "event": "request",
        "logger": "lambdaserve.access",
        "route": ROUTE,
        "status": 200,
        "ms": 3.0,
        "cache": "HIT",
    }
    return json.dumps(usual | fields).encode()


def count(*lines: bytes) -> LogCounts:
    counts = LogCounts(NOW - timedelta(days=1), NOW)
    for each in lines:
        counts.add(each)
    return counts


def test_requests_errors_and_cache_hits_are_counted_by_route() -> None:
    traffic = count(line(), line(cache="STALE"), line(status=500, cache=None), line(cache="MISS")).traffic()
    assert traffic.routes == {ROUTE: Tally(4, 1)}
    assert (traffic.held, traffic.answered) == (2, 3)


def test_strict_refusal_is_counted_apart_from_recent_errors() -> None:
    refusals = (line(status=503, problem=slug) for slug in ("incomplete", "unproven"))
    traffic = count(*refusals).traffic()
    assert traffic.strict_refusals == 2
    assert traffic.recent == Tally(2, 0)


def test_lines_outside_the_period_or_of_other_loggers_are_ignored() -> None:
    counts = count(line(timedelta(days=2)), line(-timedelta(minutes=1)), line(logger="merger"), line(route="static"))
    assert (counts.lines, counts.bad, counts.traffic().routes) == (4, 0, {})


def test_unreadable_lines_are_bad_but_empty_ones_are_not() -> None:
    counts = count(b"Traceback:", b"[1]", line(status="?"), line(ms=-1), line(timestamp="soon"), b"  \n")
    assert (counts.lines, counts.bad) == (6, 5)


def test_routes_and_states_of_the_cache_that_a_log_makes_up_take_no_memory() -> None:
    made_up = [line(route=f"api/v1/{number}", cache=f"{number}") for number in range(MOST_ROUTES + 5)]
    counts = count(*made_up)
    assert (counts.bad, len(counts.traffic().routes), counts.traffic().answered) == (5, MOST_ROUTES, 0)


def test_time_without_a_zone_is_utc() -> None:
    local = (NOW - timedelta(minutes=5)).replace(tzinfo=None).isoformat()
    assert count(line(timestamp=local)).traffic().routes == {ROUTE: Tally(1, 0)}


def test_quantiles_are_right_within_two_percent() -> None:
    chosen = random.Random(7)
    seconds = sorted(chosen.lognormvariate(-4, 1.5) for _ in range(5000))
    [buckets] = count(*(line(ms=1000 * each) for each in seconds)).traffic().durations.values()
    for q in (0.5, 0.95, 0.99):
        assert quantile(q, buckets) == pytest.approx(seconds[math.ceil(q * 5000) - 1], rel=0.025)
