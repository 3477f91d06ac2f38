"""Extended JSON becomes the types that it names, or is refused as what it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from merger.producers.extended_json import parse_extended_json


def test_dates_are_aware_and_in_utc() -> None:
    found = parse_extended_json(b'{"at": {"$date": "2026-11-28T07:00:00+07:00"}}')
    assert found == {"at": datetime(2026, 11, 28, tzinfo=UTC)}


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"\xff",
        b'{"$date": "soon"}',
        b'{"$oid": "x"}',
        b'{"$numberDecimal": "x"}',
    ],
)
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        parse_extended_json(text)
