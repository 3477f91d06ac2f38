"""Whatever a readable document holds, `export_views` writes it and `load_views` reads it back bit by bit.

Requirement O3.
"""

from __future__ import annotations

import io
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bson
import pytest
from bson import Binary, Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from tests.effort import examples

Stored = Database[dict[str, Any]]

HOUR = datetime(2026, 5, 4, 12, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12).filter(
    # In extended JSON such names are operators, not fields.
    lambda name: not name.startswith("$")
)
moments = st.integers(-2_000_000_000_000, 5_000_000_000_000).map(
    # Milliseconds, as BSON has them.
    lambda number: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=number)
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1).map(Int64),
    st.floats(allow_nan=False, allow_infinity=False),  # others are rejected
    texts,
    moments,
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9).map(Decimal128),
    st.binary(min_size=12, max_size=12).map(ObjectId),
    st.binary(max_size=12).map(lambda content: Binary(content, 0x80)),
    st.sampled_from([MinKey(), MaxKey(), Code("f()"), Regex("^a", "i"), Timestamp(5, 1)]),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
extras = st.dictionaries(names.map(lambda name: f"x{name}".replace(".", "_")), values, max_size=4)


@st.composite
def batch_documents(draw: st.DrawFn, number: int) -> dict[str, Any]:
    data = {
        **draw(extras),
        "title": draw(texts.filter(lambda text: text.strip())),
        "vote_count": draw(st.integers(0, 10**9)),
    }
    known = {"movie_id": number, "view_type": "movie_details", "data": data, "computed_at": draw(moments)}
    return {**draw(extras), **known, "_id": draw(st.sampled_from([number, f"id {number}"]))}


@st.composite
def speed_documents(draw: st.DrawFn, number: int) -> dict[str, Any]:
    data = {**draw(extras), "trending_score": draw(st.floats(-(10.0**9), 10.0**9))}
    hour = HOUR + timedelta(hours=draw(st.integers(-1000, 1000)))
    known = {"movie_id": number, "data_type": "trending", "hour": hour, "data": data, "synced_at": draw(moments)}
    return {
        **draw(extras),
        **known,
        "ttl_expires_at": hour + timedelta(hours=48),
        "_id": draw(st.integers(0, 99)) * 100 + number,
    }


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
@pytest.mark.parametrize(("kind", "documents"), [("batch", batch_documents), ("speed", speed_documents)])
def test_exported_documents_are_loaded_back_bit_by_bit(
    database: Stored, kind: str, documents: Any, data: st.DataObject
) -> None:
    collection = database[f"{kind}_views"]
    collection.delete_many({})
    drawn = [data.draw(documents(number)) for number in range(data.draw(st.integers(1, 4)))]
    collection.insert_many(drawn)
    before = {str(each["_id"]): bson.encode(each) for each in collection.find()}
    with tempfile.TemporaryDirectory() as directory:
        path = str(Path(directory) / data.draw(st.sampled_from(["views.jsonl", "views.jsonl.gz"])))
        call_command("export_views", kind=kind, output=path, stderr=io.StringIO())
        collection.delete_many({})
        call_command("load_views", path, kind=kind, stdout=io.StringIO(), stderr=io.StringIO())
    assert {str(each["_id"]): bson.encode(each) for each in collection.find()} == before
