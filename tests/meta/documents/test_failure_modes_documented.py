"""The page about failures describes every fault and names existing metrics and alerts."""

from __future__ import annotations

import re

import pytest

from tests.integration.faults.catalogue import FAULTS
from tests.integration.faults.run import Fault
from tests.meta.repository import ROOT
from tests.monitoring import rules

DOCS = ROOT / "docs"


def test_page_measures_and_describes_every_fault() -> None:
    page = (DOCS / "failure-modes.md").read_text(encoding="utf-8")
    names = [fault.name for fault in FAULTS]
    assert re.findall(r"^### (.+)$", page, re.MULTILINE) == names
    rows = re.findall(r"^\| ([^|]+?) +\|(?: +[\d,]+ \|){8}", page, re.MULTILINE)
    assert rows == names


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_metrics_and_alerts_named_for_a_fault_exist(fault: Fault) -> None:
    metrics = (DOCS / "metrics.md").read_text(encoding="utf-8")
    alerts = {rule["alert"] for rule in rules("alerts")}
    named = re.findall(r"`(lambdaserve_\w+)", fault.signs)
    alerts_named = [name for names in re.findall(r"alerts? (\w+(?:, \w+)*)", fault.signs) for name in names.split(", ")]
    assert [*named, *alerts_named]
    assert all(f"| `{metric}` |" in metrics for metric in named)
    assert set(alerts_named) <= alerts
