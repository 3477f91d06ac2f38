"""Ids as people type them, and a stored document as people read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from bson import Binary, Decimal128, Int64, ObjectId

from merger.operations.stored_document import as_json, id_text, parse_ids, show_id, why_unreadable
from tests.unit.merger.documents import at, bucket, total

NOON = at("2026-03-10 12:00")
OBJECT_ID = "65f0c0ffee65f0c0ffee65f0"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("sample:603", ["sample:603"]),
        ("603", ["603", 603]),
        ("-5", ["-5", -5]),
        (OBJECT_ID, [OBJECT_ID, ObjectId(OBJECT_ID)]),
        ("9" * 19, ["9" * 19]),
        ("", [""]),
        ('{"a": 1}', [{"a": 1}, '{"a": 1}']),
        ('{"$oid": "x"}', ['{"$oid": "x"}']),
        ("{odd", ["{odd"]),
        ('"5"', ["5"]),
        ("true", [True, "true"]),
    ],
)
def test_a_text_may_mean_several_ids(text: str, ids: list[object]) -> None:
    assert parse_ids(text) == ids


SOME_UUID = UUID("becd7e5d-75e0-43fa-ab69-f16730d76d88")
IDS = [
    "text",
    "5",
    5,
    Int64(5),
    OBJECT_ID,
    ObjectId(OBJECT_ID),
    '"quoted"',
    '{"a": 1}',
    {"a": 1, "b": {"c": [Decimal128("1.50")]}},
    Binary.from_uuid(SOME_UUID),
    NOON,
    1.5,
    -7,
    True,
    False,
    "true",
    "null",
    "",
]


@pytest.mark.parametrize("value", IDS, ids=repr)
def test_the_text_of_an_id_means_this_id_before_any_other(value: object) -> None:
    first = parse_ids(id_text(value))[0]
    assert (first, type(first)) == (value, type(value))


def test_an_id_is_shown_so_that_people_can_read_it() -> None:
    assert show_id({"movie_id": 1, "at": NOON}) == '{"movie_id": 1, "at": {"$date": "2026-03-10T12:00:00Z"}}'
    assert show_id(Binary.from_uuid(SOME_UUID)) == str(SOME_UUID)
    assert [show_id(each) for each in ("text", 5, ObjectId(OBJECT_ID))] == ["text", "5", OBJECT_ID]


def test_json_keeps_dates_and_letters_readable() -> None:
    text = as_json({"hour": datetime(2026, 3, 10, 12, tzinfo=UTC), "title": "Amélie"})
    assert json.loads(text)["hour"] == {"$date": "2026-03-10T12:00:00Z"}
    assert "Amélie" in text
    assert text.count("\n") > 2


def test_readable_document_has_no_trouble_and_unreadable_one_names_the_reason() -> None:
    assert why_unreadable("batch_views", total(1, NOON)) is None
    assert why_unreadable("speed_views", bucket(NOON, 1)) is None
    broken = {**total(1, NOON), "data": {"review_count": "x"}}
    assert str(why_unreadable("batch_views", broken)).startswith("sentiment.")
