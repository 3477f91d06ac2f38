"""Runs scenarios against servers in turn, several times, so that disturbances of the machine affect all alike."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from statistics import median

from benchmarks.harness.latencies import Latencies
from benchmarks.harness.load import LOCAL_TIER_SECONDS, Answer, LoadFailed, fetch_all
from benchmarks.harness.servers import Server, pause
from benchmarks.harness.stores import Stores
from benchmarks.harness.wrk import CONNECTIONS, Address, Load, run_wrk
from benchmarks.scenarios.scenarios import Scenario

Say = Callable[[str], None]


_TRIES = 20
"""How often a path is asked for before its run is given up, a second apart, while it is refused with 503."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A server's runs of a scenario.

    Attributes:
        scenario: its name.
        server: the server's name.
        runs: one or more.
        commands: Redis commands per request, of each run.
        first_hit_rate: share of hits of the scenario's first requests, from an empty cache on; ``None``: it has none.
    """

    scenario: str
    server: str
    runs: tuple[Load, ...]
    commands: tuple[float, ...]
    first_hit_rate: float | None = None

    @property
    def latencies(self) -> Latencies:
        """The median of each figure over the runs."""
        found = [each.latencies for each in self.runs]
        return Latencies(
            requests=round(median(each.requests for each in found)),
            per_second=median(each.per_second for each in found),
            p50=median(each.p50 for each in found),
            p95=median(each.p95 for each in found),
            p99=median(each.p99 for each in found),
            slowest=median(each.slowest for each in found),
        )

    @property
    def hit_rate(self) -> float | None:
        rates = [rate for each in self.runs if (rate := each.hit_rate) is not None]
        return median(rates) if rates else None

    @property
    def commands_per_request(self) -> float:
        return median(self.commands)


@dataclass(frozen=True, slots=True)
class Contest:
    """Conditions of all runs.

    Attributes:
        stores: of all servers.
        directory: for files of requests.
        rounds: how often each server runs each scenario.
        seconds: of a run.
        say: shows a line to the user.
    """

    stores: Stores
    directory: Path
    rounds: int
    seconds: float
    say: Say

    def outcomes(self, servers: Sequence[Server], scenarios: Sequence[Scenario]) -> Iterator[Outcome]:
        """Runs every scenario on every server, round by round and server by server; yields the outcomes.

        Raises:
            LoadFailed: a server did not answer as the scenario demands.
        """
        for scenario in scenarios:
            courses = [_Course(self, server, scenario) for server in servers]
            for _ in range(self.rounds):
                for course in courses:
                    with pause([server for server in servers if server is not course.server]):
                        course.run()
            for course in courses:
                outcome = course.outcome()
                self.say(
                    f"{outcome.scenario:18} {outcome.server:28} {outcome.latencies.per_second:8,.0f} requests/s, "
                    f"p95 {outcome.latencies.p95:6.1f} ms, hits {outcome.hit_rate or 0:.1%}"
                )
                yield outcome


@dataclass(slots=True)
class _Course:
    """One server's runs of one scenario."""

    contest: Contest
    server: Server
    scenario: Scenario
    runs: list[Load] = field(default_factory=list)
    commands: list[float] = field(default_factory=list)
    first_hit_rate: float | None = None
    place: int = 0

    def run(self) -> None:
        """Measures one more run."""
        stores, lines = self.contest.stores, self.contest.directory / "requests.txt"
        tags = self._prepare_cache()
        lines.write_text(_as_lines(self.scenario, tags), encoding="utf-8")
        before = stores.commands()
        address = Address(self.server.host, self.server.port, self.server.headers)
        load = run_wrk(address, lines, self.contest.seconds, first=self.place)
        trouble = self.scenario.violation(load.answered)
        if trouble is not None:
            raise LoadFailed(f"{self.scenario.name}, {self.server.name}: {trouble} ({dict(load.answered)})")
        self.runs.append(load)
        self.commands.append((stores.commands() - before) / load.latencies.requests)
        self.place += load.latencies.requests if self.scenario.lead else 0

    def outcome(self) -> Outcome:
        return Outcome(
            self.scenario.name, self.server.name, tuple(self.runs), tuple(self.commands), self.first_hit_rate
        )

    def _prepare_cache(self) -> dict[str, str]:
        """Fills or empties the cache as the scenario needs; returns the entity tags by path, if it uses them."""
        scenario, begins = self.scenario, not self.runs
        if scenario.begins_empty or (scenario.lead and begins):
            self.contest.stores.forget(self.server.database)
            time.sleep(LOCAL_TIER_SECONDS)
        if scenario.lead and begins:
            self.place = scenario.lead
            self._lead([answer for _, answer in self._fetch(scenario.paths[: scenario.lead])])
        elif scenario.conditional or (begins and not scenario.begins_empty):
            found = self._fetch(scenario.paths)
            return {path: answer.headers.get(b"etag", b"").decode() for path, answer in found}
        return {}

    def _lead(self, answers: Sequence[Answer]) -> None:
        hits = sum(answer.headers.get(b"x-cache") != b"MISS" for answer in answers)
        self.first_hit_rate = hits / len(answers)

    def _fetch(self, paths: Sequence[str]) -> list[tuple[str, Answer]]:
        """Fetches each path, and again those refused for the moment: so much at once is no part of a run."""
        server, left = self.server, paths
        found, others = list[tuple[str, Answer]](), list[tuple[str, Answer]]()
        for _ in range(_TRIES):
            answers = asyncio.run(fetch_all(server.host, server.port, server.headers, left, CONNECTIONS))
            found += [(path, answer) for path, answer in answers if answer.status == HTTPStatus.OK]
            others = [(path, answer) for path, answer in answers if answer.status != HTTPStatus.OK]
            left = [path for path, _ in others]
            if not left:
                return found
            if any(answer.status != HTTPStatus.SERVICE_UNAVAILABLE for _, answer in others):
                break
            time.sleep(1)
        path, answer = others[0]
        raise LoadFailed(f"{server.name} answered {path} with {answer.status}: {answer.body[:200]!r}")


def _as_lines(scenario: Scenario, tags: dict[str, str]) -> str:
    if not scenario.conditional:
        return "\n".join(scenario.paths) + "\n"
    return "".join(f"{path}\t{tags[path]}\n" for path in scenario.paths)
