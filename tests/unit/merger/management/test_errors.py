"""Expected errors end a command with their message; others stay as they are."""

from __future__ import annotations

import pytest
from django.core.management.base import CommandError

from merger.errors import StoreError
from merger.management.errors import as_command_errors


@as_command_errors(StoreError, KeyError)
def fail(error: Exception) -> None:
    raise error


def test_a_listed_error_becomes_a_command_error_with_its_message() -> None:
    with pytest.raises(CommandError, match=r"^it is away$") as raised:
        fail(StoreError("it is away"))
    assert isinstance(raised.value.__cause__, StoreError)


def test_another_error_passes_unchanged() -> None:
    with pytest.raises(ValueError, match="a bug"):
        fail(ValueError("a bug"))
