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


@pytest.mark.parametrize("middleware", [PageSecurity, ApiSecurity])
@pytest.mark.parametrize(
    "sign",
    [
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_PROTO": "http"},
        {"HTTP_X_FORWARDED_HOST": "example.org"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
        {"HTTP_X_REAL_IP": "203.0.113.9"},
        {"HTTP_VIA": "1.1 proxy"},
        {"SERVER_PROTOCOL": "HTTP/1.0"},
    ],
    ids=lambda sign: next(iter(sign)),
)
def test_debug_admits_no_request_that_a_proxy_of_this_machine_may_pass_on(
    settings: Any, middleware: Any, sign: dict[str, Any]
) -> None:
    settings.DEBUG = True
    with pytest.raises(PermissionDenied):
        middleware(say_whether_secure)(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", **sign))


@pytest.mark.parametrize("middleware", [PageSecurity, ApiSecurity])
@pytest.mark.parametrize("name", ["HTTP_X_API_KEY", "HTTP_AUTHORIZATION"])
def test_credentials_over_plain_http_are_refused_where_https_is_required(
    settings: Any, middleware: Any, name: str
) -> None:
    def status(path: str, **more: Any) -> int:
        sent: dict[str, Any] = {"REMOTE_ADDR": PROXY, name: "Api-Key secret", **more}
        request = RequestFactory().get(path, **sent)
        return int(middleware(say_whether_secure)(request).status_code)

    assert status("/api/v1/movies/1") == 200
    settings.SECURE_SSL_REDIRECT = True
    assert status("/api/v1/movies/1") == 403
    assert status("/api/v1/movies/1", HTTP_X_FORWARDED_PROTO="https") == 200
    assert status("/metrics") == 200, "Prometheus asks over plain HTTP"


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
