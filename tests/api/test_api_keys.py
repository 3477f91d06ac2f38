"""API keys (S1): what a request with one gets, and that every key that is not valid gets the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from redis import Redis

from lambdaserve.access.credentials import authentication
from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.credentials.authentication import CHALLENGE
from lambdaserve.access.credentials.credential_cache import CACHE_SECONDS
from lambdaserve.access.models import ApiKey
from lambdaserve.access.ratelimit.throttle import lease_table
from lambdaserve.server import embedded_stores as embedded

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
BAD_PARAMETER = "/api/v1/movies/x"
"""Asks no store, and is a 400 for everyone who may read."""


class Clock:
    """Moves when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def utc(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[ApiKeyCache]:
    """The process's keys, of this test alone and by its clock."""
    found = ApiKeyCache(clock.utc, clock.seconds)
    monkeypatch.setattr(authentication, "api_key_cache", lambda: found)
    lease_table.cache_clear()
    yield found
    lease_table.cache_clear()


def made(**properties: Any) -> tuple[ApiKey, str]:
    key = ApiKey(name="a key", **properties)
    text = key.draw()
    key.full_clean()
    key.save()
    return key, text


def ask(text: str, path: str = BAD_PARAMETER) -> Any:
    return Client().get(path, headers={"X-API-Key": text})


def test_a_key_reads_where_strangers_may_not(settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    _, text = made()
    assert Client().get(BAD_PARAMETER).status_code == 401
    assert ask(text).status_code == 400


def refused_bodies(clock: Clock) -> dict[str, bytes]:
    """What keys get that are not valid, by why they are not."""
    _, good = made()
    _, expired = made(expires_at=clock.now)
    _, revoked = made(revoked_at=clock.now - timedelta(days=1))
    _, orphan = made(owner=User.objects.create_user("gone", is_active=False))
    unknown = str(KeyText.drawn())
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    sent = {
        "unknown": unknown,
        "wrong": wrong,
        "expired": expired,
        "revoked": revoked,
        "of an inactive user": orphan,
        "empty": "",
        "no key at all": "'; DROP TABLE access_apikey --",
        "a prefix alone": good.partition(".")[0],
        "with another case": good.upper(),
        "long": good + "a" * 5_000,
        "with a null byte": good.replace(".", "\0."),
        "not ASCII": "ls\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2." + good[13:],
        "with a line's end": good + "\n",
    }
    bodies = {}
    for why, text in sent.items():
        response = ask(text)
        assert response.status_code == 401, why
        assert response["WWW-Authenticate"] == CHALLENGE
        assert response["Content-Type"] == "application/problem+json"
        bodies[why] = response.content
    return bodies


def test_every_key_that_is_not_valid_gets_the_same_401_even_where_everybody_may_read(clock: Clock) -> None:
    bodies = refused_bodies(clock)
    assert len(set(bodies.values())) == 1
    assert b"The API key is not valid." in bodies["unknown"]


def test_a_key_without_the_scope_is_403_even_where_everybody_may_read(settings: Any) -> None:
    for settings.ANONYMOUS_READ in (True, False):
        _, text = made(scopes=["metrics", "manage", "explain"], owner=User.objects.create_superuser("root"))
        response = ask(text)
        assert response.status_code == 403
        assert response.json()["detail"] == "This API key may not read: it lacks the scope 'read'."
        User.objects.all().delete()


def test_nobody_writes_with_a_key() -> None:
    _, text = made()
    assert Client().post(BAD_PARAMETER, headers={"X-API-Key": text}).status_code == 405


def test_the_secret_is_not_stored() -> None:
    key, text = made()
    prefix, _, secret = text.partition(".")
    assert key.prefix == prefix
    assert len(key.digest) == 64
    stored = str(ApiKey.objects.values().get())
    assert secret not in stored


def test_a_key_is_worth_nothing_under_another_pepper(settings: Any) -> None:
    settings.API_KEY_PEPPER = "a pepper"
    _, text = made()
    settings.API_KEY_PEPPER = "another one"
    assert ask(text).status_code == 401


def test_a_key_survives_that_the_pepper_is_made_from_the_secret_key_no_more(settings: Any) -> None:
    _, text = made()
    settings.API_KEY_PEPPER = "a pepper"
    assert ask(text).status_code == 400


def test_a_key_that_is_used_while_the_former_secret_key_is_believed_outlives_it(settings: Any, clock: Clock) -> None:
    (_, used), (_, unused) = made(), made()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"
    assert ask(used).status_code == 400
    settings.SECRET_KEY_FALLBACKS = []
    clock.move(CACHE_SECONDS)
    assert (ask(used).status_code, ask(unused).status_code) == (400, 401)


def test_with_a_pepper_of_its_own_a_key_survives_another_secret_key(settings: Any) -> None:
    settings.API_KEY_PEPPER = "a pepper"
    _, text = made()
    settings.SECRET_KEY = "another one"
    assert ask(text).status_code == 400


def test_a_hot_request_asks_the_sql_database_nothing(django_assert_num_queries: Any, clock: Clock) -> None:
    _, text = made(owner=User.objects.create_user("ada"))
    with django_assert_num_queries(2):  # the key with its owner; the record of its use
        ask(text)
    with django_assert_num_queries(0):
        for _ in range(5):
            ask(text)
    clock.move(CACHE_SECONDS)
    with django_assert_num_queries(1):
        ask(text)


def test_a_wrong_key_that_comes_again_asks_the_sql_database_nothing(django_assert_num_queries: Any) -> None:
    unknown = str(KeyText.drawn())
    with django_assert_num_queries(1):
        ask(unknown)
    with django_assert_num_queries(0):
        ask(unknown)
        ask("not even of the right form")


def test_a_revocation_takes_effect_within_five_seconds(clock: Clock) -> None:
    key, text = made()
    assert ask(text).status_code == 400
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=clock.now)
    clock.move(5)
    assert ask(text).status_code == 401


def test_a_key_that_is_deleted_is_refused_within_five_seconds(clock: Clock) -> None:
    key, text = made()
    assert ask(text).status_code == 400
    key.delete()
    clock.move(5)
    assert ask(text).status_code == 401


def test_a_key_ends_at_the_very_moment_it_expires(clock: Clock) -> None:
    _, text = made(expires_at=clock.now + timedelta(seconds=2))
    assert ask(text).status_code == 400
    clock.move(1.9)
    assert ask(text).status_code == 400
    clock.move(0.1)
    assert ask(text).status_code == 401


def test_a_key_that_was_refused_works_soon_after_it_was_mended(clock: Clock) -> None:
    key, text = made(revoked_at=clock.now)
    assert ask(text).status_code == 401
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=None)
    clock.move(5)
    assert ask(text).status_code == 400


def test_its_last_use_is_written_once_a_minute(clock: Clock) -> None:
    key, text = made()

    def last_used() -> datetime | None:
        key.refresh_from_db()
        return key.last_used_at

    assert last_used() is None
    ask(text)
    first = clock.now
    assert last_used() == first
    clock.move(30)
    ask(text)
    assert last_used() == first
    clock.move(30)
    ask(text)
    assert last_used() == clock.now


def test_a_wrong_secret_is_no_use_of_a_key() -> None:
    key, text = made()
    ask(text[:-1] + ("A" if text[-1] != "A" else "B"))
    key.refresh_from_db()
    assert key.last_used_at is None


def test_wrong_keys_push_out_no_right_one(django_assert_num_queries: Any, clock: Clock) -> None:
    ring = ApiKeyCache(clock.utc, clock.seconds, most=20)
    _, text = made()
    assert ring.find(text) is not None
    for _ in range(100):
        assert ring.find(str(KeyText.drawn())) is None
    assert len(ring._refused) == 20
    with django_assert_num_queries(0):
        assert ring.find(text) is not None


def test_the_process_holds_a_bounded_number_of_keys(clock: Clock) -> None:
    ring = ApiKeyCache(clock.utc, clock.seconds, most=5)
    for _ in range(8):
        assert ring.find(made()[1]) is not None
    assert len(ring._found) == 5


def test_a_key_s_own_rate_holds_and_its_bucket_is_not_its_address_s(settings: Any, redis_client: Redis) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 12, 4
    _, text = made(rate=6, burst=2)
    response = ask(text)
    assert response["RateLimit-Policy"] == '"default";q=2;w=20'
    assert [ask(text).status_code for _ in range(2)] == [400, 429]
    assert Client().get(BAD_PARAMETER)["RateLimit-Remaining"] == "3"
    assert ask(made()[1])["RateLimit-Limit"] == "4"


def test_a_key_is_limited_where_nobody_else_is(settings: Any, redis_client: Redis) -> None:
    settings.RATE_LIMIT = 0
    _, text = made(rate=6, burst=2)
    assert [ask(text).status_code for _ in range(3)] == [400, 400, 429]
    assert Client().get(BAD_PARAMETER).status_code == 400


def test_whoever_tries_keys_is_limited_by_address(settings: Any, redis_client: Redis) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 12, 4
    found = [ask(str(KeyText.drawn())) for _ in range(5)]
    assert [response.status_code for response in found] == [401] * 4 + [429]
    assert found[-1]["Retry-After"] == "5"
    _, text = made()
    assert ask(text).status_code == 400, "a right key from there still works"


def test_without_the_sql_database_nobody_gets_in_as_a_stranger(tmp_path: Path, mongo_uri: str, redis_url: str) -> None:
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(raise_request_exception=False)\n"
        "print(client.get('/api/v1/health/live').status_code)\n"
        f"found = client.get({BAD_PARAMETER!r}, headers={{'X-API-Key': {str(KeyText.drawn())!r}}})\n"
        "print(found.status_code, found['Content-Type'], found['Retry-After'], found.json()['type'])\n"
    )
    nobody = f"postgresql://somebody:secret@127.0.0.1:{embedded.free_port()}/nothing"
    environment = {**os.environ, "DATABASE_URL": nobody, "DATA_DIR": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert found.stdout.splitlines() == [
        "200",
        "503 application/problem+json 5 urn:problem-type:lambdaserve:accounts-unavailable",
    ], found.stderr


class TestAdmin:
    """The admin's page of keys."""

    @staticmethod
    def add(client: Client, **fields: Any) -> str:
        """Makes a key in the admin: the page that follows."""
        sent = {"name": "dashboard", "scopes": ["read", "explain"], **fields}
        response: Any = client.post("/admin/access/apikey/add/", sent, follow=True)
        assert response.status_code == 200
        return str(response.content.decode())

    def test_a_key_is_shown_once_and_works(self, admin_client: Client) -> None:
        page = self.add(admin_client, rate="600")
        text = page.partition("shown this once: ")[2].partition("<")[0]
        assert ask(text).status_code == 400
        key = ApiKey.objects.get()
        assert (key.name, key.scopes, key.rate) == ("dashboard", ["read", "explain"], 600)
        for path in ("/admin/access/apikey/", f"/admin/access/apikey/{key.pk}/change/", "/admin/"):
            later: Any = admin_client.get(path)
            assert later.status_code == 200
            assert text.partition(".")[2] not in later.content.decode()
            assert key.digest not in later.content.decode()

    def test_a_change_draws_no_new_secret(self, admin_client: Client) -> None:
        key, text = made()
        sent = {"name": "renamed", "scopes": ["read"]}
        page: Any = admin_client.post(f"/admin/access/apikey/{key.pk}/change/", sent, follow=True)
        assert "shown this once" not in page.content.decode()
        assert ApiKey.objects.get().name == "renamed"
        assert ask(text).status_code == 400

    def test_unknown_scopes_and_absurd_rates_are_refused(self, admin_client: Client) -> None:
        self.add(admin_client, scopes=["everything"])
        self.add(admin_client, rate="0")
        self.add(admin_client, burst="99999999999")
        assert not ApiKey.objects.exists()

    def test_revoking_needs_a_post_and_leaves_a_log_entry(self, admin_client: Client, clock: Clock) -> None:
        from django.contrib.admin.models import LogEntry

        key, text = made()
        _, other = made()
        assert ask(text).status_code == 400
        sent: dict[str, Any] = {"action": "revoke", "_selected_action": [key.pk]}
        admin_client.get("/admin/access/apikey/", sent)
        key.refresh_from_db()
        assert key.revoked_at is None
        page: Any = admin_client.post("/admin/access/apikey/", sent, follow=True)
        assert "Revoked" in page.content.decode()
        clock.move(5)
        assert (ask(text).status_code, ask(other).status_code) == (401, 400)
        assert LogEntry.objects.get().get_change_message() == "Revoked."

    def test_staff_without_the_permission_sees_and_does_nothing(self, client: Client) -> None:
        key, _ = made()
        client.force_login(User.objects.create_user("staff", is_staff=True))
        assert client.get("/admin/access/apikey/").status_code == 403
        client.post("/admin/access/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
        key.refresh_from_db()
        assert key.revoked_at is None
