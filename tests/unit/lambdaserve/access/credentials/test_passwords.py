"""Places for password checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.test import RequestFactory
from rest_framework.exceptions import Throttled

from lambdaserve.access.credentials.passwords import RETRY_AFTER_SECONDS, BoundedModelBackend, hashing_places


@pytest.fixture(autouse=True)
def four_threads(settings: Any) -> Iterator[None]:
    """Two places."""
    settings.THREADS = 4
    hashing_places.cache_clear()
    yield
    hashing_places.cache_clear()


def from_address(address: str) -> HttpRequest:
    return RequestFactory().post("/login/", REMOTE_ADDR=address)


def free_for(address: str) -> int:
    """How many places an address gets."""
    with ExitStack() as taken:
        for number in range(10):
            try:
                taken.enter_context(hashing_places().take(from_address(address)))
            except Throttled:
                return number
    return 10


def test_a_check_is_refused_while_every_place_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelBackend, "authenticate", lambda *_, **__: None)
    backend = BoundedModelBackend()
    with ExitStack() as taken:
        taken.enter_context(hashing_places().take(from_address("10.0.0.1")))
        assert backend.authenticate(None, "ann", "password") is None
        taken.enter_context(hashing_places().take(from_address("10.0.0.2")))
        with pytest.raises(Throttled) as refusal:
            backend.authenticate(None, "ann", "password")
        assert vars(refusal.value)["wait"] == RETRY_AFTER_SECONDS
    assert backend.authenticate(None, "ann", "password") is None


def test_failed_password_check_frees_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(ModelBackend, "authenticate", fail)
    for _ in range(5):
        with pytest.raises(RuntimeError):
            BoundedModelBackend().authenticate(None, "ann", "password")


@pytest.mark.parametrize(
    ("flood", "other", "free"),
    [
        ("10.0.0.1", "10.0.0.2", 1),
        ("10.0.0.1", "10.0.0.1", 0),
        ("2001:db8:1:1::1", "2001:db8:1:ff00::1", 0),  # one customer's
        ("2001:db8:1:1::1", "2001:db8:2:1::1", 1),
    ],
)
def test_one_address_leaves_a_place_to_others(flood: str, other: str, free: int) -> None:
    assert free_for(flood) == 1
    with hashing_places().take(from_address(flood)):
        assert free_for(other) == free


@pytest.mark.parametrize(("threads", "places"), [(1, 1), (2, 1), (5, 2), (9, 4)])
def test_half_of_the_threads_check_passwords_and_one_at_least(settings: Any, threads: int, places: int) -> None:
    settings.THREADS = threads
    hashing_places.cache_clear()
    taken = 0
    with ExitStack() as stack:
        for number in range(10):
            try:
                stack.enter_context(hashing_places().take(from_address(f"10.0.0.{number}")))
            except Throttled:
                continue
            taken += 1
    assert taken == places
