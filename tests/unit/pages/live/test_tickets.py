"""Tickets that open a stream."""

from __future__ import annotations

import time

import pytest
from django.core import signing

from pages.live.readers import Reader
from pages.live.tickets import TICKET_LIFETIME, issue_ticket, read_ticket


def topic_of(text: str) -> str | None:
    ticket = read_ticket(text)
    return None if ticket is None else ticket.topic


def test_ticket_carries_its_topic_its_reader_and_its_end() -> None:
    reader = Reader("abcdefgh", "0" * 32, "7")
    before = int(time.time())
    for_all, for_one = read_ticket(issue_ticket("movie?movie_id=603")), read_ticket(issue_ticket("trending", reader))
    assert for_all is not None
    assert for_one is not None
    assert (for_all.topic, for_all.reader) == ("movie?movie_id=603", None)
    assert (for_one.topic, for_one.reader) == ("trending", reader)
    assert 0 <= for_all.expires_at - TICKET_LIFETIME.total_seconds() - before <= 2


@pytest.mark.parametrize("payload", [["trending", "half", "a reader"], [], 5, "trending"])
def test_ticket_of_another_form_is_refused(payload: object) -> None:
    assert read_ticket(signing.dumps(payload, salt="lambdaserve.pages.live")) is None


def test_forged_ticket_is_refused() -> None:
    ticket = issue_ticket("movie?movie_id=603")
    assert read_ticket(f"{ticket[:-1]}{'A' if ticket[-1] != 'A' else 'B'}") is None
    assert read_ticket("trending") is None
    assert read_ticket(signing.dumps("trending", salt="another use")) is None


def test_ticket_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, issued = issue_ticket("trending"), time.time()
    lifetime = TICKET_LIFETIME.total_seconds()
    monkeypatch.setattr(time, "time", lambda: issued + lifetime - 5)
    assert topic_of(ticket) == "trending"
    monkeypatch.setattr(time, "time", lambda: issued + lifetime + 5)
    assert read_ticket(ticket) is None
