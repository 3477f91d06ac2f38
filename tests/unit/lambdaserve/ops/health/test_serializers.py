"""The described shapes of the health answers are those that the reports have."""

from __future__ import annotations

from datetime import UTC, datetime

from lambdaserve.ops.health.api import EXAMPLE
from lambdaserve.ops.health.report import ProbeResults, Readiness, build_report
from lambdaserve.ops.health.serializers import HealthSerializer, ReadySerializer, ServicesSerializer


def test_report_has_exactly_the_described_fields() -> None:
    report = build_report(ProbeResults(None, None, None, None), datetime(2026, 3, 10, tzinfo=UTC))
    assert set(report) == set(HealthSerializer().fields) == set(EXAMPLE)
    services = ServicesSerializer().fields
    assert set(report["services"]) == set(services)
    for name, service in report["services"].items():
        assert set(service) == set(services[name].fields)  # type: ignore[attr-defined] # a nested serializer


def test_readiness_has_exactly_the_described_fields() -> None:
    assert set(Readiness(True, False, None, None).as_dict()) == set(ReadySerializer().fields)
