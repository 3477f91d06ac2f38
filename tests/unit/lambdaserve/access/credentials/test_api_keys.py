"""Texts of API keys and their digests."""

from __future__ import annotations

from typing import Any

import pytest

from lambdaserve.access.credentials.api_keys import PREFIX_LENGTH, KeyText


def test_a_new_key_can_be_parsed_and_has_a_prefix_of_fixed_length() -> None:
    key = KeyText.generate()
    assert KeyText.parse(str(key)) == key
    assert len(key.prefix) == PREFIX_LENGTH
    assert KeyText.generate().secret != key.secret


@pytest.mark.parametrize(
    "change", [str.upper, lambda text: text + "a", lambda text: text[:-1], lambda text: text + "\n"]
)
def test_a_text_of_another_form_is_no_key(change: Any) -> None:
    assert KeyText.parse(change(str(KeyText.generate()))) is None


def test_a_digest_matches_its_own_secret_only(settings: Any) -> None:
    key = KeyText.generate()
    assert key.matches(key.digest())
    assert not key.matches(KeyText.generate().digest())
    assert key.secret not in key.digest()


def test_digest_uses_current_pepper_and_former_ones_are_accepted(settings: Any) -> None:
    key = KeyText.generate()
    under_secret_key = key.digest()
    settings.API_KEY_PEPPER = "a pepper"
    assert key.digest() != under_secret_key
    assert key.matches(under_secret_key)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    assert key.matches(under_secret_key)
    settings.SECRET_KEY_FALLBACKS = []
    assert not key.matches(under_secret_key)
