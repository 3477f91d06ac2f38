"""What is reported of page loads, and when a limit is missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from benchmarks.harness.machine import Machine
from benchmarks.reports.page_loads import Conditions, Load, PageLoads, section

GOOD = Load(fcp=200.0, lcp=300.0, cls=0.01, transferred=150_000.0)
CONDITIONS = Conditions(
    datetime(2026, 11, 30, 17, tzinfo=UTC),
    Machine("a processor", 2, 0.4, "Linux", {"Django": "5.2"}),
    "150.0",
    0.25,
    1,
    5,
)


def test_the_median_of_each_figure_counts() -> None:
    slow = Load(fcp=900.0, lcp=2_000.0, cls=0.5, transferred=10.0)
    mixed = Load(fcp=100.0, lcp=400.0, cls=0.0, transferred=160_000.0)
    assert Load.median([GOOD, slow, mixed]) == Load(fcp=200.0, lcp=400.0, cls=0.01, transferred=150_000.0)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("lcp", 1_000.0, "LCP 1000 ms, limit 1000"),
        ("lcp", 0.0, "LCP 0 ms, limit 1000"),
        ("cls", 0.1, "CLS 0.100, limit 0.1"),
        ("transferred", 200_000.0, "200 kB, limit 200"),
    ],
)
def test_a_missed_limit_is_named_with_its_page(name: str, value: float, said: str) -> None:
    bad = replace(GOOD, **{name: value})
    assert bad.misses == [said]
    for page in (PageLoads("overview", bad, GOOD, 500.0), PageLoads("overview", GOOD, bad, 500.0)):
        text = section([page], CONDITIONS)
        assert f"- overview: {said}" in text
        assert text.count("| misses") == 1


def test_report_tells_the_conditions_and_both_visits() -> None:
    text = section([PageLoads("overview", GOOD, replace(GOOD, transferred=9_500.0), 512.0)], CONDITIONS)
    assert "Measured on 2026-11-30 17:00 UTC with the sample world of scale 0.25 and 1 worker," in text
    assert "(load average): 0.40" in text
    assert "| overview | first |     200 |     300 |         512 | 0.010 |           150.0 | ok      |" in text
    assert "|          | again |     200 |     300 |             | 0.010 |             9.5 | ok      |" in text
    assert text.endswith("Every limit was met.")
