"""Trying to log in and calling up pages is limited (S2, S3): by address and user name, with Redis and without."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.test import Client
from redis import Redis

from lambdaserve.access.credentials.passwords import hashing_slots
from lambdaserve.access.ratelimit.throttle import lease_table
from merger.stores.redis.client import redis_link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

PASSWORD = "correct horse battery staple"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def limits(settings: Any, redis_client: Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small ones, passwords that are quickly checked, and a clock that stands: no window ends within a test."""
    now = time.time()
    monkeypatch.setattr("django_ratelimit.core.time", SimpleNamespace(time=lambda: now))
    settings.LOGIN_LIMIT_ADDRESS, settings.LOGIN_LIMIT_USER = 5, 3
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    caches["counts"].clear()
    User.objects.create_user("ann", password=PASSWORD, is_staff=True)
    lease_table.cache_clear()
    yield
    lease_table.cache_clear()


def admin(name: str = "ann", password: str = "wrong", address: str = "10.0.0.1", **headers: str) -> Any:
    return Client(headers=headers).post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)


def token(name: str = "ann", password: str = "wrong", address: str = "10.0.0.1", what: str = "") -> Any:
    body = {"username": name, "password": password, "refresh": "x", "token": "x"}
    path = f"/api/v1/auth/token{what}"
    return Client().post(path, json.dumps(body), content_type="application/json", REMOTE_ADDR=address)


def test_a_name_is_tried_so_often_from_everywhere_and_everywhere_together() -> None:
    assert admin(address="10.0.0.1").status_code == 200
    assert token(address="10.0.0.2").status_code == 401
    assert admin(address="10.0.0.3").status_code == 200
    page, problem = admin(password=PASSWORD, address="10.0.0.4"), token(password=PASSWORD, address="10.0.0.5")
    for refused in (page, problem):
        assert refused.status_code == 429
        assert 1 <= int(refused["Retry-After"]) <= 300
    assert "Too many log-in attempts. Try again in" in page.content.decode()
    assert "sessionid" not in page.cookies
    assert problem.json()["type"].endswith(":rate-limited")
    assert token("bob", address="10.0.0.6").status_code == 401, "others are not concerned"


def test_a_name_is_one_however_it_is_spelled() -> None:
    statuses = [
        token(name, address=f"10.0.1.{at}").status_code for at, name in enumerate(("ann", "ANN", " \uff41nn", "Ann"))
    ]
    assert statuses == [401, 401, 401, 429]


def test_an_address_may_try_so_many_names_and_a_refused_try_counts_on_no_name() -> None:
    assert [token(f"user {number}").status_code for number in range(6)] == [401] * 5 + [429]
    assert [token("ann").status_code for _ in range(5)] == [429] * 5
    assert token("ann", PASSWORD, "10.0.0.2").status_code == 200


def test_a_forged_address_is_none() -> None:
    for number in range(5):
        admin(f"user {number}", **{"X-Forwarded-For": f"10.9.9.{number}"})
    assert admin("somebody", **{"X-Forwarded-For": "10.9.9.9"}).status_code == 429


def test_behind_a_trusted_proxy_each_client_has_its_own(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ("10.0.0.1",)
    for number in range(6):
        assert admin(f"user {number}", **{"X-Forwarded-For": f"10.9.9.{number}"}).status_code == 200


def test_right_passwords_count_too() -> None:
    assert [token(password=PASSWORD).status_code for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize("what", ["/refresh", "/verify", "/revoke"])
def test_tokens_are_tried_so_often_from_an_address(what: str) -> None:
    assert [token(what=what).status_code for _ in range(6)] == [401] * 5 + [429]
    assert token(what=what, address="10.0.0.2").status_code == 401


def test_passwords_are_looked_at_by_half_of_the_threads_at_most(settings: Any) -> None:
    settings.LOGIN_LIMIT_USER = 0
    with ExitStack() as taken:
        for _ in range(max(1, settings.THREADS // 2)):
            taken.enter_context(hashing_slots())
        for refused in (admin(password=PASSWORD), token(password=PASSWORD)):
            assert refused.status_code == 429
            assert refused["Retry-After"] == "1"
    assert token(password=PASSWORD).status_code == 200


def test_zero_sets_no_limit(settings: Any) -> None:
    settings.LOGIN_LIMIT_ADDRESS = settings.LOGIN_LIMIT_USER = 0
    assert {token().status_code for _ in range(10)} == {401}


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("page", ["/", "/api/docs/", "/api/redoc/", LOGIN, "/admin/"])
def test_pages_are_limited_together_by_address(settings: Any, page: str) -> None:
    settings.PAGE_LIMIT = 2
    staff = Client()
    staff.force_login(User.objects.get())
    for path in ("/", "/api/docs/"):
        assert staff.get(path, REMOTE_ADDR="10.0.0.1").status_code == 200
    refused = staff.get(page, REMOTE_ADDR="10.0.0.1")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert "Wait a minute" in refused.content.decode()
    assert "Content-Security-Policy" in refused
    assert staff.get("/", REMOTE_ADDR="10.0.0.2").status_code == 200


@pytest.mark.parametrize("refusing", [False, True])
def test_without_redis_each_process_counts_by_itself(
    redis_client: Redis, *, refusing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if refusing:
        redis_client.config_set("maxmemory", "1")
    else:
        monkeypatch.setattr(redis_link(), "is_away", True)
    try:
        assert [token().status_code for _ in range(4)] == [401, 401, 401, 429]
        assert token("bob", address="10.0.0.2").status_code == 401
    finally:
        redis_client.config_set("maxmemory", "0")


def test_a_count_that_began_in_redis_goes_on_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert token().status_code == 401
    monkeypatch.setattr(redis_link(), "is_away", True)
    assert [token().status_code for _ in range(4)] == [401, 401, 401, 429], "three more, not any number"


def test_counts_in_redis_expire(redis_client: Redis) -> None:
    token()
    keys = [key for key in redis_client.scan_iter() if b"tries" in key]
    assert len(keys) == 2
    assert all(0 < redis_client.ttl(key) <= 305 for key in keys)
