"""What has expired is deleted once an hour (S5)."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from lambdaserve.access import cleanup as forgetting
from lambdaserve.access.cleanup import EVERY, Cleanup


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(forgetting, "call_command", found.append)
    monkeypatch.setattr("lambdaserve.access.cleanup.connection.close", lambda: None)
    return found


def test_it_is_done_at_the_start_and_once_an_hour(called: list[str]) -> None:
    now = [0.0]
    each = Cleanup(lambda: now[0])
    for now[0] in (0, 1, EVERY - 1, EVERY, EVERY + 1):
        each.run()
    assert called == list(forgetting.COMMANDS) * 2


def test_a_database_that_is_away_is_asked_an_hour_later(monkeypatch: pytest.MonkeyPatch, called: list[str]) -> None:
    def fail(name: str) -> None:
        called.append(name)
        raise OperationalError("away")

    monkeypatch.setattr(forgetting, "call_command", fail)
    now = [0.0]
    each = Cleanup(lambda: now[0])
    for now[0] in (0, 1, EVERY):
        each.run()
    assert len(called) == 2
