"""Figures of the comparison: medians, ratios, and what was aimed at."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.floors.measure import CONSTANT, DJANGO
from benchmarks.harness.cores import Cores
from benchmarks.harness.latencies import Latencies
from benchmarks.harness.machine import Machine
from benchmarks.harness.wrk import Load
from benchmarks.reports.comparison import Comparison, Conditions, aims, comparison_section
from benchmarks.scenarios.contest import Outcome
from benchmarks.scenarios.rivals import GUARDED, OURS, PLAIN
from benchmarks.scenarios.scenarios import COLD, HOT, NOT_MODIFIED, WARM, ZIPF

COMMANDS = {HOT: 0.01, NOT_MODIFIED: 0.01, WARM: 1.0, COLD: 5.0, ZIPF: 0.5}


def latencies(per_second: float, p95: float = 2.0) -> Latencies:
    return Latencies(requests=100, per_second=per_second, p50=p95 / 2, p95=p95, p99=p95 + 1, slowest=p95 + 2)


def outcome(scenario: str, server: str, *per_second: float, p95: float = 2.0) -> Outcome:
    runs = tuple(Load(latencies(each, p95), {"200 HIT": 95, "200 MISS": 5}) for each in per_second)
    return Outcome(scenario, server, runs, (COMMANDS.get(scenario, 0.0),) * len(runs), 0.8)


def comparison(ours: float, p95: float = 2.0, memory: int | None = 100_000_000) -> Comparison:
    outcomes = [
        outcome(scenario, server, per_second, p95=p95 if server == OURS else 2.0)
        for scenario in COMMANDS
        for server, per_second in ((OURS, ours), (GUARDED, 1000.0), (PLAIN, 1500.0))
    ]
    floors = [outcome("floor", f"{DJANGO}, {each} threads, TCP", 500.0 * each) for each in (1, 4)]
    floors.append(outcome("floor", f"{CONSTANT}, 4 threads", 9000.0))
    colds = {"movies/{id}": {OURS: latencies(1, p95), GUARDED: latencies(1)}}
    return Comparison(1, "server on core 0", outcomes, floors, colds, {OURS: memory})


def test_of_every_figure_the_median_counts() -> None:
    found = outcome(HOT, OURS, 10.0, 1000.0, 20.0)
    assert found.latencies.per_second == 20.0
    assert found.hit_rate == 0.95


def test_what_was_aimed_at_is_reached_with_good_figures() -> None:
    assert all(reached for _, reached in aims(comparison(ours=1600.0)))


def test_each_missed_aim_is_shown_with_its_figures() -> None:
    missed = [text for text, reached in aims(comparison(ours=900.0, p95=3.0, memory=151_000_000)) if not reached]
    assert f"hot hits ≥ 1.5 × {GUARDED}: 0.90" in missed
    assert f"hot hits ≥ 1 × {PLAIN}: 0.60" in missed
    assert f"warm hits ≥ 0.8 × {DJANGO}, 4 threads, TCP: 0.45" in missed
    assert f"p95 of warm no higher than {GUARDED}'s: 3.0 and 2.0 ms" in missed
    assert "peak memory of a worker < 150 MB: 151 MB" in missed
    assert "cold p95 of movies/{id} no higher than the peer's: 3.0 and 2.0 ms" in missed


def test_the_report_has_every_scenario_ratio_floor_and_verdict() -> None:
    machine = Machine("A processor", 2, 0.25, "Linux", {"fastapi": "1.0"})
    held = Conditions(datetime(2026, 11, 24, tzinfo=UTC), machine, 4775, 3, 8.0, False, ((HOT, "few keys"),))
    text = comparison_section([comparison(ours=1600.0)], held)
    for fact in ("2026-11-24 00:00 UTC", "fastapi 1.0", "median of 3 runs", "- hot: few keys", "1 worker: server on"):
        assert fact in text
    ratios = next(line for line in text.splitlines() if line.startswith("| hot ") and line.count("|") == 5)
    assert [cell.strip() for cell in ratios.split("|")[2:-1]] == ["1.60", "1.07", "0.80"]
    assert "not reached" not in text


def test_load_keeps_a_core_and_workers_get_the_first_ones() -> None:
    assert Cores.split(frozenset({0, 1}), 1) == Cores(frozenset({0}), frozenset({1}))
    assert Cores.split(frozenset({0, 1}), 2) == Cores(frozenset({0}), frozenset({1}))
    assert Cores.split(frozenset({2, 3, 5, 7}), 2) == Cores(frozenset({2, 3}), frozenset({5, 7}))
    assert Cores.split(frozenset({4}), 1) == Cores.split(frozenset(), 1) == Cores()
    assert str(Cores.split(frozenset({0, 1, 2}), 1)) == "server on core 0, load and stores on cores 1, 2"
