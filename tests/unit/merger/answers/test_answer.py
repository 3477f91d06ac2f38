"""An answer shows its cached entry's state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from merger.answers.answer import Answer
from merger.cache.entry import Entry

HOUR = datetime(2031, 3, 10, 12, tzinfo=UTC)
MISSING = ((HOUR, HOUR.replace(hour=13)),)
ENTRY = Entry.of("key", b'{"movie_id": 550}', made=0.0, ttl=240, missing=MISSING)


def answer(age: int) -> Answer:
    view: Any = object()
    return Answer(ENTRY, "HIT", age, view, params=None, is_local=True)


@pytest.mark.parametrize(("age", "left"), [(0, 240), (239, 1), (240, 0), (900, 0)])
def test_max_age_is_the_rest_of_the_lifetime_and_never_negative(age: int, left: int) -> None:
    assert answer(age).max_age == left


def test_body_tag_and_missing_intervals_are_the_entrys() -> None:
    found = answer(0)
    assert (found.body, found.etag, found.missing) == (ENTRY.body, ENTRY.etag, MISSING)
    assert found.data == {"movie_id": 550}
