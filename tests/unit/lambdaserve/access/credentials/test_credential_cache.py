"""The cache of checked credentials, over a database of this test's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from lambdaserve.access.credentials import credential_cache
from lambdaserve.access.credentials.credential_cache import (
    CACHE_SECONDS,
    Caller,
    CredentialCache,
    ValidCredentials,
)
from lambdaserve.access.credentials.scopes import AccessGrant

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_sql(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no SQL connection to close."""
    monkeypatch.setattr(credential_cache, "close_old_connections", lambda: None)


class Cache(CredentialCache[str]):
    """Accepts the texts in ``valid`` and counts its look-ups; ``-`` can't be credentials."""

    def __init__(self, max_entries: int = 100) -> None:
        self.seconds = 0.0
        self.look_ups = 0
        self.valid: dict[str, datetime | None] = {}
        super().__init__(lambda: NOON + timedelta(seconds=self.seconds), lambda: self.seconds, max_entries)

    def parse(self, text: str) -> str | None:
        return None if text == "-" else text

    def look_up(self, parsed: str, now: datetime) -> ValidCredentials | None:
        self.look_ups += 1
        if parsed not in self.valid:
            return None
        grant = AccessGrant("test key", parsed, frozenset(), None)
        return ValidCredentials(Caller(AnonymousUser(), grant), self.valid[parsed])


def test_known_credentials_are_looked_up_again_after_cache_seconds() -> None:
    cache = Cache()
    cache.valid = {"good": None}
    for cache.seconds in (0, 1, CACHE_SECONDS - 0.1):
        caller = cache.find("good")
        assert caller is not None
        assert caller.grant.client == "good"
    assert cache.look_ups == 1
    cache.seconds = CACHE_SECONDS
    cache.valid = {}
    assert cache.find("good") is None
    assert cache.look_ups == 2


def test_refused_credentials_are_remembered_as_long() -> None:
    cache = Cache()
    for cache.seconds in (0, CACHE_SECONDS - 0.1):
        assert cache.find("wrong") is None
    assert cache.look_ups == 1
    cache.valid, cache.seconds = {"wrong": None}, CACHE_SECONDS
    assert cache.find("wrong") is not None


def test_text_that_cannot_be_credentials_is_never_looked_up() -> None:
    cache = Cache()
    assert cache.find("-") is None
    assert cache.look_ups == 0


def test_credentials_are_not_kept_beyond_their_expiry() -> None:
    cache = Cache()
    cache.valid = {"short": NOON + timedelta(seconds=1)}
    assert cache.find("short") is not None
    cache.seconds = 0.9
    assert cache.find("short") is not None
    assert cache.look_ups == 1
    cache.seconds = 1.0
    assert cache.find("short") is not None
    assert cache.look_ups == 2, "the database decides, not the cache"


def test_wrong_credentials_push_out_no_right_ones() -> None:
    cache = Cache(max_entries=20)
    cache.valid = {"good": None}
    assert cache.find("good") is not None
    for number in range(100):
        assert cache.find(f"wrong {number}") is None
    assert len(cache._refused) == 20
    before = cache.look_ups
    assert cache.find("good") is not None
    assert cache.look_ups == before


def test_number_of_callers_is_bounded_and_the_oldest_is_evicted() -> None:
    cache = Cache(max_entries=5)
    cache.valid = {str(number): None for number in range(8)}
    for name in cache.valid:
        assert cache.find(name) is not None
    assert len(cache._accepted) == 5
    before = cache.look_ups
    assert cache.find("7") is not None
    assert cache.look_ups == before
    assert cache.find("0") is not None
    assert cache.look_ups == before + 1


def test_no_credentials_are_kept_as_text_and_processes_use_different_keys() -> None:
    one, other = Cache(), Cache()
    for cache in (one, other):
        cache.valid = {"secret": None}
        cache.find("secret")
        cache.find("wrong")
    assert "secret" not in str([*one._accepted]) + str([*one._refused])
    assert one._accepted.keys() != other._accepted.keys()


def test_halves_of_characters_are_wrong_credentials_and_no_error() -> None:
    assert Cache().find("\ud800") is None
