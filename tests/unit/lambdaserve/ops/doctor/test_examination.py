"""The doctor's examination: what it reads, and how it goes on where something does not answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from lambdaserve.ops.doctor import examination
from merger.errors import StoreUnavailable
from merger.operations import server_facts
from merger.stores.redis.link import RedisTrouble


def raising(error: Exception) -> Any:
    def ask() -> None:
        raise error

    return ask


@pytest.fixture(autouse=True)
def nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_facts, "store_facts", raising(StoreUnavailable("MongoDB is away")))
    monkeypatch.setattr(server_facts, "cache_facts", raising(RedisTrouble("Redis is away")))
    monkeypatch.setattr(examination, "_pending_migrations", raising(OperationalError()))
    monkeypatch.setattr(examination, "_drift_ratio", lambda: None)


def test_reasons_stand_in_for_what_can_not_be_read() -> None:
    seen = examination.examine()
    assert (seen.store, seen.cache) == ("MongoDB is away", "Redis is away")
    assert seen.sql == "OperationalError", "an error without a message is named by its class"
    assert seen.disk_total > seen.disk_used > 0


def test_examination_asks_mongodb_nothing_more_once_it_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "current_report", raising(AssertionError("it was asked")))
    seen = examination.examine()
    assert (seen.indexes, seen.migrations, seen.samples) == ((), (), {})
