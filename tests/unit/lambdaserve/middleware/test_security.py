"""Only a trusted proxy can say that a request came over HTTPS; pages get further headers, the API fewer."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lambdaserve.middleware.security import ApiSecurity, CorsIfConfigured, PageSecurity

PROXY = "10.0.0.1"


def say_whether_secure(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secure" if request.is_secure() else "plain")


@pytest.fixture(autouse=True)
def behind_a_proxy(settings: Any) -> None:
    settings.TRUSTED_PROXIES = (f"{PROXY}/32",)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize("middleware", [PageSecurity, ApiSecurity])
@pytest.mark.parametrize(
    ("remote", "forwarded", "seen"),
    [
        (PROXY, "https", "secure"),
        (PROXY, "https, https", "secure"),
        (PROXY, "http, https", "plain"),
        (PROXY, "http", "plain"),
        (PROXY, "", "plain"),
        ("10.0.0.2", "https", "plain"),
        ("", "https", "plain"),
    ],
)
def test_only_a_trusted_proxy_makes_a_request_secure(middleware: Any, remote: str, forwarded: str, seen: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_PROTO=forwarded)
    assert middleware(say_whether_secure)(request).content == seen.encode()


@pytest.mark.parametrize("middleware", [PageSecurity, ApiSecurity])
def test_debug_admits_this_machine_alone(settings: Any, middleware: Any) -> None:
    settings.DEBUG = True
    assert middleware(say_whether_secure)(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")).status_code == 200
    with pytest.raises(PermissionDenied):
        middleware(say_whether_secure)(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1"))


def test_page_headers_are_added_unless_the_view_set_them() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cross-Origin-Resource-Policy": "cross-origin"})

    response = PageSecurity(view)(RequestFactory().get("/"))
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "geolocation=()" in response["Permissions-Policy"]


def test_cors_is_left_out_without_origins(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = []
    with pytest.raises(MiddlewareNotUsed):
        CorsIfConfigured(say_whether_secure)
    settings.CORS_ALLOWED_ORIGINS = ["https://example.org"]
    CorsIfConfigured(say_whether_secure)
