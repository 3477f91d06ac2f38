"""Deletion of expired sessions and tokens from the SQL database."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from lambdaserve.access import cleanup


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that were called."""
    found: list[str] = []
    monkeypatch.setattr(cleanup, "call_command", found.append)
    return found


def test_cleanup_runs_each_command(called: list[str]) -> None:
    cleanup.delete_expired()
    assert called == [*cleanup.COMMANDS]


def test_cleanup_survives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch, called: list[str]) -> None:
    def fail(name: str) -> None:
        called.append(name)
        raise OperationalError("away")

    monkeypatch.setattr(cleanup, "call_command", fail)
    for _ in range(2):
        cleanup.delete_expired()
    assert called == [cleanup.COMMANDS[0]] * 2
