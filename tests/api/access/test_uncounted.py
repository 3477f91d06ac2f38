"""What no view counts takes tokens too: unknown addresses, methods that are not served, refusals and redirects.

Requirement S3.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from redis import Redis

from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.models import ApiKey
from tests.api.access.remembered import nothing_remembered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("indexed_database")]

COUNTED = "/api/v1/movies/x"
"""A 400 of a view that counts, which reads no store."""
STATIC = "/static/icon.svg"


@pytest.fixture(autouse=True)
def limited(settings: Any, redis_client: Redis) -> Iterator[None]:
    """Twelve requests a minute, four at once, and nothing remembered."""
    settings.RATE_LIMIT, settings.RATE_BURST = 12, 4
    with nothing_remembered():
        yield


def send(
    path: str, method: str = "get", address: str = "10.0.0.1", client: Client | None = None, **headers: str
) -> Any:
    asked = client or Client(raise_request_exception=False)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(asked, method)(path, REMOTE_ADDR=address, headers=named)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/api/v1/no/such/thing", "get", 404),
        ("/api/v1/movies/550/", "get", 404),
        ("/no/such/page", "get", 404),
        ("/static/no-such-file", "get", 404),
        ("//api/v1/movies/x", "get", 404),
        ("/api/v1/movies/x", "post", 405),
        ("/api/v1/health/live", "post", 405),
        ("/trending/", "post", 403),
        ("/trending", "get", 301),
        ("/admin/", "get", 302),
        ("/favicon.ico", "get", 302),
        ("/metrics", "get", 401),
        ("/api/v1/movies/x", "options", 200),
        ("/api/v1/auth/token", "post", 415),
    ],
)
def test_every_answer_takes_a_token_of_the_same_bucket(path: str, method: str, status: int) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    assert [send(path, method, client=client).status_code for _ in range(5)] == [status] * 4 + [429]
    assert send(COUNTED).status_code == 429
    assert send(path, method, address="10.0.0.2", client=client).status_code == status


def test_refusals_of_strangers_take_tokens(settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    assert [send(COUNTED).status_code for _ in range(5)] == [401] * 4 + [429]
    assert [send("/about/", address="10.0.0.2").status_code for _ in range(5)] == [200] * 4 + [429]


def test_plain_http_takes_tokens_before_it_is_refused(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert [send(COUNTED).status_code == 429 for _ in range(5)] == [False] * 4 + [True]


def test_pages_take_tokens_of_the_bucket_of_the_api() -> None:
    assert send("/api/v1/movies/x")["RateLimit-Remaining"] == "3"
    assert [send("/about/").status_code for _ in range(2)] == [200, 200]
    assert send("/fragments/freshness/").status_code == 200
    assert send("/fragments/freshness/").status_code == 429
    assert send(COUNTED).status_code == 429


def test_probes_static_files_and_metrics_are_free(settings: Any) -> None:
    settings.METRICS_FROM = ("10.0.0.1/32",)
    assert [send(COUNTED).status_code for _ in range(5)] == [400] * 4 + [429]
    for path in ("/api/v1/health/live", "/metrics", STATIC):
        for _ in range(5):
            with closing(send(path)) as response:
                assert response.status_code == 200, path


def test_a_browser_gets_a_page_and_the_api_s_clients_a_problem() -> None:
    for _ in range(4):
        send(COUNTED)
    page, problem = send("/no/such/page"), send("/api/v1/no/such/thing")
    assert page["Content-Type"].startswith("text/html")
    assert "Wait 5 seconds" in page.content.decode()
    assert problem["Content-Type"] == "application/problem+json"
    for refused in (page, problem):
        assert refused.status_code == 429
        assert (refused["Retry-After"], refused["Cache-Control"]) == ("5", "no-store")
        assert refused["RateLimit-Remaining"] == "0"


def test_a_refusal_keeps_the_headers_that_browsers_obey_and_nothing_else() -> None:
    ordinary = send("/no/such/page")
    moved = send("/trending")
    for _ in range(3):
        send(COUNTED)
    refused, unmoved = send("/no/such/page"), send("/trending")
    assert moved.status_code == 301
    safe = {name for name in ordinary.headers if not name.startswith(("Content-Type", "Content-Length", "RateLimit"))}
    assert "Content-Security-Policy" in safe
    assert safe - {"Vary", "X-Request-ID"} <= set(refused.headers)
    assert (unmoved.status_code, "Location" in unmoved) == (429, False)


def test_a_key_pays_for_its_own_404s_and_a_wrong_one_stops_nobody() -> None:
    key = ApiKey(name="a key")
    text = key.issue()
    key.save()
    unknown = "/api/v1/no/such/thing"
    wrong = str(KeyText.generate())
    assert [send(unknown, X_API_Key=wrong).status_code for _ in range(5)] == [404] * 4 + [429]
    assert [send(unknown, X_API_Key=text).status_code for _ in range(5)] == [404] * 4 + [429]
    assert send(COUNTED, X_API_Key=text).status_code == 429
    assert send(COUNTED).status_code == 400


def test_a_user_s_404s_are_the_user_s_from_every_address() -> None:
    browser = Client()
    browser.force_login(User.objects.create_user("ann"))
    found = [send("/no/such/page", address=f"10.0.0.{number}", client=browser).status_code for number in range(5)]
    assert found == [404] * 4 + [429]
    assert send(COUNTED, address="10.0.0.0").status_code == 400


def test_without_a_limit_nothing_is_counted(settings: Any) -> None:
    settings.RATE_LIMIT = 0
    found = [send("/api/v1/no/such/thing") for _ in range(10)]
    assert {each.status_code for each in found} == {404}
    assert "RateLimit" not in found[0]
