"""Metrics, rules, alerts, runbook and dashboards of `deploy/` fit together."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana import make
from lambdaserve.ops.slo.objectives import Objectives
from lambdaserve.ops.slo.prometheus import SELECTOR
from tests.monitoring import DASHBOARDS, PROMETHEUS, ROOT, alerting, compared, panels, recorded, rules, shown

ALERTS = {rule["alert"]: rule for rule in rules("alerts")}
_SUFFIX = re.compile(r"_(?:bucket|count|sum)$")


def _documented() -> set[str]:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(lambdaserve_\w+)` \|", text, re.MULTILINE))


def _dashboard(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_expressions_use_documented_or_recorded_metrics() -> None:
    known = _documented() | {rule.place for rule in recorded()}
    asked = [*recorded(), *alerting(), *shown("lambdaserve", "1m")]
    for each in asked:
        for name in re.findall(r"[a-z_]*(?:job[a-z_]*:)?lambdaserve_[a-z0-9_:]+", each.expr):
            assert name in known or _SUFFIX.sub("", name) in known, each


def test_expressions_select_one_job_or_group_by_job() -> None:
    for each in shown("some job", "1m"):
        assert 'job="some job"' in each.expr or "ALERTS" in each.expr, each


def test_rules_and_the_report_count_the_same_requests() -> None:
    slo = [each for each in recorded() if each.place.startswith("job:lambdaserve_slo_")]
    assert len(slo) == 8
    for each in slo:
        selectors = re.findall(r"request_duration_seconds_\w+\{(.*?)\}", each.expr)
        assert selectors
        assert all(selector.startswith(SELECTOR) for selector in selectors), each.place


def test_alerts_and_the_report_have_the_same_objectives() -> None:
    promised = Objectives()
    assert "* (1 - 0.999)" in ALERTS["ErrorBudgetBurns"]["expr"]
    assert promised.availability == 0.999
    assert ALERTS["LatencyHigh"]["expr"].endswith(f"> {promised.p95}")
    assert f"> {promised.error_ratio}" in ALERTS["ErrorRateHigh"]["expr"]


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_alert_has_a_severity_a_description_and_a_runbook(name: str) -> None:
    annotations = ALERTS[name]["annotations"]
    assert ALERTS[name]["labels"]["severity"] in ("page", "ticket")
    assert not annotations["summary"].endswith(".")
    assert annotations["description"].endswith(".")
    path, _, anchor = annotations["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in [re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_runbook_has_a_section_for_each_alert_and_no_other() -> None:
    headings = re.findall(r"^### (.+)$", (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(ALERTS)


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_alert_has_a_test_that_fires_and_one_that_does_not(name: str) -> None:
    files = sorted((PROMETHEUS / "tests").glob("*.yml"))
    tests = [test for path in files for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]]
    checks = [check for test in tests for check in test.get("promql_expr_test", []) if f'"{name}"' in check["expr"]]
    assert {bool(check["exp_samples"]) for check in checks} == {True, False}


def test_left_sides_of_an_alerts_comparisons_are_found() -> None:
    assert compared("a:b > 14.4 * (1 - 0.999)\nand on (job) c:d > 0.1\n") == ["a:b", "c:d"]
    assert compared('up{job="x"} == 0\nor absent(up{job="x"})\n') == ['up{job="x"}']


def test_dashboards_match_their_source() -> None:
    files = make.files()
    assert sorted(files) == DASHBOARDS
    for path, text in files.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python -m deploy.grafana.make"


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panel_has_a_unit_a_description_and_legends(path: Path) -> None:
    provisioned = yaml.safe_load(
        (ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text(encoding="utf-8")
    )
    uids = {source["uid"] for source in provisioned["datasources"]}
    for panel in panels(_dashboard(path)):
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"] not in ("", "none"), panel["title"]
        assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"][0]["value"] is None
        assert panel["datasource"]["uid"] in uids
        for target in panel["targets"]:
            assert target["legendFormat"], panel["title"]
            assert target["datasource"]["uid"] in uids
            assert target["instant"] is not target["range"]
            _check_labels(target)


def _check_labels(target: dict[str, Any]) -> None:
    """A line's name uses only labels that the expression keeps."""
    kept = re.search(r"\bby \(([^)]*)\)", target["expr"])
    if kept and "histogram_quantile" not in target["expr"]:
        used = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        assert used <= set(kept[1].replace(" ", "").split(",")), target


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_fill_their_rows_without_gaps(path: Path) -> None:
    found = _dashboard(path)["panels"]
    assert len({panel["id"] for panel in found}) == len(found)
    places = [panel["gridPos"] for panel in found]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"], (one, other)
    for y in {place["y"] for place in places}:
        assert sum(place["w"] for place in places if place["y"] == y) == 24


def test_dashboards_have_unique_ids_and_link_to_each_other() -> None:
    found = [_dashboard(path) for path in DASHBOARDS]
    assert len({each["uid"] for each in found}) == len(found) == 5
    for each in found:
        assert set(each["links"][0]["tags"]) <= set(each["tags"])
