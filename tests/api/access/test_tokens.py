"""Log-ins for JSON Web Tokens: what tokens permit and for how long; a wrong one permits nothing and learns nothing.

Requirement S2.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import settings as configured
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone
from redis import Redis
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from lambdaserve.access import cleanup
from lambdaserve.access.credentials import authentication, tokens
from lambdaserve.access.credentials.credential_cache import CACHE_SECONDS
from lambdaserve.access.credentials.sessions import Session
from lambdaserve.access.credentials.token_cache import TokenCache
from lambdaserve.access.credentials.tokens import MAX_LENGTH, SessionToken
from lambdaserve.access.ratelimit.throttle import lease_table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

READING = "/api/v1/movies/x"
"""Reads no store, and is a 400 for every caller who may read."""
PASSWORD = "correct horse battery staple"
SIGNING_KEY = str(configured.SIMPLE_JWT["SIGNING_KEY"])


class Clock:
    """A clock that a test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def own_caches(monkeypatch: pytest.MonkeyPatch, clock: Clock, settings: Any) -> Iterator[None]:
    """A cache of tokens on this test's clock; anonymous callers may not read, passwords are checked fast."""
    settings.ANONYMOUS_READ = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache = TokenCache(timezone.now, clock)
    monkeypatch.setattr(authentication, "token_cache", lambda: cache)
    lease_table.cache_clear()
    yield
    lease_table.cache_clear()


@pytest.fixture
def ann(settings: Any) -> User:
    """A user without special permissions."""
    return User.objects.create_user("ann", password=PASSWORD)


def post(what: str, body: Any, **more: Any) -> Any:
    address = f"/api/v1/auth/token{what and '/' + what}"
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client(raise_request_exception=False).post(address, text, content_type="application/json", **more)


def log_in(user: User) -> dict[str, str]:
    response = post("", {"username": user.username, "password": PASSWORD})
    assert response.status_code == 200, response.content
    found: dict[str, str] = response.json()
    return found


def read(token: str, path: str = READING) -> int:
    status: int = (
        Client(raise_request_exception=False).get(path, headers={"Authorization": f"Bearer {token}"}).status_code
    )
    return status


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def sign_again(token: str, key: str = SIGNING_KEY, algorithm: str = "HS256", **changed: Any) -> str:
    """Signs the same token again with other claims, key or algorithm; ``None`` takes a claim away."""
    payload = {name: value for name, value in {**claims(token), **changed}.items() if value is not None}
    return jwt.encode(payload, key, algorithm)


def test_log_in_returns_a_token_that_may_read(ann: User) -> None:
    given = log_in(ann)
    assert set(given) == {"access", "refresh"}
    assert read(given["access"]) == 400
    ann.refresh_from_db()
    assert ann.last_login is not None


def test_a_password_may_begin_with_a_blank(ann: User) -> None:
    ann.set_password(f" {PASSWORD} ")
    ann.save()
    assert post("", {"username": "ann", "password": f" {PASSWORD} "}).status_code == 200
    assert post("", {"username": "ann", "password": PASSWORD}).status_code == 401


def test_answers_with_tokens_are_not_stored(ann: User) -> None:
    for response in (post("", {"username": "ann", "password": PASSWORD}), post("", {})):
        assert response["Cache-Control"] == "no-store"


def test_the_scheme_is_read_in_any_case_and_other_schemes_are_ignored(ann: User) -> None:
    access = log_in(ann)["access"]
    for header in (f"bearer {access}", f"BEARER   {access} "):
        assert Client().get(READING, headers={"Authorization": header}).status_code == 400
    assert "is not valid" in Client().get(READING, headers={"Authorization": ""}).json()["detail"]
    response = Client().get(READING, headers={"Authorization": "Basic YTpi"})
    assert response.status_code == 401
    assert 'Bearer realm="lambdaserve"' in response["WWW-Authenticate"]
    assert response.json()["detail"] == "Authentication credentials were not provided."


def test_a_wrong_password_learns_nothing_about_users(ann: User) -> None:
    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    bodies = {
        post("", {"username": name, "password": password}).content
        for name, password in (("ann", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("ANN", PASSWORD))
    }
    assert len(bodies) == 1
    assert json.loads(bodies.pop())["status"] == 401


def test_the_signing_key_is_not_the_secret_key() -> None:
    assert SIGNING_KEY != configured.SECRET_KEY
    assert len(SIGNING_KEY) >= 32


def test_an_access_token_names_user_session_and_scopes_and_lasts_minutes(ann: User) -> None:
    given = log_in(ann)
    access, refresh = claims(given["access"]), claims(given["refresh"])
    assert access["user_id"] == str(ann.pk)
    assert access["iss"] == "lambdaserve"
    assert access["scope"] == "read"
    assert access["exp"] - access["iat"] == 300
    assert refresh["exp"] - refresh["iat"] == 86_400
    assert access["sid"] == refresh["sid"] == refresh["jti"][:32]


def permit(user: User, permission: str) -> None:
    group, _ = Group.objects.get_or_create(name=permission)
    group.permissions.add(Permission.objects.get(codename=permission, content_type__app_label="access"))
    user.groups.add(group)


def test_scopes_come_from_groups_and_go_with_them(ann: User, clock: Clock) -> None:
    for permission in ("see_metrics", "explain_answers", "manage_stores"):
        permit(ann, permission)
    access = log_in(ann)["access"]
    assert claims(access)["scope"] == "explain manage metrics read"
    assert read(access, "/metrics") == 200
    ann.groups.clear()
    assert read(access, "/metrics") == 200, "until the cache looks again"
    clock.seconds += CACHE_SECONDS
    assert read(access, "/metrics") == 403
    assert read(access) == 400


def test_a_new_permission_is_in_the_next_token_only(ann: User, clock: Clock) -> None:
    given = log_in(ann)
    permit(ann, "see_metrics")
    clock.seconds += CACHE_SECONDS
    assert read(given["access"], "/metrics") == 403
    response = Client().get("/metrics", headers={"Authorization": f"Bearer {given['access']}"})
    assert response.json()["detail"] == "This access token may not read the metrics: it lacks the scope 'metrics'."
    renewed = post("refresh", {"refresh": given["refresh"]}).json()
    assert claims(renewed["access"])["scope"] == "metrics read"
    assert read(renewed["access"], "/metrics") == 200


def test_explain_needs_the_scope(ann: User) -> None:
    assert read(log_in(ann)["access"], f"{READING}?explain=1") == 403
    permit(ann, "explain_answers")
    assert read(log_in(ann)["access"], f"{READING}?explain=1") == 400


@pytest.fixture
def forgeries(ann: User) -> dict[str, str]:
    """Tokens that permit nothing, by what is wrong with them."""
    given = log_in(ann)
    access = given["access"]
    head, body, signature = access.split(".")
    past = timezone.now() - timedelta(seconds=1)
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    deep = base64.urlsafe_b64encode(b"[" * 2_900).decode()
    other = User.objects.create_user("other", password=PASSWORD)
    kid = jwt.encode(
        claims(access),
        "another key that is long enough to be one",
        headers={"kid": "../../dev/null", "jku": "http://127.0.0.1:1"},
    )
    return {
        "a refresh token": given["refresh"],
        "algorithm none": f"{none}.{body}.",
        "algorithm none, signed": f"{none}.{body}.{signature}",
        "another algorithm": sign_again(access, algorithm="HS512"),
        "another key": sign_again(access, "another key that is long enough to be one"),
        "the secret key": sign_again(access, configured.SECRET_KEY.ljust(32)),
        "a key named in the token": kid,
        "expired": sign_again(access, exp=int(past.timestamp())),
        "without expiry": sign_again(access, exp=None),
        "without an id": sign_again(access, jti=None),
        "without a type": sign_again(access, token_type=None),
        "without a session": sign_again(access, sid=None),
        "of another session": sign_again(access, sid=uuid4().hex),
        "of no user": sign_again(access, user_id="0"),
        "without a user": sign_again(access, user_id=None),
        "of another user": sign_again(access, user_id=str(other.pk)),
        "from another issuer": sign_again(access, iss="another service"),
        "of another password": sign_again(access, hash_password="0" * 32),
        "with another body": f"{head}.{body[:-2]}AA.{signature}",
        "without a signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "empty": "",
        "no token at all": "'; DROP TABLE auth_user; --",
        "not ASCII": "é" * 20,
        "deep": f"{deep}.{body}.{signature}",
        "long": access + "A" * MAX_LENGTH,
        "two of them": f"{access} {access}",
    }


def test_every_wrong_token_gets_the_same_401_without_a_reason(forgeries: dict[str, str], settings: Any) -> None:
    for settings.ANONYMOUS_READ in (False, True):
        bodies = {}
        for why, token in forgeries.items():
            header = f"Bearer {token}".encode().decode("latin-1")
            response = Client(raise_request_exception=False).get(READING, headers={"Authorization": header})
            assert response.status_code == 401, why
            bodies[why] = response.content
        assert set(bodies.values()) == {bodies["expired"]}
        assert b"The access token is not valid." in bodies["expired"]


@pytest.mark.parametrize("what", ["refresh", "verify", "revoke"])
def test_no_endpoint_accepts_a_wrong_token(forgeries: dict[str, str], what: str) -> None:
    field = "token" if what == "verify" else "refresh"
    valid = {"verify": "a refresh token"}.get(what, "")
    answers = {}
    for why, token in forgeries.items():
        if why in {valid, "a refresh token"}:
            continue
        answers[why] = post(what, {field: token})
        assert answers[why].status_code == (400 if why in ("empty", "long", "deep") else 401), why
    assert len({each.content for each in answers.values() if each.status_code == 401}) == 1


def test_a_refresh_token_is_good_for_one_use(ann: User) -> None:
    first = log_in(ann)
    second = post("refresh", {"refresh": first["refresh"]}).json()
    assert claims(second["refresh"])["jti"] != claims(first["refresh"])["jti"]
    assert claims(second["refresh"])["sid"] == claims(first["refresh"])["sid"]
    assert read(second["access"]) == 400
    assert post("refresh", {"refresh": second["refresh"]}).status_code == 200


def test_a_reused_refresh_token_ends_its_session_and_no_other(ann: User, clock: Clock) -> None:
    first, elsewhere = log_in(ann), log_in(ann)
    second = post("refresh", {"refresh": first["refresh"]}).json()
    assert post("refresh", {"refresh": first["refresh"]}).status_code == 401
    assert post("refresh", {"refresh": second["refresh"]}).status_code == 401
    clock.seconds += CACHE_SECONDS
    assert read(second["access"]) == read(first["access"]) == 401
    assert read(elsewhere["access"]) == 400
    assert post("refresh", {"refresh": elsewhere["refresh"]}).status_code == 200


def test_an_access_token_can_not_be_refreshed(ann: User) -> None:
    assert post("refresh", {"refresh": log_in(ann)["access"]}).status_code == 401


def test_revoking_ends_the_session_within_five_seconds(ann: User, clock: Clock) -> None:
    given = log_in(ann)
    assert read(given["access"]) == 400
    assert post("revoke", {"refresh": given["refresh"]}).json() == {}
    assert post("refresh", {"refresh": given["refresh"]}).status_code == 401
    clock.seconds += CACHE_SECONDS
    assert CACHE_SECONDS <= 5
    assert read(given["access"]) == 401
    assert post("revoke", {"refresh": given["refresh"]}).status_code == 200, "twice is no harm"


def test_revoking_a_replaced_token_ends_its_session_too(ann: User) -> None:
    first = log_in(ann)
    second = post("refresh", {"refresh": first["refresh"]}).json()
    assert post("revoke", {"refresh": first["refresh"]}).status_code == 200
    assert post("refresh", {"refresh": second["refresh"]}).status_code == 401


def test_revoking_during_a_refresh_ends_the_session(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    given = log_in(ann)
    replaced: list[str] = []
    blacklist = BlacklistedToken.objects.bulk_create

    def refresh_first(*arguments: Any, **options: Any) -> Any:
        # As if another process had replaced the token since this one listed the unused ones.
        if not replaced:
            replaced.append(post("refresh", {"refresh": given["refresh"]}).json()["refresh"])
        return blacklist(*arguments, **options)

    monkeypatch.setattr(BlacklistedToken.objects, "bulk_create", refresh_first)
    assert post("revoke", {"refresh": given["refresh"]}).status_code == 200
    assert post("refresh", {"refresh": replaced[0]}).status_code == 401
    assert not Session.objects.live(timezone.now()).exists()


def test_a_session_ended_in_the_admin_refuses_its_tokens(ann: User, clock: Clock) -> None:
    given = log_in(ann)
    post("refresh", {"refresh": given["refresh"]})
    root = User.objects.create_superuser("root")
    browser = Client()
    browser.force_login(root)
    address = "/admin/access/session/"
    assert browser.get(address).content.decode().count("action-select") == 1, "one line a session"
    (session,) = Session.objects.live(timezone.now())
    browser.post(address, {"action": "end", "_selected_action": [session.pk]})
    clock.seconds += CACHE_SECONDS
    assert read(given["access"]) == 401
    assert LogEntry.objects.get().change_message == "Ended."
    assert "0 sessions of tokens" in browser.get(address).content.decode()


@pytest.mark.parametrize("change", ["password", "deactivated", "deleted"])
def test_tokens_end_with_their_user_or_password(ann: User, clock: Clock, change: str) -> None:
    given = log_in(ann)
    assert read(given["access"]) == 400
    if change == "deleted":
        ann.delete()
    else:
        ann.set_password("another one") if change == "password" else setattr(ann, "is_active", False)
        ann.save()
    clock.seconds += CACHE_SECONDS
    assert read(given["access"]) == 401
    for what, body in (("refresh", {"refresh": given["refresh"]}), ("verify", {"token": given["access"]})):
        assert post(what, body).status_code == 401


def test_verify_accepts_valid_tokens_only(ann: User) -> None:
    first = log_in(ann)
    second = post("refresh", {"refresh": first["refresh"]}).json()
    for token, status in (
        (first["access"], 200),
        (second["access"], 200),
        (second["refresh"], 200),
        (first["refresh"], 401),
    ):
        assert post("verify", {"token": token}).status_code == status
    post("revoke", {"refresh": second["refresh"]})
    for token in (second["access"], second["refresh"]):
        assert post("verify", {"token": token}).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("null", 400),
        ('"text"', 400),
        ("[" * 8_000, 400),
        ("9" * 9_000, 400),
        ('{"username": {"$ne": null}, "password": {"$gt": ""}}', 400),
        ('{"username": ["ann"], "password": true}', 400),
        ('{"username": "a\\u0000nn", "password": "x"}', 400),
        ('{"username": "\\ud800", "password": "\\udfff"}', 400),
        ('{"username": "ann"}', 400),
        (b'{"username": "\xff\xfe"}', 400),
        ('{"username": "' + "a" * 9_000 + '", "password": "x"}', 401),
        ('{"username": "ann", "password": "' + "a" * 20_000 + '"}', 401),
        ("[" * 300_000, 413),
        ('{"username": "\' OR 1=1 --", "password": "x"}', 401),
    ],
)
def test_a_malformed_log_in_gets_a_problem(ann: User, body: str | bytes, status: int) -> None:
    response = post("", body)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"


def test_a_log_in_must_be_json(ann: User) -> None:
    response = Client().post("/api/v1/auth/token", {"username": "ann", "password": PASSWORD})
    assert response.status_code == 415


def test_no_token_text_is_stored(ann: User) -> None:
    given = log_in(ann)
    post("refresh", {"refresh": given["refresh"]})
    rows = OutstandingToken.objects.values_list("token", flat=True)
    assert [*rows] == ["", ""]


def test_cleanup_deletes_expired_tokens(ann: User) -> None:
    given = log_in(ann)
    post("refresh", {"refresh": given["refresh"]})
    OutstandingToken.objects.update(expires_at=timezone.now())
    log_in(ann)
    cleanup.delete_expired()
    assert OutstandingToken.objects.count() == 1
    assert BlacklistedToken.objects.count() == 0


def test_users_of_tokens_and_of_sessions_take_from_one_bucket(ann: User, settings: Any) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 1, 3
    access = log_in(ann)["access"]
    browser = Client()
    browser.force_login(ann)
    assert [read(access), browser.get(READING).status_code, read(access)] == [400, 400, 400]
    assert [read(access), browser.get(READING).status_code] == [429, 429]


def test_guessing_tokens_is_limited_by_address(settings: Any) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 1, 3
    assert [read("wrong") for _ in range(4)] == [401, 401, 401, 429]


def test_two_refreshes_with_one_token_at_once_end_the_session(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    given = log_in(ann)
    first, second = (tokens.decode(SessionToken, given["refresh"]) for _ in range(2))
    first.replace()
    # As if the second had checked the token before the first replaced it.
    monkeypatch.setattr(tokens, "decode", lambda *_: second)
    assert post("refresh", {"refresh": given["refresh"]}).status_code == 401
    assert not Session.objects.live(timezone.now()).exists(), "either of them may have been the thief"


def test_without_redis_tokens_work(ann: User, redis_client: Redis) -> None:
    redis_client.config_set("maxmemory", "1")
    try:
        assert read(log_in(ann)["access"]) == 400
    finally:
        redis_client.config_set("maxmemory", "0")
