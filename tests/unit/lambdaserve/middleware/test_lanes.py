"""Two lanes: requests to the API that carry no session pass few middlewares, all others the usual ones."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse
from django.test import Client

from lambdaserve.middleware.lanes import ApiLane, Innermost

LIVE = "/api/v1/health/live"


def test_the_lane_leaves_out_what_is_about_pages() -> None:
    response: Any = Client().get(LIVE)
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"}.isdisjoint(
        response.headers
    )
    assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.django_db
def test_whoever_sends_a_session_takes_the_usual_way() -> None:
    client = Client()
    client.cookies["sessionid"] = "of nobody"
    response: Any = client.get(LIVE)
    assert response.status_code == 200
    assert "Content-Security-Policy" in response.headers


@pytest.mark.parametrize("path", ["/no/such/page", "/api/docs/", "/api/v1", "/API/v1/health/live"])
def test_everything_else_takes_the_usual_way(path: str) -> None:
    response: Any = Client(raise_request_exception=False).get(path)
    assert {"Content-Security-Policy", "X-Frame-Options", "Referrer-Policy"} <= set(response.headers)


def test_hosts_are_checked_in_the_lane() -> None:
    assert Client().get(LIVE, headers={"Host": "evil.example.org"}).status_code == 400


def test_plain_http_is_redirected_in_the_lane(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response: Any = Client().get("/api/v1/movies/1")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/api/v1/movies/1")
    assert Client().get(LIVE).status_code == 200


def test_an_error_in_the_lane_is_a_problem_as_elsewhere() -> None:
    response: Any = Client().get("/api/v1/no/such/thing")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_a_chain_without_an_end_is_refused() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    ApiLane(Innermost(view))
    with pytest.raises(ImproperlyConfigured, match="Innermost"):
        ApiLane(view)


def test_sql_connections_are_looked_after_around_pages_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[None] = []
    monkeypatch.setattr("lambdaserve.middleware.lanes.close_old_connections", lambda: looked.append(None))
    client = Client()
    client.get(LIVE)
    assert looked == []
    client.get("/no/such/page")
    assert len(looked) == 2


def test_django_itself_does_not_look_after_caches_around_every_request() -> None:
    # Its two receivers about SQL are connected anew by its own test tools.
    names = [getattr(receiver(), "__name__", "") for _, receiver, *_ in request_finished.receivers]
    assert "close_caches" not in names
