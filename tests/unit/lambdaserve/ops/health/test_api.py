"""Status codes of the health endpoints, from a monitor that stands in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from lambdaserve.ops.health import api
from lambdaserve.ops.health.report import Readiness

NOT_READY = Readiness(False, False, None, None)
READY_FROM_CACHE = Readiness(False, True, None, None)


@pytest.mark.parametrize(
    ("path", "health", "readiness", "status"),
    [
        ("health", "healthy", NOT_READY, 200),
        ("health", "degraded", NOT_READY, 200),
        ("health", "unhealthy", NOT_READY, 503),
        ("health/ready", "unhealthy", NOT_READY, 503),
        ("health/ready", "unhealthy", READY_FROM_CACHE, 200),
        ("health/live", "unhealthy", NOT_READY, 200),
    ],
)
def test_status_follows_the_report(
    monkeypatch: pytest.MonkeyPatch, path: str, health: str, readiness: Readiness, status: int
) -> None:
    stand_in = SimpleNamespace(report=lambda: {"status": health}, readiness=lambda: readiness)
    monkeypatch.setattr(api, "monitor", lambda: stand_in)
    response = Client().get(f"/api/v1/{path}")
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
