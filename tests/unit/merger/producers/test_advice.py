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
    seen = Seen(recorded={str(GOOD_BATCH[0]["batch_run_id"]): {}} if is_recorded else {})
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
    "Write a daily point for every day of the sentiment of 1 movies": (
        [*GOOD_BATCH, GOOD_BATCH[1] | {"data": {**POINT["data"], "date": "2026-03-08"}}],
        GOOD_SPEED,
    ),
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


def test_of_retried_documents_the_newest_is_added_up() -> None:
    older = {**GOOD_BATCH[0], "computed_at": GOOD_BATCH[0]["computed_at"] - timedelta(days=1)}
    stale = {**older, "data": {**older["data"], "review_count": 1, "positive_count": 1, "negative_count": 0}}
    assert advice([*GOOD_BATCH, stale], GOOD_SPEED) == []


def test_windows_that_are_named_need_no_advice() -> None:
    at = RUN + timedelta(minutes=5)
    named = {**GOOD_SPEED[0], "hour": at, "window_start": at, "window_end": at + timedelta(minutes=5)}
    assert advice(GOOD_BATCH, [named]) == []


def test_records_that_are_not_published_or_state_other_numbers_are_named() -> None:
    seen = Seen(withheld={"r"})
    seen.add(Contract().read_batch(GOOD_BATCH[1]), GOOD_BATCH[1])
    assert next(advice_on(seen)).startswith("Set the record of r to `published`")
    seen = Seen(recorded={"r": {"sentiment": 3, "movie_details": 0}, "another": {"sentiment": 3}})
    seen.add(Contract().read_batch(GOOD_BATCH[1]), GOOD_BATCH[1])
    assert "correct its record, which states 3 sentiment, here are 1: " in next(advice_on(seen))
