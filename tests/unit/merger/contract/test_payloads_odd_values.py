"""Every optional field with every odd value: it is read or absent as the table says, and its document is served."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId

from merger.contract import fields, stamps
from merger.contract.documents import Contract, Documents
from merger.contract.fields import Reader, Records, Text
from merger.contract.payloads import SPEED_TYPES, VIEWS
from tests.unit.merger.documents import Raw, bucket
from tests.unit.merger.examples import EXAMPLES, RUN

ODD: Mapping[str, Any] = {
    "null": None,
    "NaN": math.nan,
    "infinity": math.inf,
    "minus infinity": -math.inf,
    "no letters": "",
    "blanks": "   ",
    "whole number as text": "120",
    "number as text": " 7.5 ",
    "word": "many",
    "the word None": "None",
    "true": True,
    "zero": 0,
    "negative": -5,
    "fraction": 0.25,
    "beyond one": 1.5,
    "one ulp past one": math.nextafter(1, 2),
    "one ulp past minus one": math.nextafter(-1, -2),
    "too large": 1e300,
    "Int64": Int64(7),
    "Decimal128": Decimal128("45"),
    "Decimal128 NaN": Decimal128("NaN"),
    "year": 2027,
    "milliseconds": 1_773_108_000_000,
    "date": datetime(2026, 3, 10, 2, tzinfo=UTC),
    "date of year 1": datetime(1, 1, 1, tzinfo=UTC),
    "day": "1999-10-15",
    "local midnight": "1999-10-15T00:00:00+07:00",
    "day that is none": "1999-00-00",
    "day as in the USA": "10/15/1999",
    "501 letters": "x" * 501,
    "20,001 letters": "x" * 20_001,
    "empty list": [],
    "titles": ["Dune", "Heat"],
    "list with a null": ["Drama", None],
    "list with an empty name": ["Drama", ""],
    "object": {"a": {"b": [1]}},
    "object id": ObjectId("5f43a1b2c3d4e5f6a7b8c9d0"),
    "bytes": b"\x00",
}
_TEXTS = {
    **{name: ODD[name] for name in ("word", "the word None", "day", "local midnight", "day that is none")},
    "day as in the USA": "10/15/1999",
    "whole number as text": "120",
    "number as text": "7.5",
}
_NUMBERS = {
    **{name: ODD[name] for name in ("zero", "negative", "fraction", "beyond one", "year", "milliseconds")},
    **{name: ODD[name] for name in ("one ulp past one", "one ulp past minus one")},
    "whole number as text": 120,
    "number as text": 7.5,
    "Int64": 7,
    "Decimal128": 45,
}
# What is read, by the field's reader; every other odd value is absent.
READ: Mapping[Reader, Mapping[str, Any]] = {
    fields.number: _NUMBERS,
    fields.count: {"zero": 0, "whole number as text": 120, "Int64": 7, "Decimal128": 45, "year": 2027},
    fields.sentiment_score: {"zero": 0.0, "fraction": 0.25, "one ulp past one": 1.0, "one ulp past minus one": -1.0},
    fields.title: {**{name: str(value) for name, value in _NUMBERS.items()}, **_TEXTS},
    fields.names: {"empty list": (), "titles": ("Dune", "Heat")},
    stamps.optional_day: {
        "day": "1999-10-15",
        "local midnight": "1999-10-15",
        "date": "2026-03-10",
        "milliseconds": "2026-03-10",
    },
    Text(20): {"no letters": "", "blanks": "", **{name: each for name, each in _TEXTS.items() if len(each) <= 20}},
    Text(500): {"no letters": "", "blanks": "", **_TEXTS},
    Text(20_000): {"no letters": "", "blanks": "", "501 letters": "x" * 501, **_TEXTS},
}
TOP_MOVIES: Mapping[str, Any] = {
    "empty list": (),
    "titles": ({"title": "Dune"}, {"title": "Heat"}),
    "list with an empty name": ({"title": "Drama"}, {}),
}
ABSENT = object()


def optional_fields() -> list[tuple[Raw, str, str, Reader]]:
    """Each kind's example, its type, and each optional field that does not identify it, with its reader."""
    found = []
    for example in EXAMPLES:
        if "date" in example["data"] and example.get("view_type") == "sentiment":
            continue
        kind = example.get("view_type") or example["data_type"]
        table = VIEWS[kind] if "view_type" in example else SPEED_TYPES[kind]
        found += [
            (example, kind, name, field.read)
            for name, field in table.items()
            if not field.required and not field.identifies
        ]
    return found


def payloads_of(read: Documents) -> list[Mapping[str, Any]]:
    return [*(each.data for each in read.batch), *(each.data for each in read.speed)]


def outcome(reader: Reader, odd: str) -> Any:
    table = TOP_MOVIES if isinstance(reader, Records) else READ[reader]
    return table.get(odd, ABSENT)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("example", "kind", "name", "reader"), optional_fields(), ids=lambda each: each if isinstance(each, str) else ""
)
def test_an_odd_value_is_read_or_absent_and_its_document_is_served(
    example: Raw, kind: str, name: str, reader: Reader, odd: str
) -> None:
    layer = "batch" if "view_type" in example else "speed"
    read = Contract().read(**{layer: [{**example, "data": {**example["data"], name: ODD[odd]}}]})
    assert read.skipped == ()
    (data,) = payloads_of(read)
    (plain,) = payloads_of(Contract().read(**{layer: [example]}))
    others = {key: value for key, value in data.items() if key != name}
    assert others == {key: value for key, value in plain.items() if key != name}
    expected = outcome(reader, odd)
    assert data.get(name) == (None if expected is ABSENT else expected)
    assert type(data.get(name)) is type(None if expected is ABSENT else expected)
    is_empty = odd == "null" or (odd == "no letters" and reader is stamps.optional_day)
    lost = expected is ABSENT and not is_empty
    inside = expected is not ABSENT and odd == "list with an empty name"
    kinds = [f"{kind}.{name}"] if lost else [f"{kind}.{name}.title"] if inside else []
    assert [(drop.layer, drop.kind) for drop in read.dropped] == [(layer, each) for each in kinds]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("stamp", ["synced_at", "ttl_expires_at"])
def test_an_odd_stamp_beside_a_bucket_costs_no_bucket(stamp: str, odd: str) -> None:
    read = Contract().read(speed=[bucket(RUN, 3, **{stamp: ODD[odd]})])
    assert [document.data["review_count"] for document in read.speed] == [3]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["covers_until", "version", "batch_run_id"])
def test_an_odd_value_beside_a_batch_payload_costs_no_document(name: str, odd: str) -> None:
    read = Contract().read(batch=[{**each, name: ODD[odd]} for each in EXAMPLES if "view_type" in each])
    assert (len(read.batch), read.skipped) == (6, ())
