"""Requests to the API without a session pass few middlewares, all others the whole list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from lambdaserve.middleware.api_lane import ApiLane

LIVE = "/api/v1/health/live"


def all_middlewares(request: HttpRequest) -> HttpResponse:
    return HttpResponse("all middlewares")


def test_api_response_lacks_page_headers() -> None:
    response: Any = Client().get(LIVE)
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"}.isdisjoint(
        response.headers
    )
    assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.django_db
def test_request_with_session_cookie_passes_all_middlewares() -> None:
    client = Client()
    client.cookies["sessionid"] = "unknown"
    response: Any = client.get(LIVE)
    assert response.status_code == 200
    assert "Content-Security-Policy" in response.headers


@pytest.mark.parametrize("path", ["/no/such/page", "/api/docs/", "/api/v1", "/API/v1/health/live"])
def test_every_other_address_passes_all_middlewares(path: str) -> None:
    response: Any = Client(raise_request_exception=False).get(path)
    assert {"Content-Security-Policy", "X-Frame-Options", "Referrer-Policy"} <= set(response.headers)


def test_hosts_are_checked_in_the_lane() -> None:
    assert Client().get(LIVE, headers={"Host": "evil.example.org"}).status_code == 400


def test_plain_http_is_redirected_in_the_lane(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response: Any = Client().get("/api/v1/movies/1")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/api/v1/movies/1")
    assert Client().get(LIVE).status_code == 200


def test_error_in_the_lane_is_a_problem_as_elsewhere() -> None:
    response: Any = Client().get("/api/v1/no/such/thing")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_lane_calls_the_view_and_leaves_the_rest_of_the_chain_alone() -> None:
    lane = ApiLane(all_middlewares)
    assert b"".join(lane(RequestFactory().get("/"))) == b"all middlewares"
    request = RequestFactory().get(LIVE)
    assert lane(request).status_code == 200
    assert request.resolver_match is not None
    assert request.resolver_match.route == LIVE[1:]


def test_lane_skips_no_hook_but_the_one_for_csrf() -> None:
    handler: Any = BaseHandler()
    handler.load_middleware()
    hooks = (*handler._view_middleware, *handler._template_response_middleware, *handler._exception_middleware)
    assert {hook.__self__.__class__.__name__ for hook in hooks} == {"CsrfViewMiddleware"}
    callbacks = [pattern.callback for pattern in api_patterns(get_resolver(settings.ROOT_URLCONF))]
    assert len(callbacks) > 10
    assert all(getattr(callback, "csrf_exempt", False) for callback in callbacks)


def api_patterns(resolver: URLResolver, prefix: str = "") -> Iterator[URLPattern]:
    """Patterns below ``api/v1/``."""
    for each in resolver.url_patterns:
        path = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from api_patterns(each, path)
        elif path.startswith("api/v1/"):
            yield each
