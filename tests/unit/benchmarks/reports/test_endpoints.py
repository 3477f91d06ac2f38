"""The table and the page that it is written to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from benchmarks.harness.latencies import EndpointResult, Latencies
from benchmarks.harness.machine import PACKAGES, Machine
from benchmarks.harness.workload import Endpoint
from benchmarks.reports.endpoints import Conditions, section, table

FAST = Latencies(requests=60, per_second=1234.5, p50=1.0, p95=2.0, p99=3.0, slowest=4.0)
SLOW = replace(FAST, p95=123.4)
MET = EndpointResult(Endpoint("movies/{id}", 100.0, ("/",)), FAST, FAST)
MISSED = EndpointResult(Endpoint("search/movies", 100.0, ("/",)), SLOW, FAST)
CONDITIONS = Conditions(
    measured_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    machine=Machine("A processor", 2, 0.25, "Linux x86_64, Python 3.11.2", {"Django": "5.2.19"}),
    movies=4775,
    scale=1.0,
    seconds=5.0,
    workers=1,
    ready_after=3.21,
    peak_memory=150 * 2**20,
)


def test_the_table_is_markdown_with_columns_of_one_width() -> None:
    lines = table([MET, MISSED]).splitlines()
    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == [
        "movies/{id}", "100", "1.0", "2.0", "3.0", "4.0", "1.0", "2.0", "3.0", "1,234", "ok",
    ]  # fmt: skip
    assert lines[3].rstrip("| ").endswith("misses")


def test_section_lists_conditions_and_missed_targets() -> None:
    text = section([MET, MISSED], CONDITIONS)
    for fact in ("2026-11-24 12:00 UTC", "4,775 movies", "1 worker.", "A processor, 2 cores", "Django 5.2.19"):
        assert fact in text
    assert "150 MiB" in text
    assert text.endswith("Missed:\n\n- `search/movies`: cold p95 123.4 ms > 100 ms")


def test_section_without_misses_says_so_and_unknown_memory_has_no_number() -> None:
    text = section([MET], replace(CONDITIONS, peak_memory=None, workers=2))
    assert text.endswith("Every target was met.")
    assert "peak resident memory of a worker: not measured" in text
    assert "2 workers." in text


def test_this_machine_is_described_with_every_version() -> None:
    here = Machine.here()
    assert here.cores >= 1
    assert here.processor
    assert set(here.packages) == set(PACKAGES)
