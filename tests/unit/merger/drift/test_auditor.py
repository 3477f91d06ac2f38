"""Which days, hours and documents of both layers a comparison reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from merger.contract.collections import SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers, Policy, Strategy
from merger.core.evidence import Reason
from merger.core.windows import DAY, HOUR, floor_day
from merger.drift.auditor import Auditor
from merger.drift.comparison import ComparedBucket, Drift
from merger.errors import StoreUnavailable
from tests.unit.merger.documents import at, point
from tests.unit.merger.drift.layers import COVERS, DAYS, FIRST, NOW, OF, QUIET, BothLayers, every_day, every_hour, speed


def test_a_day_with_a_missing_hour_is_left_out() -> None:
    hours = [each for each in every_hour() if each["hour"] != at("2026-03-08 05:00")]
    found = BothLayers(every_day(), hours).drift()
    assert (found.days, found.left_out) == ((DAYS[0], DAYS[2]), ("2026-03-06", DAYS[1]))
    assert found.ratio == 0


def test_a_day_with_an_hour_that_is_assumed_to_be_quiet_is_left_out() -> None:
    hours = [each for each in every_hour() if each["hour"] != at("2026-03-08 05:00")]
    both = BothLayers(every_day(), hours)

    def assuming(types: tuple[str, ...]) -> tuple[Boundary, Layers]:
        boundary, layers = both.layers(types)
        quiet = replace(layers.speed_of("sentiment"), assumed={at("2026-03-08 05:00"): Reason.QUIET})
        return boundary, replace(layers, speed={"sentiment": quiet})

    auditor = Auditor(assuming, both.store, Contract(), lambda: 0.0)
    assert auditor.compare(OF, None).left_out == both.drift().left_out != ()


def test_an_hour_with_only_future_stamps_counts_as_missing() -> None:
    hours = every_hour()
    hours[5]["synced_at"] = NOW + DAY
    assert BothLayers(every_day(), hours).drift().days == DAYS[1:]


def test_a_day_that_expires_while_being_read_is_left_out() -> None:
    layers = BothLayers(every_day(), every_hour())
    layers.layers(("sentiment",))
    gone = at("2026-03-07 00:00")
    layers.store.collections[SPEED] = [each for each in layers.store.collections[SPEED] if each["hour"] != gone]
    assert layers.drift().days == DAYS[1:]


def test_a_comparison_starts_at_the_given_day() -> None:
    found = BothLayers(every_day(), every_hour()).drift(at("2026-03-09 00:00"))
    assert (found.days, found.left_out) == (DAYS[2:], ())


def test_the_fixed_strategy_also_compares_all_days_the_speed_layer_holds() -> None:
    found = BothLayers(every_day(), every_hour(), Policy(strategy=Strategy.FIXED)).drift()
    assert (found.days, found.checked) == (DAYS[2:], 1)


HOSTILE: tuple[Mapping[str, Any], ...] = (
    {"review_count": "seven"},
    {"review_count": float("nan")},
    {"review_count": -1},
    {"review_count": None},
    {"positive_count": {}},
)


@pytest.mark.parametrize("wrong", HOSTILE, ids=str)
def test_unreadable_documents_are_not_checked_and_the_rest_is_compared(wrong: Mapping[str, Any]) -> None:
    day = point("2026-03-08", 5, COVERS, movie_id=2)
    hour = speed(at("2026-03-09 05:00"), 5, 3)
    for document in (day, hour):
        document["data"] = {**document["data"], **wrong}
    others = [point("2026-03-09", 5, COVERS, movie_id=3), point("2026-03-07", 3, COVERS, movie_id=4)]
    without_movie = {key: value for key, value in hour.items() if key != "movie_id"}
    found = BothLayers([*every_day(), day, *others], [*every_hour(), hour, without_movie]).drift()
    assert (found.checked, found.not_checked) == (4, 3)
    assert found.worst == (ComparedBucket(4, "2026-03-07", 3, 0),)


def test_a_newer_readable_document_outweighs_an_unreadable_one() -> None:
    hour = at("2026-03-09 05:00")
    broken = {**speed(hour, 1, QUIET, synced_at=hour + HOUR), "data": {}}
    assert BothLayers(every_day(), [*every_hour(), broken]).drift().not_checked == 0
    broken["synced_at"] = NOW
    assert BothLayers(every_day(), [*every_hour(), broken]).drift().not_checked == 1


def test_documents_with_future_stamps_are_ignored() -> None:
    ahead = NOW + DAY
    batch = [*every_day(), point("2026-03-08", 9, ahead, movie_id=2)]
    hours = [*every_hour(), speed(at("2026-03-09 05:00"), 9, 3, synced_at=ahead)]
    found = BothLayers(batch, hours).drift()
    assert (found.checked, found.not_checked, found.ratio) == (3, 2, 0)


def test_comparison_stops_at_its_time_limit() -> None:
    layers = BothLayers(every_day(), every_hour())

    def later(types: tuple[str, ...]) -> tuple[Boundary, Layers]:
        return layers.layers(types)

    moments = iter([0.0, *[1000.0] * 9])
    with pytest.raises(StoreUnavailable):
        Auditor(later, layers.store, Contract(), lambda: next(moments)).compare(OF, None)


def test_points_under_another_payload_key_are_found_by_movie() -> None:
    batch = every_day()
    for document in batch:
        document["stats"] = document.pop("data")
    assert replace(BothLayers(batch, every_hour()).drift(), left_out=()) == Drift(DAYS, (), 3, 0, 72, 72)


def test_dates_are_found_in_every_spelling() -> None:
    batch = every_day()
    batch[0]["data"]["date"] = FIRST
    batch[1]["data"]["date"] = "2026-03-08T00:00:00Z"
    batch += [point("2026-03-09", 2, COVERS, movie_id=2)]
    batch[-1]["data"]["date"] = floor_day(at("2026-03-09 12:00"))
    found = BothLayers(batch, every_hour()).drift()
    assert (found.checked, found.worst) == (4, (ComparedBucket(2, "2026-03-09", 2, 0),))
