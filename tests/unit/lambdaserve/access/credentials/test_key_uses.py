"""Uses of API keys are written later, once a minute, and wait where the database takes no writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.models import QuerySet

from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.credentials.key_uses import RESOLUTION, KeyUses
from lambdaserve.access.models import ApiKey

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def stored_key() -> tuple[ApiKey, KeyText]:
    key = ApiKey(name="a key")
    text = KeyText.parse(key.issue())
    assert text is not None
    key.save()
    return key, text


def last_use(key: ApiKey) -> datetime | None:
    key.refresh_from_db()
    return key.last_used_at


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The database takes no writes until this is undone."""

    def refuse(*_: Any, **__: Any) -> int:
        raise DatabaseError("database is locked")

    patch = pytest.MonkeyPatch()
    patch.setattr(QuerySet, "update", refuse)
    return patch


def test_a_use_is_written_once_a_minute() -> None:
    key, text = stored_key()
    uses = KeyUses()

    def use_at(moment: datetime) -> datetime | None:
        uses.note(key, text, moment)
        uses.write()
        return last_use(key)

    assert use_at(NOON) == NOON
    assert use_at(NOON + RESOLUTION - timedelta(seconds=1)) == NOON
    assert use_at(NOON + RESOLUTION) == NOON + RESOLUTION


def test_of_two_processes_one_writes() -> None:
    key, text = stored_key()
    for seconds in (0, 30):
        uses = KeyUses()
        uses.note(key, text, NOON + timedelta(seconds=seconds))  # `key` was read before either wrote
        uses.write()
    assert last_use(key) == NOON


def test_uses_wait_for_a_database_that_takes_no_writes(
    refused: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (first, first_text), (second, second_text) = stored_key(), stored_key()
    uses = KeyUses()
    uses.note(first, first_text, NOON)
    uses.write()
    uses.note(first, first_text, NOON + timedelta(seconds=5))
    uses.note(second, second_text, NOON)
    uses.write()
    assert caplog.text.count("Could not record the use of 1 API keys, trying again: database is locked") == 1
    assert len(caplog.records) == 1, "said once, not each second"
    refused.undo()
    uses.write()
    assert (last_use(first), last_use(second)) == (NOON + timedelta(seconds=5), NOON)


def test_only_so_many_uses_wait(refused: pytest.MonkeyPatch) -> None:
    keys = [stored_key() for _ in range(3)]
    uses = KeyUses(max_notes=2)
    for key, text in keys:
        uses.note(key, text, NOON)
    uses.write()
    uses.note(*keys[0], NOON + timedelta(seconds=1))
    refused.undo()
    uses.write()
    assert [last_use(key) for key, _ in keys] == [NOON + timedelta(seconds=1), NOON, None]


def test_nothing_noted_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        KeyUses().write()


def test_a_use_moves_the_digest_to_the_present_pepper(settings: Any) -> None:
    key, text = stored_key()
    before = key.digest
    settings.API_KEY_PEPPER = "a pepper"
    uses = KeyUses()
    uses.note(key, text, NOON)
    uses.write()
    key.refresh_from_db()
    assert key.digest != before
    assert text.matches(key.digest)
