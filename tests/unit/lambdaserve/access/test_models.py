"""The model of API keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.models import ApiKey, check_scopes, default_scopes

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_an_issued_key_keeps_its_digest_and_not_its_secret() -> None:
    key = ApiKey(name="a key")
    text = KeyText.parse(key.issue())
    assert text is not None
    assert key.prefix == text.prefix
    assert text.matches(key.digest)
    assert text.secret not in str(vars(key))
    assert str(key) == f"a key ({text.prefix})"


@pytest.mark.parametrize("scopes", [[], ["read"], ["read", "metrics", "manage", "explain"], default_scopes()])
def test_known_scopes_are_accepted(scopes: list[str]) -> None:
    check_scopes(scopes)


@pytest.mark.parametrize("scopes", ["read", None, {"read": True}, ["everything"], [["read"]], ["read", 5]])
def test_anything_but_a_list_of_known_scopes_is_refused(scopes: Any) -> None:
    with pytest.raises(
        ValidationError, match="Scopes must be a list of some of read, explain, preview, metrics, manage"
    ):
        check_scopes(scopes)


@pytest.mark.parametrize(
    ("properties", "valid"),
    [
        ({}, True),
        ({"expires_at": NOON + timedelta(seconds=1)}, True),
        ({"expires_at": NOON}, False),
        ({"revoked_at": NOON - timedelta(days=1)}, False),
        ({"owner": User(is_active=True)}, True),
        ({"owner": User(is_active=False)}, False),
    ],
)
def test_a_key_is_valid_until_it_expires_is_revoked_or_loses_its_owner(properties: Any, *, valid: bool) -> None:
    assert ApiKey(**properties).is_valid(NOON) is valid
