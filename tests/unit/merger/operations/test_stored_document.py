"""Ids as people type them, and a stored document as people read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from bson import ObjectId

from merger.operations.stored_document import as_json, parse_ids, why_unreadable
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
    ],
)
def test_a_text_may_mean_several_ids(text: str, ids: list[object]) -> None:
    assert parse_ids(text) == ids


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
