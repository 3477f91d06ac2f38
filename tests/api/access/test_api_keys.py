"""Requests with API keys: valid ones are answered, all others get the same 401.

Requirement S1.
"""

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
from lambdaserve.access.credentials.key_uses import key_uses
from lambdaserve.access.models import ApiKey
from lambdaserve.access.ratelimit.throttle import lease_table
from lambdaserve.server import embedded_stores as embedded

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
BAD_PARAMETER = "/api/v1/movies/x"
"""Reads no store, and is a 400 for every caller who may read."""


class Clock:
    """A clock that a test moves."""

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
def own_caches(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[None]:
    """A cache of keys on this test's clock, no noted uses, and new leases."""
    key_uses.cache_clear()
    cache = ApiKeyCache(clock.utc, clock.seconds)
    monkeypatch.setattr(authentication, "api_key_cache", lambda: cache)
    lease_table.cache_clear()
    yield
    lease_table.cache_clear()


def create_key(**properties: Any) -> tuple[ApiKey, str]:
    key = ApiKey(name="a key", **properties)
    text = key.issue()
    key.full_clean()
    key.save()
    return key, text


def ask(text: str, path: str = BAD_PARAMETER) -> Any:
    return Client().get(path, headers={"X-API-Key": text})


def test_a_key_reads_where_anonymous_callers_may_not(settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    _, text = create_key()
    assert Client().get(BAD_PARAMETER).status_code == 401
    assert ask(text).status_code == 400


def bodies_of_refusals(clock: Clock) -> dict[str, bytes]:
    """Sends keys that are not valid; returns the answers' bodies by what is wrong with the key."""
    _, good = create_key()
    _, expired = create_key(expires_at=clock.now)
    _, revoked = create_key(revoked_at=clock.now - timedelta(days=1))
    _, orphan = create_key(owner=User.objects.create_user("gone", is_active=False))
    unknown = str(KeyText.generate())
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
        "with a line break": good + "\n",
    }
    bodies = {}
    for why, text in sent.items():
        response = ask(text)
        assert response.status_code == 401, why
        assert response["WWW-Authenticate"] == CHALLENGE
        assert response["Content-Type"] == "application/problem+json"
        bodies[why] = response.content
    return bodies


def test_every_invalid_key_gets_the_same_401_even_where_all_may_read(clock: Clock) -> None:
    bodies = bodies_of_refusals(clock)
    assert len(set(bodies.values())) == 1
    assert b"The API key is not valid." in bodies["unknown"]


def test_a_key_without_the_scope_is_refused_even_where_all_may_read(settings: Any) -> None:
    for settings.ANONYMOUS_READ in (True, False):
        _, text = create_key(scopes=["metrics", "manage", "explain"], owner=User.objects.create_superuser("root"))
        response = ask(text)
        assert response.status_code == 403
        assert response.json()["detail"] == "This API key may not read: it lacks the scope 'read'."
        User.objects.all().delete()


def test_no_key_writes() -> None:
    _, text = create_key()
    assert Client().post(BAD_PARAMETER, headers={"X-API-Key": text}).status_code == 405


def test_a_key_is_refused_under_another_pepper(settings: Any) -> None:
    settings.API_KEY_PEPPER = "a pepper"
    _, text = create_key()
    settings.API_KEY_PEPPER = "another one"
    assert ask(text).status_code == 401


def test_key_created_without_a_pepper_survives_a_new_pepper(settings: Any) -> None:
    _, text = create_key()
    settings.API_KEY_PEPPER = "a pepper"
    assert ask(text).status_code == 400


def test_a_key_used_while_the_former_secret_key_counts_outlives_it(settings: Any, clock: Clock) -> None:
    (_, used), (_, unused) = create_key(), create_key()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"
    assert ask(used).status_code == 400
    key_uses().write()
    settings.SECRET_KEY_FALLBACKS = []
    clock.move(CACHE_SECONDS)
    assert (ask(used).status_code, ask(unused).status_code) == (400, 401)


def test_a_key_under_its_own_pepper_survives_another_secret_key(settings: Any) -> None:
    settings.API_KEY_PEPPER = "a pepper"
    _, text = create_key()
    settings.SECRET_KEY = "another one"
    assert ask(text).status_code == 400


def test_a_known_key_costs_no_sql_for_cache_seconds(django_assert_num_queries: Any, clock: Clock) -> None:
    _, text = create_key(owner=User.objects.create_user("ada"))
    with django_assert_num_queries(1):  # the key with its owner; no request waits for a write
        ask(text)
    with django_assert_num_queries(0):
        for _ in range(5):
            ask(text)
    clock.move(CACHE_SECONDS)
    with django_assert_num_queries(1):
        ask(text)


def test_a_wrong_key_sent_again_costs_no_sql(django_assert_num_queries: Any) -> None:
    unknown = str(KeyText.generate())
    with django_assert_num_queries(1):
        ask(unknown)
    with django_assert_num_queries(0):
        ask(unknown)
        ask("not even of the right form")


def test_a_revocation_takes_effect_within_five_seconds(clock: Clock) -> None:
    key, text = create_key()
    assert ask(text).status_code == 400
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=clock.now)
    clock.move(5)
    assert ask(text).status_code == 401


def test_a_deleted_key_is_refused_within_five_seconds(clock: Clock) -> None:
    key, text = create_key()
    assert ask(text).status_code == 400
    key.delete()
    clock.move(5)
    assert ask(text).status_code == 401


def test_a_key_is_refused_from_the_moment_it_expires(clock: Clock) -> None:
    _, text = create_key(expires_at=clock.now + timedelta(seconds=2))
    assert ask(text).status_code == 400
    clock.move(1.9)
    assert ask(text).status_code == 400
    clock.move(0.1)
    assert ask(text).status_code == 401


def test_a_refused_key_works_within_five_seconds_of_its_repair(clock: Clock) -> None:
    key, text = create_key(revoked_at=clock.now)
    assert ask(text).status_code == 401
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=None)
    clock.move(5)
    assert ask(text).status_code == 400


def test_a_key_has_its_own_rate_and_its_own_bucket(settings: Any, redis_client: Redis) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 12, 4
    _, text = create_key(rate=6, burst=2)
    response = ask(text)
    assert response["RateLimit-Policy"] == '"default";q=2;w=20'
    assert [ask(text).status_code for _ in range(2)] == [400, 429]
    assert Client().get(BAD_PARAMETER)["RateLimit-Remaining"] == "3"
    assert ask(create_key()[1])["RateLimit-Limit"] == "4"


def test_key_keeps_its_own_limit_without_a_default(settings: Any, redis_client: Redis) -> None:
    settings.RATE_LIMIT = 0
    _, text = create_key(rate=6, burst=2)
    assert [ask(text).status_code for _ in range(3)] == [400, 400, 429]
    assert Client().get(BAD_PARAMETER).status_code == 400


def test_guessing_keys_is_limited_by_address(settings: Any, redis_client: Redis) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 1, 4
    responses = [ask(str(KeyText.generate())) for _ in range(5)]
    assert [response.status_code for response in responses] == [401] * 4 + [429]
    assert 30 < int(responses[-1]["Retry-After"]) <= 60
    _, text = create_key()
    assert ask(text).status_code == 400, "a right key from there still works"


def test_without_the_sql_database_a_key_gets_a_503(tmp_path: Path, mongo_uri: str, redis_url: str) -> None:
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(raise_request_exception=False)\n"
        "print(client.get('/api/v1/health/live').status_code)\n"
        f"response = client.get({BAD_PARAMETER!r}, headers={{'X-API-Key': {str(KeyText.generate())!r}}})\n"
        "print(response.status_code, response['Content-Type'], response['Retry-After'], response.json()['type'])\n"
    )
    unreachable = f"postgresql://user:secret@127.0.0.1:{embedded.free_port()}/nothing"
    environment = {**os.environ, "DATABASE_URL": unreachable, "DATA_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.stdout.splitlines() == [
        "200",
        "503 application/problem+json 5 urn:problem-type:lambdaserve:accounts-unavailable",
    ], ended.stderr
