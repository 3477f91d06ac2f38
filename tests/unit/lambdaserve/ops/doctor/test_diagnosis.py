"""The doctor's diagnosis as a whole."""

from __future__ import annotations

from lambdaserve.ops.doctor.findings import Level, worse_than
from tests.unit.lambdaserve.ops.doctor.deployment import diagnose_with


def test_healthy_deployment_has_every_finding_and_no_trouble() -> None:
    found = diagnose_with()
    assert worse_than(Level.OK, found) == []
    assert {each.about for each in found} >= {
        "settings",
        "SQL database",
        "MongoDB",
        "Redis",
        "indexes",
        "migrations",
        "batch layer",
        "speed layer",
        "coverage",
        "documents",
        "drift",
        "disk of DATA_DIR",
    }


def test_unreachable_mongodb_hides_findings_about_its_data() -> None:
    found = diagnose_with(store="MongoDB is away", indexes="x", freshness="x", samples="x")
    assert [each.about for each in worse_than(Level.OK, found)] == ["MongoDB"]
