"""The freshness report: hours that each layer holds, and hours that neither does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lambdaserve.ops.reports.freshness import freshness_report, is_fine
from merger.contract.documents import BatchDocument
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.evidence import Reason
from merger.core.windows import HOUR
from tests.unit.inputs import at

NOW = at("2026-03-10 12:30")
OPEN = at("2026-03-10 12:00")
COVERED = OPEN - 60 * HOUR


def view(covers_until: datetime) -> BatchDocument:
    return BatchDocument("sentiment", None, {}, covers_until + HOUR, covers_until, 1, "")


def speed_layer(*lost: int, synced_ago: timedelta = timedelta(minutes=1)) -> SpeedLayer:
    """Every hour since the batch layer's coverage, except those lost so many hours ago."""
    held = frozenset(OPEN - n * HOUR for n in range(61) if n not in lost)
    return SpeedLayer(held, NOW - synced_ago)


def report(batch: BatchDocument | None, **speed: SpeedLayer) -> dict[str, Any]:
    computed_at = batch.computed_at if batch else None
    return freshness_report(Boundary(NOW), Layers(computed_at, speed), {"sentiment": batch})


def test_complete_layers_are_fine_once_the_batch_is_recent() -> None:
    covered = OPEN - 20 * HOUR
    found = report(view(covered), sentiment=speed_layer())
    assert is_fine(found)
    assert found["batch"]["sentiment"]["covers_until"] == "2026-03-09T16:00:00Z"
    assert found["speed"]["sentiment"]["lag_seconds"] == 60


def test_report_reaches_back_72_hours_or_further_where_a_layer_does() -> None:
    assert report(view(COVERED), sentiment=speed_layer())["since"] == "2026-03-07T12:00:00Z"
    assert report(view(OPEN - 100 * HOUR), sentiment=speed_layer())["since"] == "2026-03-06T08:00:00Z"


def test_hour_that_neither_layer_holds_is_missing() -> None:
    found = report(view(COVERED), sentiment=speed_layer(10))
    assert found["freshness"]["missing"] == [{"start": "2026-03-10T02:00:00Z", "end": "2026-03-10T03:00:00Z"}]
    assert not is_fine(found)
    assert found["speed"]["sentiment"]["held"] == [
        {"start": "2026-03-08T00:00:00Z", "end": "2026-03-10T02:00:00Z"},
        {"start": "2026-03-10T03:00:00Z", "end": "2026-03-10T12:00:00Z"},
    ]


def test_without_a_batch_view_everything_before_the_speed_layer_is_missing() -> None:
    missing = report(None, sentiment=speed_layer())["freshness"]["missing"]
    assert missing == [{"start": None, "end": "2026-03-08T00:00:00Z"}]


def test_type_that_never_synced_has_no_lag() -> None:
    state = report(view(COVERED), sentiment=speed_layer(), stats=SpeedLayer())["speed"]["stats"]
    assert (state["synced_at"], state["lag_seconds"], state["is_lagging"], state["hours_held"]) == (
        None,
        None,
        False,
        0,
    )


def test_hours_that_pass_for_held_are_told() -> None:
    quiet = replace(speed_layer(10), assumed={OPEN - 10 * HOUR: Reason.QUIET, OPEN - 5 * HOUR: Reason.CUT})
    found = report(view(OPEN - 20 * HOUR), sentiment=quiet)
    told = [
        {"start": "2026-03-10T02:00:00Z", "end": "2026-03-10T03:00:00Z", "reason": "quiet"},
        {"start": "2026-03-10T07:00:00Z", "end": "2026-03-10T08:00:00Z", "reason": "cut"},
    ]
    assert found["speed"]["sentiment"]["assumed"] == found["freshness"]["assumed"] == told
    assert found["freshness"]["missing"] == []


def test_a_sync_without_a_new_hour_is_no_news() -> None:
    idle = replace(speed_layer(), known_until=OPEN - HOUR)
    state = report(view(COVERED), sentiment=idle)["speed"]["sentiment"]
    assert (state["synced_at"], state["as_of"]) == ("2026-03-10T12:29:00Z", "2026-03-10T11:00:00Z")
    assert (state["lag_seconds"], state["is_lagging"]) == (5400, True)
