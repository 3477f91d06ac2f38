"""The ``_id`` of documents, and the period of genre documents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from bson import Binary, ObjectId

from merger.contract.dialects.identifiers import LONGEST_ID, id_of, insertion_of, period_of


def test_an_object_id_tells_when_it_was_made() -> None:
    made = ObjectId()
    assert insertion_of({"_id": made}) == made.generation_time.timestamp()


@pytest.mark.parametrize(
    "other", [None, "5f43a1b2c3d4e5f6a7b8c9d0", 7, Binary(b"x" * 12), UUID(int=1), {"movie_id": 1}]
)
def test_an_id_of_another_type_does_not(other: Any) -> None:
    assert insertion_of({"_id": other}) == 0


def test_an_id_is_shown_as_text_of_bounded_length() -> None:
    assert id_of({"_id": {"movie_id": 5}}) == "{'movie_id': 5}"
    assert len(id_of({"_id": "x" * 10**6}) or "") == LONGEST_ID
    assert id_of({}) is None


@pytest.mark.parametrize(
    ("payload", "period"),
    [
        ({"year": 2025, "month": 3}, "2025-03"),
        ({"year": "2025"}, "2025"),
        ({"year": 2025, "month": "March"}, "2025"),
        ({"year": 5, "month": 3}, None),
        ({}, None),
    ],
)
def test_the_period_is_a_month_or_a_year(payload: dict[str, Any], period: str | None) -> None:
    assert period_of(payload) == period
