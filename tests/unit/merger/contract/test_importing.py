"""Lines of a file: what may be stored, and what is rejected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from bson import json_util

from merger.contract.documents import Contract
from merger.contract.importing import BATCH_KIND, EXPIRES_AFTER, SPEED_KIND, LineReader, Rejected
from tests.unit.merger.documents import bucket, total
from tests.unit.merger.examples import RUN


def reader(kind: str) -> LineReader:
    return LineReader(kind, Contract(), json_util.loads)


def line(raw: dict[str, Any]) -> bytes:
    return orjson.dumps(raw)


def test_dates_become_dates_and_everything_else_stays_as_written() -> None:
    ready = reader(BATCH_KIND).read(line({**total(5, RUN), "extra": "2026-03-10"}))
    assert ready.document["covers_until"] == RUN
    assert ready.document["extra"] == "2026-03-10"
    assert ready.stamp == ready.document["computed_at"]


def test_the_same_document_gets_the_same_id_and_another_run_another_one() -> None:
    ids = [
        reader(BATCH_KIND).read(line(raw)).document["_id"]
        for raw in (total(5, RUN), total(6, RUN), total(5, RUN, batch_run_id="other"))
    ]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("loaded:")


def test_an_id_of_its_own_is_kept() -> None:
    assert reader(BATCH_KIND).read(line({"_id": 7, **total(5, RUN)})).document["_id"] == 7


def test_a_speed_document_gets_the_expiry_that_it_lacks() -> None:
    assert reader(SPEED_KIND).read(line(bucket(RUN, 1))).document["ttl_expires_at"] == RUN + EXPIRES_AFTER
    own = RUN + timedelta(hours=1)
    assert reader(SPEED_KIND).read(line(bucket(RUN, 1, ttl_expires_at=own))).document["ttl_expires_at"] == own


def test_extended_json_is_parsed() -> None:
    raw = json_util.dumps({**total(5, RUN), "computed_at": RUN}).encode()
    assert b'"$date"' in raw
    assert reader(BATCH_KIND).read(raw).stamp == RUN


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b'{"batch_run_id": "r", "status": "published"}', "it is the record of a batch run, which is not loaded; load"),
        (b"[1]", "a document is an object, not list"),
        (b'{"_id": []}', "an _id is a single value or a document, not list"),
        (b'{"_id": {"$gt": 1}}', "an _id can't have a field called '.gt'"),
        (b'{"view_type": "sentiment", "computed_at": "soon", "movie_id": 1}', r"sentiment\."),
        (b"{}", r"batch\.view_type: "),
        (b"movie_id,title", "it is not JSON: .*is this a table as text"),
        (b'{"a": "\xff"}', "it is not JSON: .*it is no text in UTF-8"),
        (b'{"a": "xxx...', "it is not JSON: .*it was cut off: a document may have at most 16 MB"),
        (b'{"at": ISODate("2026-11-28")}', "it is not JSON: .*this is how the shell of MongoDB prints"),
        (b'{"movie_id": 1, "movie_id": 2}', "the field 'movie_id' stands in an object twice, with different values"),
        (b'{"movie_id" : 1, "movie_id" : 2}', "the field 'movie_id' stands in an object twice, with different values"),
        (b'{"data": {"a": [{"b": 1, "b" : NaN}]}}', "the field 'b' stands in an object twice"),
    ],
)
def test_a_line_that_can_not_be_stored_is_rejected_with_the_reason(text: bytes, reason: str) -> None:
    with pytest.raises(Rejected, match=f"^{reason}"):
        reader(BATCH_KIND).read(text)


def test_numbers_that_are_not_finite_are_left_to_the_contract() -> None:
    text = line(total(5, RUN))[:-1] + b', "extra": [NaN, -Infinity]}'
    assert [str(each) for each in reader(BATCH_KIND).read(text).document["extra"]] == ["nan", "-inf"]


def test_an_id_may_be_a_document() -> None:
    key = {"movie_id": 5, "view_type": "sentiment"}
    assert reader(BATCH_KIND).read(line({"_id": key, **total(5, RUN)})).document["_id"] == key


def test_a_field_that_stands_twice_with_one_value_does_no_harm() -> None:
    text = b'{"view_type": "sentiment", ' + line(total(5, RUN))[1:]
    assert reader(BATCH_KIND).read(text).document["view_type"] == "sentiment"


def test_colons_in_texts_are_no_fields() -> None:
    odd = {**total(5, RUN), "note": '{"a": 1, "a": 2}', "list": [1, [{"b": '":'}]]}
    deep = line(odd)[:-1] + b', "deep": ' + b"[" * 300 + b"]" * 300 + b"}"
    assert reader(BATCH_KIND).read(deep).document["note"] == odd["note"]
    assert reader(BATCH_KIND).read(line(odd)).document["note"] == odd["note"]
