"""Tickets that open a stream."""

from __future__ import annotations

import time

import pytest
from django.core import signing

from pages.live.tickets import TICKET_LIFETIME, issue_ticket, read_ticket


def test_ticket_carries_its_topic() -> None:
    assert read_ticket(issue_ticket("movie?movie_id=603")) == "movie?movie_id=603"


def test_forged_ticket_is_refused() -> None:
    ticket = issue_ticket("movie?movie_id=603")
    assert read_ticket(f"{ticket[:-1]}{'A' if ticket[-1] != 'A' else 'B'}") is None
    assert read_ticket("trending") is None
    assert read_ticket(signing.dumps("trending", salt="another use")) is None


def test_ticket_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, issued = issue_ticket("trending"), time.time()
    lifetime = TICKET_LIFETIME.total_seconds()
    monkeypatch.setattr(time, "time", lambda: issued + lifetime - 5)
    assert read_ticket(ticket) == "trending"
    monkeypatch.setattr(time, "time", lambda: issued + lifetime + 5)
    assert read_ticket(ticket) is None
