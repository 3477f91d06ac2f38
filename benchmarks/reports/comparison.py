"""Describes the comparison in tables and verdicts on its aims. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmarks.floors.measure import DJANGO
from benchmarks.harness.latencies import Latencies
from benchmarks.harness.machine import Machine
from benchmarks.harness.wrk import CONNECTIONS
from benchmarks.reports.endpoints import about
from benchmarks.reports.tables import align_table
from benchmarks.scenarios.contest import Outcome
from benchmarks.scenarios.rivals import GUARDED, OURS, PLAIN
from benchmarks.scenarios.scenarios import COLD, HOT, NOT_MODIFIED, WARM, ZIPF

PART = "compared"
"""The part of ``docs/performance.md`` that holds these figures."""

MOST_MEMORY = 150_000_000
"""Bytes that a worker may have resident."""

_SERVERS = (OURS, GUARDED, PLAIN)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Measurements with one number of workers.

    Attributes:
        workers: processes of each server.
        cores: where they ran, in words.
        outcomes: of every scenario and server.
        floors: of every floor.
        colds: by endpoint and server, one request at a time.
        memory: peak of a worker in bytes, by server; ``None`` where the system does not say.
    """

    workers: int
    cores: str
    outcomes: Sequence[Outcome]
    floors: Sequence[Outcome]
    colds: Mapping[str, Mapping[str, Latencies]]
    memory: Mapping[str, int | None]

    def of(self, scenario: str, server: str) -> Outcome:
        """Returns the outcome of a scenario and a server.

        Raises:
            KeyError: there is none.
        """
        for outcome in self.outcomes:
            if (outcome.scenario, outcome.server) == (scenario, server):
                return outcome
        raise KeyError(scenario, server)

    @property
    def django_floor(self) -> Outcome:
        """The fastest of the bare Django views with one read of Redis."""
        views = [floor for floor in self.floors if floor.server.startswith(DJANGO)]
        return max(views, key=lambda floor: floor.latencies.per_second)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of the measurement.

    Attributes:
        measured_at: aware UTC.
        machine: where.
        movies: that were loaded.
        rounds: runs of each server and scenario.
        seconds: of each run.
        by_socket: Redis was reached by its Unix socket.
        scenarios: name and what it is.
    """

    measured_at: datetime
    machine: Machine
    movies: int
    rounds: int
    seconds: float
    by_socket: bool
    scenarios: Sequence[tuple[str, str]]


def comparison_section(found: Sequence[Comparison], held: Conditions) -> str:
    """Builds the text between the markers."""
    parts = [
        f"Measured on {held.measured_at:%Y-%m-%d %H:%M} UTC with {held.movies:,} movies.",
        "\n".join(
            [
                *about(held.machine),
                f"- {CONNECTIONS} connections; Redis by {'Unix socket' if held.by_socket else 'TCP'}; times in ms",
                f"- of every figure the median of {held.rounds} runs of {held.seconds:g} s, servers in turn",
                *(f"- {name}: {text}" for name, text in held.scenarios),
            ]
        ),
    ]
    for comparison in found:
        many = "s" if comparison.workers > 1 else ""
        parts += [
            f"### {comparison.workers} worker{many}: {comparison.cores}",
            scenario_table(comparison),
        ]
        if not comparison.floors:  # some scenarios only
            continue
        parts += [
            ratio_table(comparison),
            floor_table(comparison),
            cold_table(comparison),
            "\n".join(_verdict_line(text, reached=reached) for text, reached in aims(comparison)),
        ]
    return "\n\n".join(parts)


def scenario_table(found: Comparison) -> str:
    """Builds the table of every scenario's figures."""
    head = ("scenario", "server", "requests/s", "p50", "p95", "p99", "Redis commands", "hits", "peak MB")
    rows = []
    for outcome in found.outcomes:
        memory = found.memory.get(outcome.server)
        rows.append(
            (
                outcome.scenario,
                outcome.server,
                *_figures(outcome.latencies),
                f"{outcome.commands_per_request:.2f}",
                _percent(outcome.hit_rate),
                "?" if memory is None else f"{memory / 1e6:.0f}",
            )
        )
    return align_table(head, rows, left=(0, 1))


def ratio_table(found: Comparison) -> str:
    """Builds the table of the service's throughput as a multiple of the others'."""
    head = ("requests/s of lambdaserve ÷", *_SERVERS[1:], f"best {DJANGO}")
    floor = found.django_floor.latencies.per_second
    rows = []
    for scenario in dict.fromkeys(outcome.scenario for outcome in found.outcomes):
        ours = found.of(scenario, OURS).latencies.per_second
        others = [found.of(scenario, server).latencies.per_second for server in _SERVERS[1:]]
        beside_floor = f"{ours / floor:.2f}" if scenario in (HOT, NOT_MODIFIED, WARM) else ""
        rows.append((scenario, *(f"{ours / other:.2f}" for other in others), beside_floor))
    return align_table(head, rows)


def floor_table(found: Comparison) -> str:
    """Builds the table of the floors."""
    return align_table(
        ("floor", "requests/s", "p50", "p95", "p99"),
        [(floor.server, *_figures(floor.latencies)) for floor in found.floors],
    )


def cold_table(found: Comparison) -> str:
    """Builds the table of cold answers, one request at a time."""
    head = ("cold, one at a time", *(f"{server} {name}" for server in _SERVERS[:2] for name in ("p50", "p95")))
    rows = []
    for endpoint, by_server in found.colds.items():
        figures = [
            f"{value:.1f}" for server in _SERVERS[:2] for value in (by_server[server].p50, by_server[server].p95)
        ]
        rows.append((endpoint, *figures))
    return align_table(head, rows)


def aims(found: Comparison) -> Iterator[tuple[str, bool]]:
    """Yields each aim in words, with the measured figure, and whether it was reached."""

    def rate(scenario: str, server: str) -> float:
        return found.of(scenario, server).latencies.per_second

    for against, least in ((GUARDED, 1.5), (PLAIN, 1.0)):
        ratio = rate(HOT, OURS) / rate(HOT, against)
        yield f"hot hits ≥ {least:g} × {against}: {ratio:.2f}", ratio >= least
    ratio = rate(WARM, OURS) / found.django_floor.latencies.per_second
    yield f"warm hits ≥ 0.8 × {found.django_floor.server}: {ratio:.2f}", ratio >= 0.8
    for scenario in (HOT, WARM, NOT_MODIFIED, COLD):
        ours, theirs = (found.of(scenario, server).latencies.p95 for server in (OURS, GUARDED))
        yield f"p95 of {scenario} no higher than {GUARDED}'s: {ours:.1f} and {theirs:.1f} ms", ours <= theirs
    for scenario, most in ((HOT, 0.1), (NOT_MODIFIED, 0.1)):
        commands = found.of(scenario, OURS).commands_per_request
        yield f"{scenario}: no call of Redis for nearly every request: {commands:.3f} commands", commands <= most
    commands = found.of(WARM, OURS).commands_per_request
    yield f"warm: one call of Redis per request: {commands:.2f} commands", 0.9 <= commands <= 1.1
    zipf = found.of(ZIPF, OURS)
    hits, first = zipf.hit_rate or 0.0, zipf.first_hit_rate or 0.0
    yield (
        f"hit rate of the Zipf mix ≥ 90 %: {hits:.1%} (its first requests, from an empty cache on: {first:.1%})",
        hits >= 0.9,
    )
    memory = found.memory.get(OURS)
    if memory is not None:
        yield f"peak memory of a worker < {MOST_MEMORY / 1e6:.0f} MB: {memory / 1e6:.0f} MB", memory < MOST_MEMORY
    for endpoint, by_server in found.colds.items():
        ours, theirs = by_server[OURS].p95, by_server[GUARDED].p95
        if ours > theirs:
            yield f"cold p95 of {endpoint} no higher than the peer's: {ours:.1f} and {theirs:.1f} ms", False


def _verdict_line(text: str, *, reached: bool) -> str:
    return f"- {'reached' if reached else '**not reached**'}: {text}"


def _figures(found: Latencies) -> tuple[str, ...]:
    return f"{found.per_second:,.0f}", *(f"{value:.2f}" for value in (found.p50, found.p95, found.p99))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
