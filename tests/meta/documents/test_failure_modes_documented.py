"""What `make faults` wrote is about the faults there are, and names metrics and alerts there are (F1)."""

from __future__ import annotations

import re

import pytest

from tests.integration.faults.catalogue import FAULTS
from tests.integration.faults.run import Fault
from tests.meta.repository import ROOT
from tests.monitoring import rules

DOCS = ROOT / "docs"


def test_the_page_has_every_fault_measured_and_described() -> None:
    page = (DOCS / "failure-modes.md").read_text(encoding="utf-8")
    names = [fault.name for fault in FAULTS]
    assert re.findall(r"^### (.+)$", page, re.MULTILINE) == names
    rows = re.findall(r"^\| ([^|]+?) +\|(?: +[\d,]+ \|){8}", page, re.MULTILINE)
    assert rows == names


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_an_operator_is_told_to_look_at_exists(fault: Fault) -> None:
    metrics = (DOCS / "metrics.md").read_text(encoding="utf-8")
    alerts = {rule["alert"] for rule in rules("alerts")}
    named = re.findall(r"`(lambdaserve_\w+)", fault.signs)
    told = [name for names in re.findall(r"alerts? (\w+(?:, \w+)*)", fault.signs) for name in names.split(", ")]
    assert [*named, *told]
    assert all(f"| `{metric}` |" in metrics for metric in named)
    assert set(told) <= alerts
