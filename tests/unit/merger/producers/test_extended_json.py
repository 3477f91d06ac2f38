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
        b'{"$oid": "x"}',
        b'{"_id": 1, "_id": 2}',
        b'{"$uuid": "x"}',
    ],
)
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        parse_extended_json(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"$date": "2026-11-28"}', "2026-11-28"),
        (b'{"$date": "soon"}', "soon"),
        (b'{"$date": null}', None),
        (b'{"$date": {"$numberLong": "99999999999999999"}}', 99999999999999999),
        (b'{"$numberInt": 5}', 5),
        (b'{"$numberLong": "many"}', "many"),
        (b'{"$numberDecimal": "x"}', "x"),
    ],
)
def test_a_date_or_number_that_can_not_be_read_stays_as_it_was_written(text: bytes, expected: object) -> None:
    assert parse_extended_json(b'{"value": %b}' % text) == {"value": expected}
