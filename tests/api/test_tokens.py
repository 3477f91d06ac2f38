"""JSON Web Tokens (S2): what they open and for how long; what is wrong with one opens nothing and tells nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
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

from lambdaserve.access import cleanup as forgetting
from lambdaserve.access.credentials import authentication, tokens
from lambdaserve.access.credentials.credential_cache import CACHE_SECONDS
from lambdaserve.access.credentials.sessions import Session
from lambdaserve.access.credentials.token_cache import TokenCache
from lambdaserve.access.credentials.tokens import MAX_LENGTH, SessionToken
from lambdaserve.access.ratelimit.throttle import lease_table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

READING = "/api/v1/movies/x"
"""Asks no store, and is a 400 for everyone who may read."""
PASSWORD = "correct horse battery staple"
SIGNING_KEY = str(configured.SIMPLE_JWT["SIGNING_KEY"])


class Clock:
    """Moves when told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch, clock: Clock, settings: Any) -> Iterator[TokenCache]:
    """The process's bearers of tokens, of this test alone; strangers may not read, passwords are quickly checked."""
    settings.ANONYMOUS_READ = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    found = TokenCache(timezone.now, clock)
    monkeypatch.setattr(authentication, "token_cache", lambda: found)
    lease_table.cache_clear()
    yield found
    lease_table.cache_clear()


@pytest.fixture
def ann(settings: Any) -> User:
    """A user like any other."""
    return User.objects.create_user("ann", password=PASSWORD)


def post(what: str, body: Any, **more: Any) -> Any:
    address = f"/api/v1/auth/token{what and '/' + what}"
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client(raise_request_exception=False).post(address, text, content_type="application/json", **more)


def logged_in(user: User) -> dict[str, str]:
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


def signed(token: str, key: str = SIGNING_KEY, algorithm: str = "HS256", **changed: Any) -> str:
    """The same token with other claims, or signed otherwise; ``None`` takes a claim away."""
    payload = {name: value for name, value in {**claims(token), **changed}.items() if value is not None}
    return jwt.encode(payload, key, algorithm)


def test_a_log_in_gives_a_token_that_reads(ann: User) -> None:
    given = logged_in(ann)
    assert set(given) == {"access", "refresh"}
    assert read(given["access"]) == 400
    ann.refresh_from_db()
    assert ann.last_login is not None


def test_a_password_may_begin_with_a_blank(ann: User) -> None:
    ann.set_password(f" {PASSWORD} ")
    ann.save()
    assert post("", {"username": "ann", "password": f" {PASSWORD} "}).status_code == 200
    assert post("", {"username": "ann", "password": PASSWORD}).status_code == 401


def test_nobody_keeps_the_answer(ann: User) -> None:
    for response in (post("", {"username": "ann", "password": PASSWORD}), post("", {})):
        assert response["Cache-Control"] == "no-store"


def test_the_scheme_is_read_in_any_case_and_another_scheme_is_none_of_ours(ann: User) -> None:
    access = logged_in(ann)["access"]
    for header in (f"bearer {access}", f"BEARER   {access} "):
        assert Client().get(READING, headers={"Authorization": header}).status_code == 400
    assert "is not valid" in Client().get(READING, headers={"Authorization": ""}).json()["detail"]
    response = Client().get(READING, headers={"Authorization": "Basic YTpi"})
    assert response.status_code == 401
    assert 'Bearer realm="lambdaserve"' in response["WWW-Authenticate"]
    assert response.json()["detail"] == "Authentication credentials were not provided."


def test_whoever_has_no_right_password_learns_nothing_of_users(ann: User) -> None:
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


def test_an_access_token_names_its_user_session_and_scopes_and_lasts_minutes(ann: User) -> None:
    given = logged_in(ann)
    access, refresh = claims(given["access"]), claims(given["refresh"])
    assert access["user_id"] == str(ann.pk)
    assert access["iss"] == "lambdaserve"
    assert access["scope"] == "read"
    assert access["exp"] - access["iat"] == 300
    assert refresh["exp"] - refresh["iat"] == 86_400
    assert access["sid"] == refresh["sid"] == refresh["jti"][:32]


def permitted(user: User, permission: str) -> None:
    group, _ = Group.objects.get_or_create(name=permission)
    group.permissions.add(Permission.objects.get(codename=permission, content_type__app_label="access"))
    user.groups.add(group)


def test_scopes_come_from_groups_and_go_with_them(ann: User, clock: Clock) -> None:
    for permission in ("see_metrics", "explain_answers", "manage_stores"):
        permitted(ann, permission)
    access = logged_in(ann)["access"]
    assert claims(access)["scope"] == "explain manage metrics read"
    assert read(access, "/metrics") == 200
    ann.groups.clear()
    assert read(access, "/metrics") == 200, "for the moment"
    clock.seconds += CACHE_SECONDS
    assert read(access, "/metrics") == 403
    assert read(access) == 400


def test_what_is_permitted_later_is_in_the_next_token_and_not_in_this_one(ann: User, clock: Clock) -> None:
    given = logged_in(ann)
    permitted(ann, "see_metrics")
    clock.seconds += CACHE_SECONDS
    assert read(given["access"], "/metrics") == 403
    response = Client().get("/metrics", headers={"Authorization": f"Bearer {given['access']}"})
    assert response.json()["detail"] == "This access token may not read the metrics: it lacks the scope 'metrics'."
    again = post("refresh", {"refresh": given["refresh"]}).json()
    assert claims(again["access"])["scope"] == "metrics read"
    assert read(again["access"], "/metrics") == 200


def test_explain_needs_the_scope(ann: User) -> None:
    assert read(logged_in(ann)["access"], f"{READING}?explain=1") == 403
    permitted(ann, "explain_answers")
    assert read(logged_in(ann)["access"], f"{READING}?explain=1") == 400


@pytest.fixture
def forgeries(ann: User) -> dict[str, str]:
    """Tokens that open nothing, by what is wrong with them."""
    given = logged_in(ann)
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
        "another algorithm": signed(access, algorithm="HS512"),
        "another key": signed(access, "another key that is long enough to be one"),
        "the secret key": signed(access, configured.SECRET_KEY.ljust(32)),
        "a key named in the token": kid,
        "expired": signed(access, exp=int(past.timestamp())),
        "without expiry": signed(access, exp=None),
        "without an id": signed(access, jti=None),
        "without a type": signed(access, token_type=None),
        "without a session": signed(access, sid=None),
        "of another session": signed(access, sid=uuid4().hex),
        "of no user": signed(access, user_id="0"),
        "without a user": signed(access, user_id=None),
        "of another user": signed(access, user_id=str(other.pk)),
        "from another issuer": signed(access, iss="somebody else"),
        "of another password": signed(access, hash_password="0" * 32),
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


def test_a_token_that_is_wrong_opens_nothing_and_is_not_told_why(forgeries: dict[str, str], settings: Any) -> None:
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
def test_no_endpoint_takes_a_token_that_is_wrong(forgeries: dict[str, str], what: str) -> None:
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
    first = logged_in(ann)
    second = post("refresh", {"refresh": first["refresh"]}).json()
    assert claims(second["refresh"])["jti"] != claims(first["refresh"])["jti"]
    assert claims(second["refresh"])["sid"] == claims(first["refresh"])["sid"]
    assert read(second["access"]) == 400
    assert post("refresh", {"refresh": second["refresh"]}).status_code == 200


def test_one_that_comes_a_second_time_ends_the_session_and_no_other(ann: User, clock: Clock) -> None:
    first, elsewhere = logged_in(ann), logged_in(ann)
    second = post("refresh", {"refresh": first["refresh"]}).json()
    assert post("refresh", {"refresh": first["refresh"]}).status_code == 401
    assert post("refresh", {"refresh": second["refresh"]}).status_code == 401
    clock.seconds += CACHE_SECONDS
    assert read(second["access"]) == read(first["access"]) == 401
    assert read(elsewhere["access"]) == 400
    assert post("refresh", {"refresh": elsewhere["refresh"]}).status_code == 200


def test_an_access_token_can_not_be_refreshed(ann: User) -> None:
    assert post("refresh", {"refresh": logged_in(ann)["access"]}).status_code == 401


def test_whoever_logs_out_is_out_everywhere_within_five_seconds(ann: User, clock: Clock) -> None:
    given = logged_in(ann)
    assert read(given["access"]) == 400
    assert post("revoke", {"refresh": given["refresh"]}).json() == {}
    assert post("refresh", {"refresh": given["refresh"]}).status_code == 401
    clock.seconds += CACHE_SECONDS
    assert CACHE_SECONDS <= 5
    assert read(given["access"]) == 401
    assert post("revoke", {"refresh": given["refresh"]}).status_code == 200, "twice is no harm"


def test_revoking_a_token_that_was_replaced_ends_its_session_too(ann: User) -> None:
    first = logged_in(ann)
    second = post("refresh", {"refresh": first["refresh"]}).json()
    assert post("revoke", {"refresh": first["refresh"]}).status_code == 200
    assert post("refresh", {"refresh": second["refresh"]}).status_code == 401


def test_whoever_logs_out_while_the_token_is_replaced_is_out(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    given = logged_in(ann)
    replaced: list[str] = []
    blacklist = BlacklistedToken.objects.bulk_create

    def after_a_refresh(*arguments: Any, **options: Any) -> Any:
        # As if another process had replaced the token since this one read which there are.
        if not replaced:
            replaced.append(post("refresh", {"refresh": given["refresh"]}).json()["refresh"])
        return blacklist(*arguments, **options)

    monkeypatch.setattr(BlacklistedToken.objects, "bulk_create", after_a_refresh)
    assert post("revoke", {"refresh": given["refresh"]}).status_code == 200
    assert post("refresh", {"refresh": replaced[0]}).status_code == 401
    assert not Session.objects.live(timezone.now()).exists()


def test_staff_ends_a_session_in_the_admin_which_remembers_it(ann: User, clock: Clock) -> None:
    given = logged_in(ann)
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
def test_what_happens_to_a_user_happens_to_their_tokens(ann: User, clock: Clock, change: str) -> None:
    given = logged_in(ann)
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


def test_verify_tells_whether_a_token_is_good(ann: User) -> None:
    first = logged_in(ann)
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
def test_whatever_comes_instead_of_a_log_in_is_told_what_is_wrong(ann: User, body: str | bytes, status: int) -> None:
    response = post("", body)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"


def test_a_form_is_no_log_in(ann: User) -> None:
    response = Client().post("/api/v1/auth/token", {"username": "ann", "password": PASSWORD})
    assert response.status_code == 415


def test_a_token_is_not_stored(ann: User) -> None:
    given = logged_in(ann)
    post("refresh", {"refresh": given["refresh"]})
    rows = OutstandingToken.objects.values_list("token", flat=True)
    assert [*rows] == ["", ""]


def test_expired_tokens_are_forgotten(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    given = logged_in(ann)
    post("refresh", {"refresh": given["refresh"]})
    OutstandingToken.objects.update(expires_at=timezone.now())
    logged_in(ann)
    monkeypatch.setattr(forgetting, "connection", SimpleNamespace(close=lambda: None))  # it is the test's own
    forgetting.delete_expired()
    assert OutstandingToken.objects.count() == 1
    assert BlacklistedToken.objects.count() == 0


def test_a_known_token_costs_no_sql(ann: User, django_assert_num_queries: Callable[[int], Any]) -> None:
    access = logged_in(ann)["access"]
    read(access)
    with django_assert_num_queries(0):
        assert read(access) == 400


def test_users_of_tokens_and_of_sessions_take_from_one_bucket(ann: User, settings: Any) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 1, 3
    access = logged_in(ann)["access"]
    browser = Client()
    browser.force_login(ann)
    assert [read(access), browser.get(READING).status_code, read(access)] == [400, 400, 400]
    assert [read(access), browser.get(READING).status_code] == [429, 429]


def test_guessing_tokens_is_limited_by_address(settings: Any) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 1, 3
    assert [read("wrong") for _ in range(4)] == [401, 401, 401, 429]


def test_of_two_that_refresh_with_the_same_token_at_once_one_succeeds_and_the_session_ends(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = logged_in(ann)
    first, second = (tokens.decode(SessionToken, given["refresh"]) for _ in range(2))
    first.replace()
    # As if the second had looked before the first was done.
    monkeypatch.setattr(tokens, "decoded", lambda *_: second)
    assert post("refresh", {"refresh": given["refresh"]}).status_code == 401
    assert not Session.objects.live(timezone.now()).exists(), "nobody knows which of them was the thief"


def test_without_redis_tokens_work(ann: User, redis_client: Redis) -> None:
    redis_client.config_set("maxmemory", "1")
    try:
        assert read(logged_in(ann)["access"]) == 400
    finally:
        redis_client.config_set("maxmemory", "0")
