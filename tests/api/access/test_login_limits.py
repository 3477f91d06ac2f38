"""Limits of log-ins by address and user name, and of pages by address, with Redis and without.

Requirements S2 and S3.
"""

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
    """Small limits, fast password checks, and a stopped clock, so that no window ends within a test."""
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


def test_attempts_on_a_name_count_from_all_addresses_in_admin_and_api() -> None:
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
    assert token("bob", address="10.0.0.6").status_code == 401, "other names are not limited"


def test_all_spellings_of_a_name_count_together() -> None:
    statuses = [
        token(name, address=f"10.0.1.{at}").status_code for at, name in enumerate(("ann", "ANN", " \uff41nn", "Ann"))
    ]
    assert statuses == [401, 401, 401, 429]


def test_a_limited_address_no_longer_counts_on_names() -> None:
    assert [token(f"user {number}").status_code for number in range(6)] == [401] * 5 + [429]
    assert [token("ann").status_code for _ in range(5)] == [429] * 5
    assert token("ann", PASSWORD, "10.0.0.2").status_code == 200


def test_a_forged_address_does_not_count() -> None:
    for number in range(5):
        admin(f"user {number}", **{"X-Forwarded-For": f"10.9.9.{number}"})
    assert admin("another user", **{"X-Forwarded-For": "10.9.9.9"}).status_code == 429


def test_each_client_behind_a_trusted_proxy_has_its_own_limit(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ("10.0.0.1",)
    for number in range(6):
        assert admin(f"user {number}", **{"X-Forwarded-For": f"10.9.9.{number}"}).status_code == 200


def test_successful_log_ins_count_too() -> None:
    assert [token(password=PASSWORD).status_code for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize("what", ["/refresh", "/verify", "/revoke"])
def test_token_requests_are_limited_by_address(what: str) -> None:
    assert [token(what=what).status_code for _ in range(6)] == [401] * 5 + [429]
    assert token(what=what, address="10.0.0.2").status_code == 401


def test_password_checks_take_half_of_the_threads_at_most(settings: Any) -> None:
    settings.LOGIN_LIMIT_USER = 0
    with ExitStack() as slots:
        for _ in range(max(1, settings.THREADS // 2)):
            slots.enter_context(hashing_slots())
        for refused in (admin(password=PASSWORD), token(password=PASSWORD)):
            assert refused.status_code == 429
            assert refused["Retry-After"] == "1"
    assert token(password=PASSWORD).status_code == 200


def test_zero_sets_no_limit(settings: Any) -> None:
    settings.LOGIN_LIMIT_ADDRESS = settings.LOGIN_LIMIT_USER = 0
    assert {token().status_code for _ in range(10)} == {401}


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("page", ["/", "/api/docs/", "/api/redoc/", LOGIN, "/admin/"])
def test_all_pages_together_are_limited_by_address(settings: Any, page: str) -> None:
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


def test_a_counter_started_in_redis_continues_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert token().status_code == 401
    monkeypatch.setattr(redis_link(), "is_away", True)
    assert [token().status_code for _ in range(4)] == [401, 401, 401, 429], "three more attempts, not any number"


def test_counters_in_redis_expire(redis_client: Redis) -> None:
    token()
    keys = [key for key in redis_client.scan_iter() if b"tries" in key]
    assert len(keys) == 2
    assert all(0 < redis_client.ttl(key) <= 305 for key in keys)
