"""Validators refuse documents that the contract can't read, and no others, on a real store."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions, DatetimeConversion
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.database import Database
from pymongo.errors import BulkWriteError, WriteError

from merger.contract import payloads as shapes
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases, Contract
from merger.contract.fields import LARGEST_COUNT, LONGEST_NAME
from merger.contract.json_schema import schema_of
from tests.effort import examples
from tests.unit.merger.documents import Raw
from tests.unit.merger.examples import BAD_VALUES, EXAMPLES

Stored = Database[dict[str, Any]]

AS_READ: CodecOptions[Raw] = CodecOptions(tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_AUTO)
THEIRS = {
    "payload": ["body"],
    "speed_type_keys": ["kind"],
    "view_types": {"reviews": "sentiment"},
    "fields": {"votes": "vote_count", "sentiment": {"mood": "avg_sentiment", "reviews": "review_count"}},
    "stamps": {"written": "computed_at", "bucket": "hour"},
    "data_types": {"clicks": "trending"},
    "flat_views": ["genre_analytics"],
}


def validated(database: Stored, aliases: Aliases) -> Stored:
    for name in (BATCH, SPEED):
        database.drop_collection(name)
        database.create_collection(name, validator={"$jsonSchema": schema_of(name, aliases)})
    return database


@pytest.fixture(scope="module")
def refusing(mongo_uri: str) -> Stored:
    """A database with strict validators, which is not emptied between the examples of a property."""
    from merger.stores.mongo.client import client

    return validated(client()["validators"], Aliases())


@pytest.fixture(scope="module")
def refusing_by_their_names(mongo_uri: str) -> Stored:
    from merger.stores.mongo.client import client

    return validated(client()["validators_of_theirs"], Aliases().with_extra(THEIRS))


def collection_of(document: Raw) -> str:
    return SPEED if {"hour", "window_start", "bucket"} & document.keys() else BATCH


def refused(database: Stored, documents: list[Raw]) -> list[Raw]:
    """The documents that the store refuses."""
    lost: list[Raw] = []
    for name in (BATCH, SPEED):
        mine = [document for document in documents if collection_of(document) == name]
        try:
            if mine:
                database[name].insert_many([*mine], ordered=False)
        except BulkWriteError as error:
            lost += [mine[each["index"]] for each in (error.details or {})["writeErrors"]]
    return lost


def is_read(document: Raw, aliases: Aliases | None = None) -> bool:
    """Whether the contract can read the document as the store returns it."""
    stored = bson.decode(bson.encode(document), AS_READ)
    found = Contract(aliases).read(**{"speed" if collection_of(document) == SPEED else "batch": [stored]})
    return not found.skipped


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in a document."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, each in inner for path in [(*before, key), *paths(each, (*before, key))]]


def replaced(document: Raw, path: tuple[Any, ...], value: Any) -> Raw:
    result = copy.deepcopy(document)
    place: Any = result
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return result


def removed(document: Raw, path: tuple[Any, ...]) -> Raw:
    result = copy.deepcopy(document)
    place: Any = result
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return result


def is_storable(value: Any) -> bool:
    try:
        return bool(bson.encode({"": value}))
    except (bson.errors.BSONError, OverflowError, UnicodeError):
        return False


plausible = st.one_of(
    st.sampled_from(
        [None, "", " ", "x" * LONGEST_NAME, "x" * (LONGEST_NAME + 1), "2026-03-10", "2026-03-10T02:00:00Z"]
    ),
    st.integers(-(10**16), 10**16),
    st.sampled_from([-1, 0, 1, 2, 1.0, 1.5, 12, 13, 1800, 2200, LARGEST_COUNT, LARGEST_COUNT + 1]),
    st.floats(),
    st.sampled_from([[], {}, ["A"], [{"name": "A"}], [{"name": ""}], [1, "B"], {"date": "2026-03-10"}]),
    st.sampled_from([*shapes.VIEWS, *shapes.SPEED_TYPES, *shapes.METRICS]),
    st.dates().map(str),
    st.datetimes(),
    st.sampled_from([value for value in BAD_VALUES if is_storable(value)]),
)


@st.composite
def disturbed(draw: st.DrawFn) -> Raw:
    """An example with up to three changes."""
    document = copy.deepcopy(draw(st.sampled_from(EXAMPLES)))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(paths(document)))
        if draw(st.booleans()):
            document = replaced(document, path, draw(plausible))
        elif len(path) > 1 or path[0] != "hour":
            document = removed(document, path)
    if draw(st.booleans()) and "data" in document:
        document["stats"] = document.pop("data")
    return document


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(disturbed(), min_size=5, max_size=12))
def test_no_readable_document_is_refused(refusing: Stored, documents: list[Raw]) -> None:
    unfairly = [document for document in refused(refusing, documents) if is_read(document)]
    assert unfairly == []


def respelled(document: Raw) -> Raw:
    """The document with the names of ``THEIRS``."""
    result = {**document, "body": dict(document["data"])}
    del result["data"]
    for name, theirs in (("vote_count", "votes"), ("avg_sentiment", "mood"), ("review_count", "reviews")):
        if name in result["body"]:
            result["body"][theirs] = result["body"].pop(name)
    if "data_type" in result:
        kind = result.pop("data_type")
        result["kind"] = "clicks" if kind == "trending" else kind
        result["bucket"] = result.pop("hour")
    elif result["view_type"] == "sentiment":
        result["view_type"] = "reviews"
    elif result["view_type"] == "genre_analytics":
        result |= result.pop("body")
    return result


def test_examples_of_every_kind_are_accepted(refusing: Stored) -> None:
    assert refused(refusing, copy.deepcopy(EXAMPLES)) == []


def test_documents_with_a_deployments_aliases_are_accepted(refusing_by_their_names: Stored) -> None:
    documents = [respelled(document) for document in copy.deepcopy(EXAMPLES)]
    assert all(is_read(document, Aliases().with_extra(THEIRS)) for document in documents)
    assert refused(refusing_by_their_names, documents) == []


def forms_of_dialects() -> list[Raw]:
    """Documents in other forms: flat, JSON text, unnamed columns, windows, heartbeats, numbers as text."""
    columns = {"col1": 0.5, "col2": 3, "col3": 3, "col4": 0, "col5": 0}
    genre = {"year": "2025", "total_movies": "3"}
    flat = [{key: value for key, value in each.items() if key != "data"} | each["data"] for each in EXAMPLES]
    return [
        *(each for each in flat if each.get("view_type") not in ("temporal_analytics", "actor_collaboration")),
        *({**each, "data": json.dumps(each["data"])} for each in EXAMPLES if each not in (EXAMPLES[4], EXAMPLES[5])),
        {**EXAMPLES[1], "data": columns},
        {**EXAMPLES[6], "data": columns},
        {**EXAMPLES[3], "movie_id": "Drama", "data": genre},
        {**EXAMPLES[3], "data": {**genre, "genre": "Drama", "month": float("nan"), "top_movies": ["Heat"]}},
        {**EXAMPLES[6], "hour": "2026-03-10 02:35:00 +00:00"},
        {**EXAMPLES[6], "hour": 1773108000000, "synced_at": None},
        {**EXAMPLES[6], "hour": None, "window_start": 1773108000},
        {**EXAMPLES[6], "data_type": "review_sentiment"},
        {**EXAMPLES[0], "computed_at": None},
        {"data_type": "stats", "hour": EXAMPLES[6]["hour"], "heartbeat": True},
    ]


def test_every_dialect_is_read_and_accepted(refusing: Stored) -> None:
    documents = forms_of_dialects()
    assert [document for document in documents if not is_read(document)] == []
    assert refused(refusing, documents) == []


@pytest.mark.parametrize("value", [value for value in BAD_VALUES if is_storable(value)], ids=repr)
def test_validator_accepts_every_odd_value_that_the_contract_reads(refusing: Stored, value: Any) -> None:
    documents = [replaced(example, path, value) for example in EXAMPLES for path in paths(example) if path != ("hour",)]
    assert [document for document in refused(refusing, documents) if is_read(document)] == []


@pytest.mark.parametrize(
    ("number", "path", "value"),
    [
        (0, ("view_type",), "movie"),
        (0, ("computed_at",), None),
        (4, ("data",), 5),
        (0, ("movie_id",), "many"),
        (0, ("movie_id",), -1),
        (1, ("data", "review_count"), 2.5),
        (1, ("data", "review_count"), None),
        (1, ("data", "review_count"), "many"),
        (1, ("data", "review_count"), LARGEST_COUNT + 1),
        (1, ("data", "review_count"), True),
        (2, ("data", "date"), True),
        (3, ("data", "genre"), "x" * (LONGEST_NAME + 1)),
        (3, ("data", "year"), 1799),
        (3, ("data", "month"), 13),
        (3, ("data", "total_movies"), -1),
        (4, ("data", "metric"), "mood"),
        (4, ("data", "movie_id"), {}),
        (5, ("data", "collaborators"), [{"actor": "B"}]),
        (5, ("data", "collaborators"), None),
        (6, ("hour",), None),
        (6, ("movie_id",), None),
        (6, ("data_type",), "reviews"),
        (8, ("data",), None),
        (8, ("data", "trending_score"), "fast"),
    ],
)
def test_unreadable_documents_are_refused(refusing: Stored, number: int, path: tuple[str, ...], value: Any) -> None:
    document = replaced({**EXAMPLES[number], "covers_until": None}, path, value)
    assert not is_read(document)
    with pytest.raises(WriteError, match="failed validation"):
        refusing[collection_of(document)].insert_one(document)
