"""Security headers of pages, cookies and sessions; errors reveal no internals.

Requirements S4 and S5.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from lambdaserve.ops.health.api import HealthViewSet
from pages.site import about
from tests.api.callers import CALLERS, Callers

pytestmark = pytest.mark.django_db

LIVE = "/api/v1/health/live"
PAGES = {
    "/about/": 200,
    "/login/": 200,
    "/operations/": 302,
    "/api/docs/": 200,
    "/api/docs/?script=": 200,
    "/api/redoc/": 200,
    "/api/schema/": 200,
    "/admin/login/": 200,
    "/admin/": 302,
    "/favicon.ico": 302,
    "/no/such/page": 404,
    "/api/no/such/page": 404,
    "/metrics": 401,
    "/static/icon.svg": 200,
    "/static/no/such/file": 404,
    "/static/admin/js/nav_sidebar.js": 200,
}
"""Pages of every kind and their status for an anonymous client."""


def anonymous() -> Client:
    return Client(raise_request_exception=False)


def policy(response: Any) -> dict[str, str]:
    """The content security policy by directive."""
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def assert_page_headers(response: Any) -> None:
    """Checks that a page has all security headers."""
    directives = policy(response)
    assert directives["default-src"] == "'self'"
    assert directives["object-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert directives["form-action"] == "'self'"
    assert "unsafe" not in directives.get("script-src", "")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_security_headers(path: str) -> None:
    response: Any = anonymous().get(path)
    assert response.status_code == PAGES[path]
    assert_page_headers(response)
    response.close()


@pytest.mark.parametrize("path", ["/admin/", "/admin/access/apikey/", "/admin/access/apikey/add/", "/admin/auth/user/"])
def test_admin_pages_have_the_security_headers_and_no_inline_scripts(admin_client: Client, path: str) -> None:
    response: Any = admin_client.get(path)
    assert_page_headers(response)
    text = response.content.decode()
    assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*type=.application/json)", text)
    assert not re.search(r"<[^>]*\son[a-z]+=|javascript:", text)


def test_error_pages_have_the_security_headers() -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    for response in (
        client.get("/", headers={"Host": "evil.example"}),
        client.post("/", headers={"Host": "evil.example"}),
        client.post("/admin/login/", {"username": "x"}),
        client.post("/", b"x" * 300_000, content_type="text/plain"),
    ):
        assert response.status_code in (400, 403, 413)
        assert_page_headers(response)


class _Secret(Exception):
    """An error whose message must not be shown."""


def _fail(*_: object, **__: object) -> None:
    password = "hunter2"  # noqa: F841 - a local variable of a frame of the traceback
    raise _Secret("hunter3 in /etc/lambdaserve")


@pytest.mark.parametrize("caller", CALLERS)
def test_errors_reveal_no_internals_to_any_caller(monkeypatch: pytest.MonkeyPatch, caller: str) -> None:
    callers = Callers()
    monkeypatch.setattr(about, "examples", _fail)
    monkeypatch.setattr(HealthViewSet, "live", _fail)
    monkeypatch.setattr("django.contrib.admin.sites.AdminSite.get_app_list", _fail)
    monkeypatch.setattr("lambdaserve.ops.metrics.endpoint.MetricsView.get", _fail)
    statuses = []
    for path in ("about/", "api/v1/health/live", "admin/", "metrics", "no/such/page", "api/no/such/page"):
        response = callers.send(caller, "GET", path)
        statuses.append(response.status_code)
        text = response.content.decode()
        for inside in ("hunter", "_Secret", "Traceback", "/etc/", ".py", "SECRET_KEY", "DEBUG", "urlpatterns"):
            assert inside not in text, (path, inside)
        if not path.startswith("api/v1"):
            assert_page_headers(response)
    assert 500 in statuses


def test_debug_pages_are_shown_on_this_machine_only(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEBUG = True
    monkeypatch.setattr(about, "examples", _fail)
    for address in ("192.0.2.1", "2001:db8::1", "", "unknown"):
        for path in ("/about/", "/no/such/page", LIVE):
            response: Any = anonymous().get(path, REMOTE_ADDR=address, headers={"X-Forwarded-For": "127.0.0.1"})
            assert response.status_code == 403
            assert "hunter" not in response.content.decode()
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert "hunter3" in anonymous().get("/about/", REMOTE_ADDR=address).content.decode()


def test_every_https_response_has_hsts_and_no_plain_one(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    for path in (*PAGES, LIVE):
        response = Client().get(path, secure=True)
        assert response["Strict-Transport-Security"] == "max-age=3600; includeSubDomains; preload", path
        response.close()
        plain = Client().get(path)
        assert "Strict-Transport-Security" not in plain.headers, path
        plain.close()


ORIGIN = "https://dashboard.example.org"
FOREIGN_ORIGINS = ("https://evil.example", "http://dashboard.example.org", f"{ORIGIN}.evil.example", "null")


@pytest.mark.parametrize("path", [LIVE, "/api/v1/movies/x", "/api/v1/no/such/thing", "/", "/admin/login/", "/metrics"])
@pytest.mark.parametrize("preflight", [False, True])
def test_only_configured_origins_may_read_the_api_and_nothing_else(
    settings: Any, path: str, *, preflight: bool
) -> None:
    for configured in ([ORIGIN], []):
        settings.CORS_ALLOWED_ORIGINS = configured
        for origin in (ORIGIN, *FOREIGN_ORIGINS):
            headers = {"Origin": origin, **({"Access-Control-Request-Method": "GET"} if preflight else {})}
            send = Client().options if preflight else Client().get
            response = send(path, headers=headers)
            admitted = path.startswith("/api/v1/") and configured == [origin]
            assert response.headers.get("Access-Control-Allow-Origin") == (origin if admitted else None)
            assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.fixture
def ada() -> User:
    """A staff user."""
    return User.objects.create_user("ada", password="a long password", is_staff=True)


def log_in() -> Client:
    client = Client()
    client.get("/admin/login/")
    response = client.post("/admin/login/", {"username": "ada", "password": "a long password"})
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    return client


@pytest.mark.usefixtures("ada")
def test_cookies_are_secure_http_only_and_for_this_host(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    cookies = log_in().cookies
    assert sorted(cookies) == ["csrftoken", "sessionid"]
    for cookie in cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert not cookies["sessionid"]["max-age"], "the session must end with the browser"


@pytest.mark.usefixtures("ada")
def test_log_in_ignores_a_foreign_next_and_redirects_to_the_admin() -> None:
    for wanted in ("", "https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        client = Client()
        sent = {"username": "ada", "password": "a long password", "next": wanted}
        response = client.post(f"/admin/login/?next={wanted}", sent)
        assert (response.status_code, response["Location"]) == (302, "/admin/")


@pytest.mark.usefixtures("ada")
def test_session_ends_after_its_age_even_when_used(settings: Any) -> None:
    assert settings.SESSION_COOKIE_AGE == 12 * 3600
    client = log_in()
    ends = Session.objects.get().expire_date
    assert abs(ends - timezone.now() - timedelta(hours=12)) < timedelta(minutes=1)
    for path in ("/admin/", "/admin/access/apikey/", LIVE):
        assert client.get(path).status_code == 200 or path.startswith("/admin/access")
    assert Session.objects.get().expire_date == ends
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/admin/").status_code == 302
    call_command("clearsessions")
    assert not Session.objects.exists()


def test_session_ends_on_log_out_and_on_password_change(ada: User) -> None:
    first, second = log_in(), log_in()
    first_key = first.cookies["sessionid"].value
    first.post("/admin/logout/")
    first.cookies["sessionid"] = first_key
    assert first.get("/admin/").status_code == 302
    assert second.get("/admin/").status_code == 200
    ada.set_password("another long password")
    ada.save()
    assert second.get("/admin/").status_code == 302
