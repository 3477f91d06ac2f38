"""SQL connections are checked around pages; Django's own checks around every request are off."""

from __future__ import annotations

import pytest
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from lambdaserve.middleware.sql_connections import SqlConnections

CLOSE = "lambdaserve.middleware.sql_connections.close_old_connections"


def test_sql_connections_are_checked_around_pages_but_not_around_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[None] = []
    monkeypatch.setattr(CLOSE, lambda: checks.append(None))
    client = Client()
    client.get("/api/v1/health/live")
    assert checks == []
    client.get("/no/such/page")
    assert len(checks) == 2


def test_sql_connections_are_checked_after_a_failed_page_too(monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[None] = []
    monkeypatch.setattr(CLOSE, lambda: checks.append(None))

    def fail(request: HttpRequest) -> HttpResponse:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        SqlConnections(fail)(RequestFactory().get("/"))
    assert len(checks) == 2


def test_django_does_not_check_caches_around_every_request() -> None:
    # Django's test tools connect the two receivers for SQL again, so only the one for caches can be tested here.
    names = [getattr(receiver(), "__name__", "") for _, receiver, *_ in request_finished.receivers]
    assert "close_caches" not in names
