"""Kept hours: whether the layer's state contradicts them, and when they are reread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from merger.core.boundary import SpeedLayer
from merger.core.evidence import Reason
from merger.speed.kept_hours import (
    GRACE_SECONDS,
    MAX_KEEP_SECONDS,
    MIN_KEEP_SECONDS,
    SETTLED_AGE,
    SETTLED_FACTOR,
    KeptHour,
    Wait,
    keep,
    regular_wait,
)
from merger.speed.table_builder import build_table
from merger.speed.tables import HourTable
from tests.unit.merger.speed.buckets import NOW, TOP, skip, stats
from tests.unit.merger.speed.shared import HOUR

FULL = build_table("stats", TOP, [stats(1, 0, HOUR)], (), NOW)
EMPTY = build_table("stats", TOP, (), (), NOW)
UNREADABLE = build_table("stats", TOP, (), [skip(0, HOUR)], NOW)
HELD = SpeedLayer(frozenset({TOP}))
BEATS = replace(HELD, beats=HELD.held)
CUT = replace(HELD, assumed={TOP: Reason.CUT})


def kept(table: HourTable) -> KeptHour:
    return keep(None, table, 1, read_at=100.0, took=0.5, wait=Wait(60.0))


@pytest.mark.parametrize(
    ("table", "layer", "contradicts"),
    [
        (FULL, HELD, False),
        (FULL, SpeedLayer(), True),
        (FULL, None, False),
        (EMPTY, HELD, True),
        (EMPTY, CUT, True),
        (EMPTY, SpeedLayer(), False),
        (EMPTY, None, True),
        (EMPTY, BEATS, False),
        (UNREADABLE, SpeedLayer(), False),
    ],
)
def test_layer_contradicts_an_hour_that_it_knows_otherwise(
    table: HourTable, layer: SpeedLayer | None, *, contradicts: bool
) -> None:
    assert kept(table).contradicts(layer) == contradicts


def test_equal_table_stays_the_same_object_and_keeps_the_time_since_which_it_is_known() -> None:
    first = kept(FULL)
    again = keep(first, build_table("stats", TOP, [stats(1, 0, HOUR)], (), NOW), 1, 200.0, 0.5, Wait(60.0))
    assert again.table is FULL
    assert (again.since, again.read_at, again.due) == (100.0, 200.0, 260.0)
    newer = keep(first, build_table("stats", TOP, [stats(1, 0, 0 * HOUR)], (), NOW), 1, 200.0, 0.5, Wait(60.0))
    assert newer.table is not FULL, "its stamps are newer"


def test_hour_is_reread_by_the_earliest_of_several_times() -> None:
    hour = kept(FULL)
    hour.reread_by(120.0, 5.0)
    hour.reread_by(140.0, 1.0)
    assert (hour.due, hour.overdue) == (120.0, 125.0)


def test_settled_hours_are_kept_longer() -> None:
    young, old = regular_wait(TOP, TOP), regular_wait(TOP - SETTLED_AGE, TOP)
    assert MIN_KEEP_SECONDS <= young.keep <= MAX_KEEP_SECONDS
    assert MIN_KEEP_SECONDS * SETTLED_FACTOR <= old.keep <= MAX_KEEP_SECONDS * SETTLED_FACTOR
    assert young.grace == old.grace == GRACE_SECONDS


def test_rewritten_hour_is_reread_after_a_rest_and_lacks_changes_from_the_first_time_on() -> None:
    hour = kept(FULL).rewritten(110.0).rewritten(115.0)
    assert (hour.due, hour.overdue, hour.lacks_since) == (101.5, 101.5, 110.0)
