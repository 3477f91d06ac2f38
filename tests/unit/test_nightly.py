"""The nightly run reports each part with its result."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.harness.machine import Machine
from tests.nightly import PARTS, Outcome, report

MACHINE = Machine("A processor", 2, 0.1, "Linux x86_64, Python 3.11.7", {})


def test_a_report_is_dated_and_names_what_failed() -> None:
    soak, faults = (part for part in PARTS if part.name in ("soak", "faults"))
    text = report(
        [Outcome(soak, 0, 630.0), Outcome(faults, 1, 90.0)], datetime(2026, 3, 1, 2, tzinfo=UTC), MACHINE, "abc1234"
    )
    assert text.startswith("Run on 2026-03-01 02:00 UTC at commit abc1234: A processor, 2 cores")
    assert "| soak | ten minutes of load far above the limits | 10.5 | passed |" in text
    assert text.endswith("| 1.5 | **failed** (exit code 1) |\n")


def test_the_property_tests_are_found() -> None:
    (properties,) = (part for part in PARTS if part.name == "properties")
    assert any(name.endswith("test_sentiment_properties.py") for name in properties.arguments)
