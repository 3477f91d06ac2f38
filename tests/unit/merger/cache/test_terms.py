"""Requests to the cache."""

from __future__ import annotations

from merger.cache.entry import Entry
from merger.cache.terms import CacheRequest, PartialAnswer
from merger.errors import StoreUnavailable


def test_generation_is_found_by_its_name() -> None:
    request = CacheRequest("ident", "view", "key", ("all", "view:view", "batch"))
    assert request.generation("batch", ("1", "2", "3")) == "3"
    assert request.generation("batch", ()) == "", "without Redis there are no values"


def test_partial_answer_carries_the_entry_and_the_message_of_its_cause() -> None:
    entry = Entry.of("k", b"{}", made=1, ttl=2)
    error = PartialAnswer(entry, StoreUnavailable("MongoDB is away"))
    assert error.entry is entry
    assert str(error) == "MongoDB is away"
