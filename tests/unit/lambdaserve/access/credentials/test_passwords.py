"""Slots for password checks."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from rest_framework.exceptions import Throttled

from lambdaserve.access.credentials.passwords import RETRY_AFTER_SECONDS, BoundedModelBackend, hashing_slots


@pytest.fixture(autouse=True)
def four_threads(settings: Any) -> Any:
    """Two slots."""
    settings.THREADS = 4
    hashing_slots.cache_clear()
    yield
    hashing_slots.cache_clear()


def test_a_check_is_refused_while_every_slot_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelBackend, "authenticate", lambda *_, **__: None)
    backend = BoundedModelBackend()
    with ExitStack() as taken:
        taken.enter_context(hashing_slots())
        assert backend.authenticate(None, "ann", "password") is None
        taken.enter_context(hashing_slots())
        with pytest.raises(Throttled) as refusal:
            backend.authenticate(None, "ann", "password")
        assert vars(refusal.value)["wait"] == RETRY_AFTER_SECONDS
    assert backend.authenticate(None, "ann", "password") is None


def test_failed_password_check_frees_its_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(ModelBackend, "authenticate", fail)
    for _ in range(5):
        with pytest.raises(RuntimeError):
            BoundedModelBackend().authenticate(None, "ann", "password")


@pytest.mark.parametrize(("threads", "slots"), [(1, 1), (2, 1), (5, 2)])
def test_half_of_the_threads_check_passwords_and_one_at_least(settings: Any, threads: int, slots: int) -> None:
    settings.THREADS = threads
    hashing_slots.cache_clear()
    taken = sum(hashing_slots().acquire(blocking=False) for _ in range(10))
    assert taken == slots
