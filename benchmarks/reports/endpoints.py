"""Describes every endpoint's figures, for the terminal and for ``docs/performance.md``. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmarks.harness.latencies import EndpointResult
from benchmarks.harness.load import CONCURRENCY
from benchmarks.harness.machine import Machine
from benchmarks.reports.tables import align_table

PART = "measured"
"""The part of ``docs/performance.md`` that holds these figures."""

_HEAD = (
    "endpoint",
    "target p95",
    "cold p50",
    "cold p95",
    "cold p99",
    "cold slowest",
    "warm p50",
    "warm p95",
    "warm p99",
    "warm requests/s",
    "verdict",
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of the measurement.

    Attributes:
        measured_at: aware UTC.
        machine: where.
        movies: that were loaded.
        scale: of the sample world.
        seconds: length of each warm run.
        workers: processes that answered.
        ready_after: seconds from the server's start until it had read the catalogue and both layers' state.
        peak_memory: of the largest worker, in bytes; ``None`` where the system does not say.
    """

    measured_at: datetime
    machine: Machine
    movies: int
    scale: float
    seconds: float
    workers: int
    ready_after: float
    peak_memory: int | None


def table(results: Sequence[EndpointResult]) -> str:
    """Builds a Markdown table that reads well as plain text too; times are in milliseconds."""
    return align_table(_HEAD, [_row(measured) for measured in results], left=(0, len(_HEAD) - 1))


def section(results: Sequence[EndpointResult], conditions: Conditions) -> str:
    """Builds the text between the markers: the conditions, the table, and the missed targets."""
    missed = [f"- `{measured.endpoint.name}`: {', '.join(measured.misses)}" for measured in results if measured.misses]
    verdict = ["Missed:", "", *missed] if missed else ["Every target was met."]
    return "\n".join([*_conditions(conditions), "", table(results), "", *verdict])


def about(machine: Machine) -> list[str]:
    """Lists the machine, its load, and the versions of packages."""
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    return [
        f"- machine: {machine.processor}, {machine.cores} cores, {machine.system}",
        f"- other programs that wanted to run in the minute before (load average): {machine.load:.2f}",
        f"- versions: {packages}",
    ]


def _conditions(held: Conditions) -> list[str]:
    many = "s" if held.workers > 1 else ""
    memory = "not measured" if held.peak_memory is None else f"{held.peak_memory / 2**20:.0f} MiB"
    when = f"{held.measured_at:%Y-%m-%d %H:%M} UTC"
    return [
        f"Measured on {when} with {held.movies:,} movies (scale {held.scale:g}) and {held.workers} worker{many}.",
        "",
        *about(held.machine),
        f"- from the server's start until it had read the catalogue and both layers' state: {held.ready_after:.1f} s",
        f"- peak resident memory of a worker: {memory}",
        f"- cold: one request at a time; warm: {CONCURRENCY} connections for {held.seconds:g} s each; times in ms",
    ]


def _row(measured: EndpointResult) -> tuple[str, ...]:
    cold, warm = measured.cold, measured.warm
    return (
        measured.endpoint.name,
        f"{measured.endpoint.target_ms:g}",
        *(f"{value:.1f}" for value in (cold.p50, cold.p95, cold.p99, cold.slowest, warm.p50, warm.p95, warm.p99)),
        f"{warm.per_second:,.0f}",
        "misses" if measured.misses else "ok",
    )
