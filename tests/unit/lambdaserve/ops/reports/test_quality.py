"""The report of how wrong live answers were."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lambdaserve.ops.reports.quality import quality_report
from merger import wiring
from merger.drift.quality import LARGEST_DIFFERENCE, Tally
from merger.drift.shared_answers import Results

LOST = Tally(answers=2, different=1, incomplete=1, batch=200, missing=20)
RIGHT = Tally(answers=2, batch=300)
TWICE = Tally(answers=1, different=1, batch=100, extra=100)


def report_of(monkeypatch: pytest.MonkeyPatch, results: Results) -> dict[str, object]:
    monkeypatch.setattr(wiring, "shared_answers", lambda: SimpleNamespace(results=lambda _: results))
    return quality_report()


def test_without_results_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of(monkeypatch, {})
    assert (report["is_met"], report["days"], report["ages"]) == (None, [], [])


def test_figures_add_up_by_age_by_day_and_on_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    results = {"2026-03-09": {"older": RIGHT, "1h": LOST}, "2026-03-08": {"older": TWICE}}
    report: dict[str, object] = report_of(monkeypatch, results)
    ages = [(row["age"], row["error"], row["answers"]) for row in report["ages"]]  # type: ignore[attr-defined]
    assert ages == [("1h", -0.1, 2), ("older", 0.25, 3)]
    days = [(row["day"], row["error"], row["extra_share"]) for row in report["days"]]  # type: ignore[attr-defined]
    assert days == [("2026-03-09", -0.04, 0.0), ("2026-03-08", 1.0, 1.0)]
    whole = report["whole"]
    assert isinstance(whole, dict)
    assert (whole["missing"], whole["extra"], whole["incomplete"], whole["difference"]) == (20, 100, 1, 0.2)
    assert whole["missing_share"] == 20 / 600


@pytest.mark.parametrize(("missing", "is_met"), [(1, True), (2, False)])
def test_the_objective_is_met_up_to_its_limit(monkeypatch: pytest.MonkeyPatch, missing: int, is_met: bool) -> None:
    assert LARGEST_DIFFERENCE == 0.01
    tally = Tally(answers=1, different=1, batch=100, missing=missing)
    assert report_of(monkeypatch, {"2026-03-09": {"1h": tally}})["is_met"] is is_met
