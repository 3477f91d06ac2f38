"""``/metrics``: who may read it, in which format, and that callers can't make it grow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics

from lambdaserve.access.credentials import authentication
from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
from lambdaserve.access.models import ApiKey
from lambdaserve.ops.metrics.endpoint import METHODS, observe_request
from merger import configuration, wiring
from merger.core.windows import floor_hour
from tests.api.conftest import Api
from tests.api.documents import NOW, movie
from tests.scraped import Scraped

pytestmark = pytest.mark.django_db
HERE = "127.0.0.1"
PROMETHEUS = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.1"
"""Prometheus' own ``Accept`` header, shortened."""


@pytest.fixture(autouse=True)
def measured(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Gives each test its own meters and API keys."""
    keys = ApiKeyCache(configuration.utc_now)
    monkeypatch.setattr(authentication, "api_key_cache", lambda: keys)
    wiring.worker_meters.cache_clear()
    yield
    wiring.worker_meters.cache_clear()


def key(*scopes: str, **properties: Any) -> str:
    created = ApiKey(name="a scraper", scopes=list(scopes), **properties)
    text = created.issue()
    created.save()
    return text


def ask(_client: Client | None = None, /, *, address: str = HERE, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (_client or Client()).get("/metrics", headers=named, REMOTE_ADDR=address)


def logged_in(*, staff: bool, permitted: bool) -> Client:
    user = User.objects.create_user("ada", is_staff=staff)
    if permitted:
        user.user_permissions.add(Permission.objects.get(codename="see_metrics"))
    client = Client()
    client.force_login(user)
    return client


def assert_problem(response: Any, status: int) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert b"lambdaserve_" not in response.content
    assert response.json()["status"] == status


def test_anonymous_caller_gets_401_even_with_anonymous_read(settings: Any) -> None:
    assert settings.ANONYMOUS_READ
    response = ask()
    assert_problem(response, 401)
    assert response["WWW-Authenticate"] == 'Api-Key realm="lambdaserve"'


def test_key_with_the_scope_reads_in_either_header() -> None:
    text = key("metrics")
    for headers in ({"X_API_Key": text}, {"Authorization": f"Api-Key {text}"}, {"Authorization": f"api-key  {text} "}):
        response = ask(**headers)
        assert response.status_code == 200, headers
        assert b"lambdaserve_workers" in response.content


def test_key_without_the_scope_is_403_for_any_owner_and_address(settings: Any) -> None:
    settings.METRICS_FROM = (HERE,)
    text = key("read", "explain", "manage", owner=User.objects.create_superuser("root"))
    for headers in ({"X_API_Key": text}, {"Authorization": f"Api-Key {text}"}):
        assert_problem(ask(**headers), 403)


@pytest.mark.parametrize("scheme", ["Api-Key", "X-API-Key"])
def test_invalid_key_is_401_even_from_an_allowed_address(settings: Any, scheme: str) -> None:
    settings.METRICS_FROM = (HERE,)
    for text in (key("metrics")[:-2] + "..", key("metrics", expires_at=NOW - timedelta(days=1)), "", "x" * 5000):
        headers = {"X_API_Key": text} if scheme == "X-API-Key" else {"Authorization": f"Api-Key {text}"}
        assert_problem(ask(**headers), 401)


def test_other_authorization_schemes_are_401() -> None:
    text = key("metrics")
    for header in (f"Bearer {text}", f"Basic {text}", text, "Api-Key", ""):
        assert ask(Authorization=header).status_code == 401, header


@pytest.mark.parametrize(
    ("staff", "permitted", "status"), [(True, True, 200), (True, False, 403), (False, True, 200), (False, False, 403)]
)
def test_logged_in_staff_read_only_with_the_permission(*, staff: bool, permitted: bool, status: int) -> None:
    response = ask(logged_in(staff=staff, permitted=permitted))
    if status == 200:
        assert response.status_code == 200
    else:
        assert_problem(response, status)


def test_allowed_address_reads_and_a_forged_one_does_not(settings: Any) -> None:
    settings.METRICS_FROM = ("10.1.0.0/16", "2001:db8::7")
    for address, status in (
        ("10.1.2.3", 200),
        ("10.2.0.1", 401),
        ("2001:db8::7", 200),
        ("2001:db8::8", 401),
        ("", 401),
    ):
        assert ask(address=address).status_code == status, address
    for forged in ("10.1.2.3", "10.1.2.3, 10.1.2.3", "[2001:db8::7]:80"):
        assert ask(address="192.0.2.1", X_Forwarded_For=forged).status_code == 401, forged
    # Forwarded by an undeclared proxy: the real client is unknown.
    assert ask(address="10.1.2.3", X_Forwarded_For="192.0.2.1").status_code == 401


def test_behind_a_trusted_proxy_the_forwarded_address_counts(settings: Any) -> None:
    settings.METRICS_FROM, settings.TRUSTED_PROXIES = ("10.1.0.0/16",), ("127.0.0.1",)
    assert ask(X_Forwarded_For="10.1.2.3").status_code == 200
    assert ask(X_Forwarded_For="10.1.2.3, 192.0.2.1").status_code == 401
    assert ask(X_Forwarded_For="192.0.2.1, 10.1.2.3").status_code == 200
    assert ask().status_code == 401


def test_post_is_405_and_reads_are_never_rate_limited(settings: Any) -> None:
    settings.METRICS_FROM, settings.RATE_LIMIT, settings.RATE_BURST = (HERE,), 1, 1
    assert_problem(Client().post("/metrics"), 405)
    assert [ask().status_code for _ in range(5)] == [200] * 5


def test_metrics_are_not_redirected_to_https(settings: Any) -> None:
    settings.METRICS_FROM, settings.SECURE_SSL_REDIRECT = (HERE,), True
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/").status_code == 301


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (
            "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.1",
            "application/openmetrics-text",
        ),
        ("text/plain;version=0.0.4", "text/plain"),
        ("*/*", "text/plain"),
        ("application/json", "text/plain"),
        ("", "text/plain"),
        ("text/plain;version=x.y", "text/plain"),
        ("application/openmetrics-text;version=;escaping=\u00fc", "application/openmetrics-text"),
        ("application/openmetrics-text;version=a.b", "text/plain"),
    ],
)
def test_format_follows_the_accept_header(settings: Any, accept: str, media_type: str) -> None:
    settings.METRICS_FROM = (HERE,)
    response = ask(Accept=accept)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"].partition(";")[0] == media_type
    text = response.content.decode()
    if media_type == "text/plain":
        assert Scraped(text).sum("workers") == 1
    else:
        assert "lambdaserve_workers" in {family.name for family in openmetrics(text)}  # type: ignore[no-untyped-call]


def scraped() -> Scraped:
    return Scraped(ask(X_API_Key=key("metrics")).content.decode())


def test_hostile_requests_add_no_series(api: Api) -> None:
    def attack(round_: int) -> None:
        for path in (
            f"movies/{10**6 + round_}",
            f"movies/{round_}%00",
            f"trending/genres/genre{round_}",
            f"no/such/{round_}",
            f"analytics/actor/unknown{round_}/network",
            f"search/movies?q=word{round_}&x{round_}=1",
            f"analytics/genre/g{round_}?year={round_}",
            f"../static/{round_}.css",
            f"movies/603/view{round_}",
        ):
            api.get(path)
        Client(raise_request_exception=False).generic(f"METHOD{round_}", f"/api/v1/movies/{round_}")
        Client(raise_request_exception=False).generic(f"METHOD{round_}", f"/{round_}")
        for method in (f"METHOD{round_}", "get", "\u00fc", "A" * 1000):
            observe_request(method, "unmatched", 404, 0.001)

    attack(0)
    before = scraped()
    for round_ in range(1, 25):
        attack(round_)
    after = scraped()
    assert {(each.name, *sorted(each.labels.items())) for each in after.samples} == {
        (each.name, *sorted(each.labels.items())) for each in before.samples
    }
    assert after.values("http_request_duration_seconds_count", "method") <= {*METHODS, "OTHER"}
    assert after.sum("http_request_duration_seconds_count", method="OTHER") >= 100


def test_unreadable_documents_are_counted_by_kind(api: Api) -> None:
    def count(kind: str) -> float:
        try:
            return scraped().sum("documents_skipped_total", layer="speed", kind=kind)
        except LookupError:
            return 0.0

    before = count("stats.data")
    api.load({"movie_id": 603, "data_type": "stats", "hour": floor_hour(NOW), "synced_at": NOW})
    api.get("movies/603/stats")
    assert count("stats.data") > before


def test_incomplete_answers_are_counted_when_served(api: Api) -> None:
    def count() -> float:
        return scraped().sum("incomplete_answers_total", view="movies.sentiment")

    api.load(movie(603, "The Matrix"))
    before = count()
    assert api.body("movies/603/sentiment", {"window": "3d"})["freshness"]["missing"]
    api.get("movies/603/sentiment", {"window": "3d"})
    assert count() == before + 2
    assert api.get("movies/603/sentiment", {"window": "3d", "completeness": "strict"}).status_code == 503
    assert count() == before + 2
