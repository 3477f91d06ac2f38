"""Forged headers change nothing, and no caller gets another's answer from a shared cache.

Requirements S3 and S6.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.api.callers import CALLERS, Callers
from tests.api.conftest import Api
from tests.api.healthy_world import ADDRESSES, MOVIE
from tests.api.shared_cache import SharedCache

pytestmark = pytest.mark.django_db

EVIL = "evil.example"
FORGED = {
    "Forwarded": f"for=127.0.0.1;host={EVIL};proto=https",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Scheme": "http",
    "X-Forwarded-Server": EVIL,
    "X-Forwarded-User": "root",
    "X-Host": EVIL,
    "X-HTTP-Method": "DELETE",
    "X-HTTP-Method-Override": "DELETE",
    "X-Method-Override": "DELETE",
    "X-Original-Host": EVIL,
    "X-Original-URL": "/metrics",
    "X-Override-URL": "/metrics",
    "X-Real-IP": "127.0.0.1",
    "X-Remote-User": "root",
    "Remote-User": "root",
    "X-Rewrite-URL": "/metrics",
    "X-Script-Name": f"//{EVIL}",
    "Script-Name": f"//{EVIL}",
    "True-Client-IP": "127.0.0.1",
}
"""Headers that proxies and frameworks accept from each other."""

PAGES = (
    *("", "api", "api/v1", "api/docs/", "api/redoc/", "api/schema/", "admin", "admin/", "admin/login/"),
    *("favicon.ico", "metrics", "no/such/page", "api/v1/no/such/address", "api/v1/health/live"),
)
OF_EACH_REQUEST = ("Expires", "Set-Cookie", "X-Request-ID")


@pytest.fixture
def world(healthy_api: Api, own_api_keys: None) -> Api:
    """A small healthy world, and a cache of keys of this test's own."""
    return healthy_api


def get(path: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(f"/{path}", headers=headers, REMOTE_ADDR="192.0.2.1")


@pytest.mark.parametrize("path", [*PAGES, f"api/v1/movies/{MOVIE}", "api/v1/search/movies?q=fight"])
def test_a_forged_header_changes_nothing(world: Api, settings: Any, path: str) -> None:
    settings.METRICS_FROM = ("127.0.0.1",)
    get(path)  # every later request is a hit
    plain = get(path)
    for forged in ({name: value} for name, value in FORGED.items()):
        response = get(path, **forged)
        assert response.status_code == plain.status_code, forged
        assert constant_parts(response) == constant_parts(plain), forged
        assert EVIL not in str(response.headers)


def constant_parts(response: Any) -> tuple[dict[str, str], bytes]:
    """The parts of an answer that do not change: not a page's CSRF token nor what it says of freshness."""
    token = response.context.get("csrf_token") if response.context else None
    content = without_freshness(response.content)
    if token:
        content = content.replace(str(token).encode(), b"")
    headers = {name: value for name, value in response.headers.items() if name not in OF_EACH_REQUEST}
    return headers, content


def without_freshness(content: bytes) -> bytes:
    shown = rb'<dl class="layers">.*?</dl>|<button type="button" class="status .*?</button>'
    return re.sub(shown, b"", content, flags=re.DOTALL)


@pytest.mark.parametrize(
    "host",
    [
        EVIL,
        f"{EVIL}:80",
        f"testserver.{EVIL}",
        f"testserver@{EVIL}",
        f"testserver:80@{EVIL}",
        f"testserver, {EVIL}",
        f"testserver {EVIL}",
        f"testserver/{EVIL}",
        f"testserver#{EVIL}",
        "testserver:port",
        "[::1",
        "*",
        ".",
        "test\x00server",
        "tеstserver",  # a Cyrillic letter
    ],
)
def test_a_foreign_host_is_refused_everywhere_and_not_repeated(host: str) -> None:
    for path in PAGES:
        response = get(path, Host=host.encode().decode("latin-1"))
        assert response.status_code == 400, path
        assert EVIL.encode() not in response.content, path
        assert EVIL not in str(response.headers), path


def test_a_redirect_to_https_keeps_the_request_s_host(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    for path in ("", "//evil.example/%2f..", "admin/", f"api/v1/movies/{MOVIE}"):
        for headers in ({}, FORGED):
            response = get(path, **headers)
            assert response.status_code == 301
            assert response["Location"].startswith("https://testserver/"), (path, response["Location"])


@pytest.mark.parametrize(
    ("remote", "forwarded", "secure"),
    [
        ("10.0.0.1", "https", True),
        ("10.0.0.1", "https, https", True),
        ("10.0.0.1", "http", False),
        # A proxy that appends to what it received: the first value is the caller's claim.
        ("10.0.0.1", "https, http", False),
        ("10.0.0.1", "", False),
        ("192.0.2.1", "https", False),
        ("unknown", "https", False),
        ("", "https", False),
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/movies/x"])
def test_only_a_trusted_proxy_can_say_that_a_request_used_https(
    settings: Any, path: str, remote: str, forwarded: str, *, secure: bool
) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    settings.TRUSTED_PROXIES = ("10.0.0.0/8",)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    response = Client().get(path, headers={"X-Forwarded-Proto": forwarded}, REMOTE_ADDR=remote)
    assert (response.status_code != 301) is secure
    assert ("Strict-Transport-Security" in response.headers) is secure


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/..", "/%5cevil.example", "/\\evil.example", "admin"]
)
def test_no_redirect_leads_to_another_host(path: str) -> None:
    location = get(path).headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\")), location


def test_no_header_or_field_overrides_the_method() -> None:
    client = Client(raise_request_exception=False)
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        for data in ({}, {"_method": "GET"}):
            response = client.post(f"/api/v1/movies/{MOVIE}", data, headers={name: "GET"})
            assert response.status_code == 405
    assert client.get(f"/api/v1/movies/{MOVIE}?_method=DELETE").status_code == 400


REQUESTS = (
    *ADDRESSES,
    f"movies/{MOVIE}?explain=1",
    "movies/999999",
    "movies/x",
    "trending/genres/Dramma",
    "health",
    "health/live",
    "health/ready",
)
VARIATIONS: tuple[dict[str, str], ...] = (
    {},
    {"Accept-Encoding": "gzip"},
    {"Origin": "https://dashboard.example.org"},
    {"Origin": "https://evil.example"},
    {"Accept-Language": "de"},
    FORGED,
)


@pytest.mark.slow
@pytest.mark.parametrize("anonymous_read", [True, False])
def test_shared_cache_never_serves_a_caller_another_s_answer(
    world: Api, settings: Any, *, anonymous_read: bool
) -> None:
    settings.ANONYMOUS_READ = anonymous_read
    settings.CORS_ALLOWED_ORIGINS = ["https://dashboard.example.org"]
    callers, shared = Callers(), SharedCache()
    callers.permit_only(["access.see_metrics"])
    paths = [*(f"api/v1/{path}" for path in REQUESTS), "metrics", "admin/", "admin/auth/user/"]
    paths += ["", f"movies/{MOVIE}/", "operations/"]
    requests = [(path, headers) for path in paths for headers in VARIATIONS]
    for_anonymous = [summarize(callers.send("anonymous", "GET", path, headers=headers)) for path, headers in requests]
    # The callers with the most permissions come first, so that their answers lie in the cache for the others.
    for caller in reversed(CALLERS):
        for (path, headers), for_anonymous_caller in zip(requests, for_anonymous, strict=True):
            own = callers.send(caller, "GET", path, headers=headers)
            response = shared.serve(path, callers.headers_of(caller) | headers, own)
            assert summarize(response) in (summarize(own), for_anonymous_caller), (caller, path, headers)
    assert shared.hits > 1_000 if anonymous_read else shared.hits == 0


def summarize(response: Any) -> tuple[Any, ...]:
    """Returns an answer's content and audience; of answers that change by the moment, only the status."""
    content = response.content
    moving = b'"timestamp"' in content or b'"request_id"' in content or b"lambdaserve_" in content
    headers = [response.headers.get(name) for name in ("Access-Control-Allow-Origin", "Content-Encoding")]
    return response.status_code, *headers, b"" if moving or b"csrf" in content else without_freshness(content)
