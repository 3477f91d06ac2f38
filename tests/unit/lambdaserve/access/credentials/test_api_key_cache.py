"""The cache of API keys, over the SQL database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError
from django.db.models import QuerySet

from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.models import ApiKey
from lambdaserve.access.ratelimit.bucket import Limit

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def stored_key(**properties: Any) -> tuple[ApiKey, str]:
    key = ApiKey(name="a key", **properties)
    text = key.issue()
    key.save()
    return key, text


def find(text: str, now: datetime = NOON) -> Any:
    return ApiKeyCache(lambda: now).find(text)


def test_a_key_acts_as_its_owner_with_its_scopes_and_limit() -> None:
    ada = User.objects.create_user("ada")
    key, text = stored_key(owner=ada, scopes=["read", "metrics"], rate=60, burst=5)
    caller = find(text)
    assert caller.user == ada
    assert caller.grant == ("API key", f"key:{key.prefix}", frozenset({"read", "metrics"}), Limit(60, 5))


def test_a_key_without_an_owner_acts_anonymously() -> None:
    caller = find(stored_key()[1])
    assert isinstance(caller.user, AnonymousUser)
    assert caller.grant.limit is None


def test_a_key_that_is_unknown_wrong_expired_or_revoked_is_not_found() -> None:
    _, good = stored_key()
    assert find(str(KeyText.generate())) is None
    assert find(good[:-1] + ("A" if good[-1] != "A" else "B")) is None
    assert find(stored_key(expires_at=NOON)[1]) is None
    assert find(stored_key(revoked_at=NOON)[1]) is None
    assert find(good) is not None


def test_the_last_use_is_written_once_a_minute() -> None:
    key, text = stored_key()

    def last_used_after(moment: datetime) -> datetime | None:
        assert find(text, moment) is not None
        key.refresh_from_db()
        return key.last_used_at

    assert last_used_after(NOON) == NOON
    assert last_used_after(NOON + timedelta(seconds=59)) == NOON
    assert last_used_after(NOON + timedelta(seconds=60)) == NOON + timedelta(seconds=60)


def test_a_wrong_secret_is_not_recorded_as_a_use() -> None:
    key, text = stored_key()
    assert find(text[:-1] + ("A" if text[-1] != "A" else "B")) is None
    key.refresh_from_db()
    assert key.last_used_at is None


def test_a_key_is_accepted_where_its_use_can_not_be_written(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    key, text = stored_key()

    def refuse(*_: Any, **__: Any) -> int:
        raise DatabaseError("read-only")

    monkeypatch.setattr(QuerySet, "update", refuse)
    assert find(text) is not None
    assert f"Could not record the use of API key {key.prefix}" in caplog.text


def test_a_use_moves_the_digest_to_the_present_pepper(settings: Any) -> None:
    key, text = stored_key()
    settings.API_KEY_PEPPER = "a pepper"
    find(text)
    before = key.digest
    key.refresh_from_db()
    assert key.digest != before
