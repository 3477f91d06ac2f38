"""Advice names what documents lack, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from merger.contract.documents import Contract, Heartbeat
from merger.producers.advice import Seen, advice_on
from tests.unit.merger.documents import bucket, total
from tests.unit.merger.examples import RUN

POINT = {**total(5, RUN), "data": {**total(5, RUN)["data"], "date": "2026-03-09"}}
GOOD_BATCH: list[dict[str, Any]] = [
    {**each, "covers_until": RUN, "batch_run_id": "r"} for each in (total(5, RUN), POINT)
]
GOOD_SPEED = [bucket(RUN, 1, ttl_expires_at=RUN + timedelta(hours=48), synced_at=RUN)]


def advice(
    batch: list[dict[str, Any]], speed: list[dict[str, Any]], *, with_heartbeat: bool = True, is_recorded: bool = True
) -> list[str]:
    seen = Seen(recorded={str(GOOD_BATCH[0]["batch_run_id"])} if is_recorded else set())
    for raw in batch:
        seen.add(Contract().read_batch(raw), raw)
    for raw in speed:
        seen.add(Contract().read_speed(raw), raw)
    if with_heartbeat:
        seen.add(Heartbeat("sentiment", RUN, RUN), {})
    return list(advice_on(seen))


def test_documents_that_state_everything_need_nothing() -> None:
    assert advice(GOOD_BATCH, GOOD_SPEED) == []


LACKING: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "Add `covers_until` to 1 of 2": ([GOOD_BATCH[0] | {"covers_until": None}, GOOD_BATCH[1]], GOOD_SPEED),
    "Add `batch_run_id` to all 2": ([each | {"batch_run_id": None} for each in GOOD_BATCH], GOOD_SPEED),
    "Add daily points (`data.date`) to the sentiment of 1 movies": (GOOD_BATCH[:1], GOOD_SPEED),
    "all 1 speed documents are windows smaller": (GOOD_BATCH, [GOOD_SPEED[0] | {"hour": RUN + timedelta(minutes=5)}]),
    "Add `synced_at` to all 1": (GOOD_BATCH, [GOOD_SPEED[0] | {"synced_at": None}]),
    "Add `ttl_expires_at` (`hour` + 48 h) to all 1": (GOOD_BATCH, [GOOD_SPEED[0] | {"ttl_expires_at": None}]),
    "Check speed documents together with these": (GOOD_BATCH, []),
    "Check batch documents together with these": ([], GOOD_SPEED),
}


@pytest.mark.parametrize("expected", LACKING)
def test_what_is_lacking_is_named(expected: str) -> None:
    (sentence,) = advice(*LACKING[expected])
    assert sentence.startswith(expected)


def test_types_without_heartbeats_are_named() -> None:
    (sentence,) = advice(GOOD_BATCH, GOOD_SPEED, with_heartbeat=False)
    assert sentence.startswith("Write a heartbeat for every hour of sentiment: ")


def test_runs_without_a_record_that_states_their_documents_are_named() -> None:
    (sentence,) = advice(GOOD_BATCH, GOOD_SPEED, is_recorded=False)
    assert sentence.startswith(f"Write a record of {GOOD_BATCH[0]['batch_run_id']} to `batch_runs`")
