"""The report of the last comparison of the layers."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from lambdaserve.ops.reports.drift import drift_report
from merger import wiring
from merger.drift.comparison import ComparedBucket, Drift
from merger.drift.shared_result import Audit

AT, OF = datetime(2026, 3, 10, 3, tzinfo=UTC), datetime(2026, 3, 10, 2, tzinfo=UTC)


def last_result(monkeypatch: pytest.MonkeyPatch, result: Audit | None, catalogue: Any = None) -> None:
    monkeypatch.setattr(wiring, "shared_drift_results", lambda: SimpleNamespace(last=lambda: result))
    monkeypatch.setattr(wiring, "service", lambda: SimpleNamespace(catalogue_at_hand=catalogue))


def test_no_comparison_yet_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    last_result(monkeypatch, None)
    assert drift_report() is None


@pytest.mark.parametrize(
    ("catalogue", "title"),
    [(None, None), (SimpleNamespace(title_of=lambda movie_id: f"Movie {movie_id}"), "Movie 603")],
)
def test_worst_buckets_have_difference_and_title(monkeypatch: pytest.MonkeyPatch, catalogue: Any, title: Any) -> None:
    drift = Drift(checked=2, batch=10, speed=7, worst=(ComparedBucket(603, "2026-03-09", 10, 7),))
    last_result(monkeypatch, Audit(batch_computed_at=OF, compared_at=AT, drift=drift), catalogue)
    report = drift_report()
    assert report is not None
    assert (report["at"], report["of"]) == ("2026-03-10T03:00:00Z", "2026-03-10T02:00:00Z")
    (worst,) = report["worst"]
    assert (worst["movie_id"], abs(worst["difference"]), worst["title"]) == (603, 3, title)
