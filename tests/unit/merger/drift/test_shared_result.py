"""A drift result survives Redis, an upgrade and damage."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from merger.core.windows import DAY
from merger.drift.comparison import ComparedBucket, Drift
from merger.drift.shared_result import Audit, Batch
from tests.unit.merger.documents import at
from tests.unit.merger.drift.layers import FIRST, NOW, OF

DRIFT = Drift(
    days=("2026-03-07", "2026-03-08", "2026-03-09"),
    left_out=("2026-03-06",),
    checked=3,
    not_checked=1,
    batch=75,
    speed=72,
    batch_more=3,
    one_in=2,
    worst=(ComparedBucket(1, "2026-03-07", 25, 24),),
)

FORMER = b"""{"data_type":"sentiment","of":"2026-03-10T03:00:00+00:00","at":"2026-03-10T10:30:00.5+00:00",
"start":"2026-03-07T00:00:00+00:00","until":null,"days":["2026-03-07"],"left_out":[],"checked":1,"not_checked":0,
"batch":25,"speed":24,"batch_more":1,"speed_more":0,"one_in":1,"ratio":0.04,
"worst":[{"movie_id":1,"day":"2026-03-07","batch":25,"speed":24,"difference":1}]}"""
"""A result in the form that versions before msgspec wrote."""


def test_an_encoded_result_decodes_to_the_same_result() -> None:
    audit = Audit.record(Batch(OF, "runs"), NOW, DRIFT, None)
    assert Audit.decode(audit.encode()) == audit


def test_the_encoded_result_is_json_that_operators_can_read() -> None:
    found = json.loads(Audit.record(Batch(OF, "runs"), NOW, DRIFT, None).encode())
    assert (found["data_type"], found["ratio"], found["worst"][0]["difference"]) == ("sentiment", 3 / 75, 1)
    assert datetime.fromisoformat(found["of"]) == OF


def test_the_compared_days_are_remembered_until_there_are_others() -> None:
    audit = Audit.record(Batch(OF, "runs"), NOW, DRIFT, None)
    assert (audit.start, audit.until) == (FIRST, at("2026-03-10 00:00"))
    later = Audit.record(Batch(OF + DAY, "runs"), NOW, Drift(), audit)
    assert (later.start, later.until) == (audit.start, audit.until)


def test_a_result_written_by_the_former_version_is_read() -> None:
    audit = Audit.decode(FORMER)
    assert audit is not None
    assert (audit.batch_computed_at, audit.start, audit.until) == (OF, FIRST, None)
    assert audit.compared_at == datetime(2026, 3, 10, 10, 30, 0, 500_000, tzinfo=UTC)
    assert audit.batch == Batch(OF, "")
    assert audit.drift.worst == (ComparedBucket(1, "2026-03-07", 25, 24),)
    assert audit.drift.ratio == 0.04


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe",
        FORMER.replace(b'"checked":1', b'"checked":"x"'),
        FORMER.replace(b"+00:00", b""),
        FORMER.replace(b'"of"', b'"computed_at"'),
    ],
)
def test_anything_else_is_ignored(damaged: bytes | None) -> None:
    assert Audit.decode(damaged) is None
