"""Bodies of the token endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from lambdaserve.access.credentials.tokens import MAX_LENGTH
from lambdaserve.auth_api.serializers import CredentialsSerializer, RefreshSerializer, TokenSerializer


def test_blanks_around_a_password_are_part_of_it() -> None:
    fields = CredentialsSerializer().fields
    assert fields["password"].run_validation(" secret ") == " secret "
    assert fields["password"].write_only


@pytest.mark.parametrize(("kind", "field"), [(RefreshSerializer, "refresh"), (TokenSerializer, "token")])
@pytest.mark.parametrize(
    ("text", "valid"), [("a" * MAX_LENGTH, True), ("a" * (MAX_LENGTH + 1), False), ("", False), (None, False)]
)
def test_a_token_is_a_text_of_limited_length(kind: Any, field: str, text: str | None, *, valid: bool) -> None:
    assert kind(data={field: text}).is_valid() is valid
    assert not kind(data={}).is_valid()
