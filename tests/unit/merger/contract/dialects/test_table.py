"""Dialects are recognised by what they look like, and documents as documented are in none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId

from merger.contract.dialects.table import DIALECTS, Dialect, dialects_of
from merger.contract.documents import Contract
from tests.unit.merger.documents import bucket, total
from tests.unit.merger.examples import RUN


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_dialect_is_recognised_in_its_example(dialect: Dialect) -> None:
    assert dialect.name in dialects_of(dialect.example)


def test_names_are_unique() -> None:
    assert len({dialect.name for dialect in DIALECTS}) == len(DIALECTS)


@pytest.mark.parametrize(
    "raw", [total(5, RUN), bucket(RUN, 1), {**total(5, RUN), "_id": ObjectId("6745a1b2c3d4e5f6a7b8c9d0")}], ids=repr
)
def test_a_document_as_documented_is_in_no_dialect(raw: dict[str, Any]) -> None:
    assert dialects_of(raw) == []


ODD = [
    None, True, 0, -1, 10**30, float("nan"), float("inf"), "", " ", "x", "2026", [], {}, [None], {"a": None},
    b"\xff", Int64(5), Decimal128("NaN"), datetime(1, 1, 1, tzinfo=UTC), ObjectId("6745a1b2c3d4e5f6a7b8c9d0"),
]  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize(
    "field",
    ["_id", "data", "stats", "view_type", "data_type", "hour", "synced_at", "computed_at", "movie_id", "top_movies"],
)
def test_nothing_odd_stops_the_recognition(field: str, value: Any) -> None:
    dialects_of({**bucket(RUN, 1), field: value})
    dialects_of({**total(5, RUN), "data": {field: value, "genres": value, "date": value, "title": value}})


WHOLE = {
    "payload under stats": {**bucket(RUN, 2), "stats": bucket(RUN, 2)["data"], "data": None},
    "flat document": {
        key: value for key, value in {**bucket(RUN, 2), **bucket(RUN, 2)["data"]}.items() if key != "data"
    },
    "stamps as text": {**bucket(RUN, 2), "hour": RUN.isoformat()},
    "stamps as milliseconds": {**bucket(RUN, 2), "hour": int(RUN.timestamp() * 1000)},
    "stamps as seconds": {**bucket(RUN, 2), "hour": int(RUN.timestamp())},
    "windows smaller than an hour": {**bucket(RUN, 2), "hour": RUN.replace(minute=35)},
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_document_in_a_dialect_is_read(name: str) -> None:
    assert dialects_of(WHOLE[name]) == [name]
    assert Contract().read_speed(WHOLE[name]).data["review_count"] == 2
