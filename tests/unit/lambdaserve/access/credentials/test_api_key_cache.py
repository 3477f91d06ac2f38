"""The cache of API keys, over the SQL database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

from lambdaserve.access.credentials import api_key_cache
from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.credentials.key_uses import KeyUses
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


def test_a_use_is_noted_and_writes_nothing(django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    uses = KeyUses()
    monkeypatch.setattr(api_key_cache, "key_uses", lambda: uses)
    key, text = stored_key()
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    with django_assert_num_queries(2):  # both read
        assert find(text) is not None
        assert find(wrong) is None
    uses.write()
    key.refresh_from_db()
    assert key.last_used_at == NOON


def test_a_wrong_secret_is_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    uses = KeyUses()
    monkeypatch.setattr(api_key_cache, "key_uses", lambda: uses)
    key, text = stored_key()
    assert find(text[:-1] + ("A" if text[-1] != "A" else "B")) is None
    uses.write()
    key.refresh_from_db()
    assert key.last_used_at is None
