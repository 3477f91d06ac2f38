"""The rate limit of the API, over the real Redis and through the whole stack.

The specification of a refusal: status 429; ``application/problem+json`` of type ``…:rate-limited``; ``Retry-After`` in
whole seconds, 1 or more; ``RateLimit`` with ``r`` below the request's cost and ``t`` equal to ``Retry-After``;
``RateLimit-Policy`` with ``q``, the burst, and ``w``, the seconds in which all of it comes back; and the older
``RateLimit-Limit``, ``-Remaining`` and ``-Reset`` that say the same. Every answer to a limited client has them.
Requirement S3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from redis import Redis

from lambdaserve.access.ratelimit.throttle import lease_table
from tests.api.conftest import Api
from tests.api.documents import movie

HEADERS = ("RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


@pytest.fixture(autouse=True)
def limited(settings: Any, redis_client: Redis) -> Iterator[None]:
    """Twelve requests a minute, four at once, and full buckets."""
    settings.RATE_LIMIT, settings.RATE_BURST = 12, 4
    lease_table.cache_clear()
    yield
    lease_table.cache_clear()


def statuses(api: Api, count: int, path: str = "movies/550", forwarded: str = "") -> list[int]:
    return [api.get(path, X_Forwarded_For=forwarded).status_code for _ in range(count)]


def test_after_a_burst_429_carries_retry_after_and_limit_headers(api: Api, settings: Any) -> None:
    api.load(movie(550, "Fight Club"))
    settings.RATE_LIMIT = 0
    api.get("movies/550")  # the slow first request, so that the burst takes less than a second
    settings.RATE_LIMIT = 12
    assert statuses(api, 4) == [200] * 4
    response: Any = api.get("movies/550")
    assert response.status_code == 429
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert response["Retry-After"] == "5"
    assert response["RateLimit-Policy"] == '"default";q=4;w=20'
    assert response["RateLimit"] == '"default";r=0;t=5'
    assert [response[name] for name in HEADERS[2:]] == ["4", "0", "5"]
    assert response.json() == {
        "type": "urn:problem-type:lambdaserve:rate-limited",
        "title": "Too many requests",
        "status": 429,
        "detail": "Too many requests; try again in 5 s.",
        "instance": "/api/v1/movies/550",
    }


def test_an_admitted_answer_says_how_much_is_left(api: Api) -> None:
    api.load(movie(550, "Fight Club"))
    response: Any = api.get("movies/550")
    assert response["RateLimit"] == '"default";r=3;t=5'
    assert response["RateLimit-Remaining"] == "3"
    assert "Retry-After" not in response


def test_a_304_and_an_error_cost_a_token_and_say_so(api: Api) -> None:
    api.load(movie(550, "Fight Club"))
    tag: Any = api.get("movies/550")["ETag"]
    unchanged: Any = api.get("movies/550", If_None_Match=tag)
    assert (unchanged.status_code, unchanged["RateLimit-Remaining"]) == (304, "2")
    unknown: Any = api.get("movies/551")
    assert (unknown.status_code, unknown["RateLimit-Remaining"]) == (404, "1")
    bad: Any = api.get("movies/x")
    assert (bad.status_code, bad["RateLimit-Remaining"]) == (400, "0")
    assert api.get("movies/550", If_None_Match=tag).status_code == 429


def test_without_a_limit_there_are_no_headers(api: Api, settings: Any) -> None:
    settings.RATE_LIMIT = 0
    response: Any = api.get("movies/551")
    assert [name for name in HEADERS if name in response] == []
    assert statuses(api, 20, "movies/551") == [404] * 20


def test_a_costly_request_takes_more_but_never_more_than_the_bucket(api: Api, settings: Any) -> None:
    settings.RATE_BURST = 9
    dear = {"hours": 168, "limit": 9}
    first: Any = api.get("trending/history", dear)
    assert first["RateLimit-Remaining"] == "4"
    second: Any = api.get("trending/history", dear)
    assert (second.status_code, second["RateLimit-Remaining"], second["Retry-After"]) == (429, "4", "5")
    assert api.get("trending/movies")["RateLimit-Remaining"] == "2"
    settings.RATE_BURST = 3
    assert api.get("trending/history", dear).status_code == 429


def test_probes_of_load_balancers_are_never_limited(api: Api) -> None:
    assert 429 in statuses(api, 6, "movies/551")
    assert statuses(api, 20, "health/live") == [200] * 20
    assert 429 not in statuses(api, 20, "health/ready")
    assert api.get("health").status_code == 429


def test_a_forged_forwarded_for_gets_no_other_bucket(api: Api) -> None:
    found = [api.get("movies/551", X_Forwarded_For=f"9.9.9.{number}").status_code for number in range(6)]
    assert found == [404] * 4 + [429] * 2


def test_each_client_behind_a_trusted_proxy_has_one_bucket(api: Api, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ("127.0.0.1",)
    assert statuses(api, 5, "movies/551", forwarded="1.2.3.4") == [404] * 4 + [429]
    assert statuses(api, 1, "movies/551", forwarded="1.2.3.5") == [404]
    forged = [api.get("movies/551", X_Forwarded_For=f"9.9.9.{n}, 1.2.3.4").status_code for n in range(3)]
    assert forged == [429] * 3


@pytest.mark.django_db
def test_a_user_has_one_bucket_from_every_address(client: Client, django_user_model: Any, redis_client: Redis) -> None:
    client.force_login(django_user_model.objects.create_user(username="ada"))

    def ask(address: str) -> HttpResponseBase:
        return client.get("/api/v1/movies/x", REMOTE_ADDR=address)

    assert [ask(f"1.2.3.{number}").status_code for number in range(6)] == [400] * 4 + [429] * 2
    assert Client().get("/api/v1/movies/x", REMOTE_ADDR="1.2.3.1").status_code == 400


def test_another_process_sees_how_much_is_left(api: Api) -> None:
    assert statuses(api, 3, "movies/551") == [404] * 3
    lease_table.cache_clear()
    assert statuses(api, 2, "movies/551") == [404, 429]


def test_a_bucket_in_redis_expires_when_it_is_full(api: Api, redis_client: Redis) -> None:
    statuses(api, 4, "movies/551")
    (name,) = list(redis_client.scan_iter("lambdaserve:bucket:*"))
    assert 15_000 < redis_client.pttl(name) <= 20_000


def test_a_spoiled_bucket_admits_no_more_than_a_full_one(api: Api, redis_client: Redis) -> None:
    statuses(api, 1, "movies/551")
    (name,) = list(redis_client.scan_iter("lambdaserve:bucket:*"))
    for poison in (b"nan", b"-inf", b"", b"words", b"1e999"):
        redis_client.set(name, poison)
        lease_table.cache_clear()
        assert statuses(api, 6, "movies/551").count(404) <= 4, poison
    redis_client.delete(name)
    redis_client.hset(name, "a", "hash")
    lease_table.cache_clear()
    assert statuses(api, 5, "movies/551") == [404] * 4 + [429]
