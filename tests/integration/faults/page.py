"""Prints the outcomes and writes them to docs/failure-modes.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.harness.machine import Machine
from benchmarks.reports import tables
from tests.integration.faults.figures import Key, Outcome, Spread
from tests.integration.faults.judge import Verdict
from tests.integration.faults.rules import OPENS_WITHIN, describe
from tests.integration.faults.run import LONG, RATE, Fault

PART = "faults"

_HEAD = (
    "fault", "asked", "fresh", "marked", "503", "404", "other", "lost", "wrong",
    "p50 / p95 / p99 before", "during", "settled", "after", "slowest", "back after",
)  # fmt: skip


def summarise(outcome: Outcome) -> Iterator[str]:
    """Summarises one fault in a few lines."""
    counts, course = outcome.counts(), outcome.course
    yield "under it: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    phases = ("before", course.before), ("during", course.during), ("after", course.after)
    for name, phase in phases:
        yield f"{name:7} {_spread(Spread.of(phase(outcome.views())))} ms of {len(phase(outcome.views()))}"
    yield f"settled {_spread(Spread.of(course.during(outcome.views(), OPENS_WITHIN)))} ms from {OPENS_WITHIN:g} s on"
    yield f"fresh again after {_recovered(outcome)}; the load was at most {1000 * _latest(outcome):.0f} ms late"
    for path, what in outcome.notes.items():
        yield f"wrong: {path}: {what}"


def slowest(outcome: Outcome, number: int) -> Iterator[str]:
    """Lists the slowest requests under a fault, a line each, in the order of sending."""
    broken = outcome.course.broken
    ordered = sorted(outcome.course.during(outcome.all), key=lambda sample: -sample.took)[:number]
    for sample in sorted(ordered, key=lambda sample: sample.sent):
        yield describe(sample, broken)


def table(outcomes: Sequence[tuple[Fault, Outcome]]) -> str:
    """Builds the table of all outcomes; times are in milliseconds."""
    return tables.align_table(_HEAD, [_row(fault, outcome) for fault, outcome in outcomes])


def write(path: Path, outcomes: Sequence[tuple[Fault, Outcome]], now: datetime, machine: Machine) -> None:
    """Writes the table and the descriptions of the faults into the page."""
    tables.write_part(path, PART, f"{_conditions(now, machine, outcomes)}\n\n{table(outcomes)}\n\n{_texts(outcomes)}")


def _row(fault: Fault, outcome: Outcome) -> list[str]:
    counts, course, views = outcome.counts(), outcome.course, outcome.views()
    columns = (
        Verdict.FRESH,
        Verdict.MARKED,
        Verdict.REFUSED,
        Verdict.GONE,
        Verdict.FAILED,
        Verdict.LOST,
        Verdict.WRONG,
    )
    settled = course.during(views, OPENS_WITHIN)
    phases = (course.before(views), course.during(views), settled, course.after(views))
    return [
        fault.name,
        f"{counts.total():,}",
        *(f"{counts[verdict]:,}" for verdict in columns),
        *(_spread(Spread.of(phase)) for phase in phases),
        f"{Spread.of(course.during(views)).slowest:,.0f}",
        "–" if fault.terms.ends_server else _recovered(outcome),
    ]


def _spread(spread: Spread) -> str:
    return f"{spread.p50:.0f} / {spread.p95:.0f} / {spread.p99:.0f}" if spread.count else "–"


def _recovered(outcome: Outcome) -> str:
    took = outcome.recovered_after()
    return "never" if took is None else f"{took:.1f} s"


def _latest(outcome: Outcome) -> float:
    return max((sample.late for sample in outcome.all), default=0.0)


def _conditions(now: datetime, machine: Machine, outcomes: Sequence[tuple[Fault, Outcome]]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    late = max(_latest(outcome) for _, outcome in outcomes)
    health = sum(sample.key is Key.HEALTH for _, outcome in outcomes for sample in outcome.all)
    lines = (
        f"Measured on {now:%Y-%m-%d %H:%M} UTC, each fault for {LONG.during:g} s.\n",
        f"- machine: {machine.processor}, {machine.cores} cores, {machine.system}, everything on it",
        f"- load average before: {machine.load:.2f}",
        f"- versions: {packages}",
        f"- load: {RATE:g} requests/s of an open loop over kept connections: six of ten for what was cached,",
        f"  two for answers that are not cached, one strict, one about health ({health:,} in all, not in the table)",
        f"- the load generator sent no request more than {1000 * late:.0f} ms after it was due",
    )
    return "\n".join(lines)


def _texts(outcomes: Sequence[tuple[Fault, Outcome]]) -> str:
    return "\n\n".join(_text(fault) for fault, _ in outcomes)


def _text(fault: Fault) -> str:
    lines = (
        f"### {fault.name}\n",
        f"- produced by: {fault.produced}",
        f"- a client sees: {fault.seen}",
        f"- an operator sees: {fault.signs}",
        f"- recovery: {fault.recovery}",
    )
    return "\n".join(lines)
