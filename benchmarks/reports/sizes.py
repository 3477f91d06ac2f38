"""Describes the sizes in two tables: for a growing batch layer, and for a growing speed layer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from benchmarks.harness.machine import Machine
from benchmarks.reports.endpoints import about
from benchmarks.reports.tables import align_table
from benchmarks.scenarios.sizes import SizeResult

PART = "sizes"
"""The part of ``docs/performance.md`` that holds these figures."""


def sizes_section(found: Sequence[SizeResult], machine: Machine, now: datetime) -> str:
    """Builds the text between the markers.

    Args:
        found: what was measured; the first one is the smallest of both tables.
        machine: where.
        now: aware UTC.
    """
    smallest = found[0].size
    by_movies = [each for each in found if each.size.speed == smallest.speed]
    by_speed = [each for each in found if each.size.movies == smallest.movies]
    parts = [
        f"Measured on {now:%Y-%m-%d %H:%M} UTC.",
        "\n".join([*about(machine), "- one request at a time, none cached, hot hits aside; p50 / p95 in ms"]),
        f"### More movies, {smallest.speed:,} speed documents in six hours",
        _table(by_movies, lambda each: f"{each.size.movies:,} movies"),
    ]
    if len(by_speed) > 1:
        parts += [
            f"### More speed documents in six hours, {smallest.movies:,} movies",
            _table(by_speed, lambda each: f"{each.size.speed:,} documents"),
        ]
    return "\n\n".join(parts)


def _table(found: Sequence[SizeResult], name: Callable[[SizeResult], str]) -> str:
    rows = [
        (
            kind,
            *(f"{each.latencies[kind].p50:.1f} / {each.latencies[kind].p95:.1f}" for each in found),
            _growth(found, kind),
        )
        for kind in found[0].latencies
    ]
    rows.append(("seconds until ready", *(f"{each.ready_after:.1f}" for each in found), ""))
    memory = ("?" if each.memory is None else f"{each.memory / 1e6:.0f}" for each in found)
    rows.append(("peak MB of the worker", *memory, ""))
    return align_table(("", *(name(each) for each in found), "largest ÷ smallest p50"), rows)


def _growth(found: Sequence[SizeResult], kind: str) -> str:
    first, last = found[0].latencies[kind].p50, found[-1].latencies[kind].p50
    return f"{last / first:.1f}" if first else ""
