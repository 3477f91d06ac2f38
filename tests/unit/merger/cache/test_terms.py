"""Requests to the cache."""

from __future__ import annotations

from merger.cache.entry import Entry
from merger.cache.terms import PartialAnswer
from merger.errors import StoreUnavailable


def test_partial_answer_carries_the_entry_and_the_message_of_its_cause() -> None:
    entry = Entry.of("k", b"{}", made=1, ttl=2)
    error = PartialAnswer(entry, StoreUnavailable("MongoDB is away"))
    assert error.entry is entry
    assert str(error) == "MongoDB is away"
