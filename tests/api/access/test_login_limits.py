"""Limits of log-ins by address and user name, and of pages by address, with Redis and without.

Requirements S2 and S3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from redis import Redis

from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.credentials.passwords import hashing_places
from lambdaserve.access.models import ApiKey
from merger.stores.redis.client import redis_link
from tests.api.access.remembered import nothing_remembered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

PASSWORD = "correct horse battery staple"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def limits(settings: Any, redis_client: Redis) -> Iterator[None]:
    """Small limits, of which nothing comes back within a test, and fast password checks."""
    settings.LOGIN_LIMIT_ADDRESS, settings.LOGIN_LIMIT_USER = 5, 3
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.create_user("ann", password=PASSWORD, is_staff=True)
    with nothing_remembered():
        yield


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


def test_successful_log_ins_count_on_the_name_but_not_on_the_address() -> None:
    assert [token(password=PASSWORD).status_code for _ in range(4)] == [200, 200, 200, 429]
    for number in range(7):
        User.objects.create_user(f"colleague {number}", password=PASSWORD, is_staff=True)
        assert token(f"colleague {number}", PASSWORD).status_code == 200
        assert admin(f"colleague {number}", PASSWORD).status_code == 302


def test_guesses_stop_no_valid_token_of_their_address() -> None:
    pair = token(password=PASSWORD).json()
    assert [token(what="/verify").status_code for _ in range(6)] == [401] * 5 + [429]
    body = json.dumps({"refresh": pair["refresh"]})
    refreshed = Client().post(
        "/api/v1/auth/token/refresh", body, content_type="application/json", REMOTE_ADDR="10.0.0.1"
    )
    assert refreshed.status_code == 200


@pytest.mark.usefixtures("indexed_database")
def test_guesses_stop_no_valid_key_token_or_session_of_their_address(settings: Any) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST, settings.PAGE_LIMIT = 12, 4, 4
    session = Client()
    session.force_login(User.objects.get())
    key = ApiKey(name="neighbour")
    text = key.issue()
    key.save()
    access = token(password=PASSWORD).json()["access"]

    def guess(number: int) -> list[int]:
        wrong = Client(headers={"X-API-Key": str(KeyText.generate())})
        read = wrong.get("/api/v1/movies/x", REMOTE_ADDR="10.0.0.1")
        return [read.status_code, token(f"user {number}").status_code, admin(f"user {number}").status_code]

    assert 429 in {status for number in range(8) for status in guess(number)}
    assert guess(9) == [429, 429, 429]
    for proof in ({"X-API-Key": text}, {"Authorization": f"Bearer {access}"}):
        assert Client(headers=proof).get("/api/v1/movies/x", REMOTE_ADDR="10.0.0.1").status_code == 400
    assert session.get("/api/v1/movies/x", REMOTE_ADDR="10.0.0.1").status_code == 400
    assert session.get("/about/", REMOTE_ADDR="10.0.0.1").status_code == 200
    assert Client().get("/api/v1/movies/x", REMOTE_ADDR="10.0.0.1").status_code == 400, "nor strangers there"


def change(browser: Client, old: str, address: str = "10.0.0.1") -> Any:
    new = {"new_password1": f"{PASSWORD}!", "new_password2": f"{PASSWORD}!"}
    return browser.post("/admin/password_change/", {"old_password": old, **new}, REMOTE_ADDR=address)


def test_wrong_old_passwords_count_as_attempts_of_the_user_and_the_address() -> None:
    browser = Client()
    browser.force_login(User.objects.get())
    assert [change(browser, "wrong").status_code for _ in range(3)] == [200] * 3
    refused = change(browser, PASSWORD, address="10.0.0.2")
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 300
    assert token(address="10.0.0.3").status_code == 429, "the name is counted everywhere"
    assert [token(f"user {number}").status_code for number in range(3)] == [401, 401, 429], "and the address"


def test_a_right_old_password_changes_it(settings: Any) -> None:
    browser = Client()
    browser.force_login(User.objects.get())
    assert change(browser, PASSWORD).status_code == 302
    assert User.objects.get().check_password(f"{PASSWORD}!")


def test_old_passwords_are_checked_within_the_places_for_passwords() -> None:
    browser = Client()
    browser.force_login(User.objects.get())
    with hashing_places().take(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1")):
        assert change(browser, PASSWORD).status_code == 429
        assert change(browser, PASSWORD, address="10.0.0.2").status_code == 302


@pytest.mark.parametrize("name", ["auth_user_add", "auth_user_password_change"])
def test_passwords_of_others_are_stored_within_the_places_for_passwords(name: str) -> None:
    other = User.objects.create_user("other")
    address = reverse(f"admin:{name}", args=[other.pk] if name.endswith("change") else [])
    browser = Client()
    browser.force_login(User.objects.create_superuser("chief"))
    new = "a new password of another"
    form = {"username": "another", "usable_password": "true", "password1": new, "password2": new}
    with hashing_places().take(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")):
        assert browser.get(address).status_code == 200, "showing the form takes none"
        assert browser.post(address, form).status_code == 429
    assert browser.post(address, form).status_code == 302
    stored = User.objects.get(username="another" if name.endswith("add") else "other")
    assert stored.check_password(new)


@pytest.mark.parametrize("what", ["/refresh", "/verify", "/revoke"])
def test_token_requests_are_limited_by_address(what: str) -> None:
    assert [token(what=what).status_code for _ in range(6)] == [401] * 5 + [429]
    assert token(what=what, address="10.0.0.2").status_code == 401


def test_password_checks_take_half_of_the_threads_at_most(settings: Any) -> None:
    settings.LOGIN_LIMIT_USER = 0
    with ExitStack() as places:
        for number in range(max(1, settings.THREADS // 2)):
            request = RequestFactory().get("/", REMOTE_ADDR=f"10.1.0.{number}")
            places.enter_context(hashing_places().take(request))
        for refused in (admin(password=PASSWORD), token(password=PASSWORD)):
            assert refused.status_code == 429
            assert refused["Retry-After"] == "1"
    assert token(password=PASSWORD).status_code == 200


def test_zero_sets_no_limit(settings: Any) -> None:
    settings.LOGIN_LIMIT_ADDRESS = settings.LOGIN_LIMIT_USER = 0
    assert {token().status_code for _ in range(10)} == {401}


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("page", ["/", "/api/docs/", "/api/redoc/", LOGIN, "/admin/"])
def test_all_pages_together_are_limited_by_user(settings: Any, page: str) -> None:
    settings.PAGE_LIMIT = 2
    staff = Client()
    staff.force_login(User.objects.get())
    for path in ("/", "/api/docs/"):
        assert staff.get(path, REMOTE_ADDR="10.0.0.1").status_code == 200
    refused = staff.get(page, REMOTE_ADDR="10.0.0.2")
    assert refused.status_code == 429
    wait = int(refused["Retry-After"])
    assert 20 < wait <= 30  # a token every 30 s, less the time that the pages took
    assert f"Wait {wait} seconds" in refused.content.decode()
    assert "Content-Security-Policy" in refused
    assert Client().get("/", REMOTE_ADDR="10.0.0.1").status_code == 200


@pytest.mark.usefixtures("api")
def test_pages_of_strangers_are_limited_by_address(settings: Any) -> None:
    settings.PAGE_LIMIT = 2
    assert [Client().get("/about/").status_code for _ in range(3)] == [200, 200, 429]
    assert Client().get("/about/", REMOTE_ADDR="10.0.0.2").status_code == 200


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
    keys = [key for key in redis_client.scan_iter() if b"log-in" in key]
    assert len(keys) == 2
    assert all(0 < redis_client.ttl(key) <= 305 for key in keys)
    assert not any(b"ann" in key for key in keys)
