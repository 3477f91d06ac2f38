"""The health report from the probes' results, and readiness with its reasons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lambdaserve.config.disk_room import FULL_BELOW
from lambdaserve.ops.health.report import ProbeResults, Readiness, build_report
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.operations.probes import CachePing, StorePing

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
STORE, CACHE = StorePing(0.5), CachePing(0.1, 0.9)
COUNTS = {"batch_views": 10, "speed_views": 20}


def layers(batch_age: timedelta | None, **sync_ages: timedelta) -> tuple[Boundary, Layers]:
    speed = {name: SpeedLayer(synced_at=NOW - age) for name, age in sync_ages.items()}
    return Boundary(NOW), Layers(None if batch_age is None else NOW - batch_age, speed)


FRESH = layers(timedelta(hours=10), stats=timedelta(seconds=30), sentiment=timedelta(seconds=90))


def states(results: ProbeResults) -> tuple[str, ...]:
    body = build_report(results, NOW)
    return (body["status"], *(service["status"] for service in body["services"].values()))


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (ProbeResults(STORE, CACHE, FRESH, COUNTS), ("healthy", "healthy", "healthy", "healthy", "healthy", "healthy")),
        (ProbeResults(STORE, CACHE, FRESH, None), ("healthy", "healthy", "healthy", "healthy", "healthy", "healthy")),
        (
            ProbeResults(STORE, None, FRESH, COUNTS),
            ("degraded", "healthy", "unhealthy", "healthy", "healthy", "healthy"),
        ),
        (ProbeResults(STORE, CACHE, None, COUNTS), ("degraded", "healthy", "healthy", "unknown", "unknown", "healthy")),
        (ProbeResults(None, CACHE, None, None), ("unhealthy", "unhealthy", "healthy", "unknown", "unknown", "healthy")),
        (
            ProbeResults(STORE, CACHE, layers(None), COUNTS),
            ("degraded", "healthy", "healthy", "empty", "empty", "healthy"),
        ),
        (
            ProbeResults(STORE, CACHE, layers(timedelta(hours=36), stats=timedelta(minutes=10)), COUNTS),
            ("healthy", "healthy", "healthy", "healthy", "healthy", "healthy"),
        ),
        (
            ProbeResults(STORE, CACHE, layers(timedelta(hours=36, seconds=1), stats=timedelta(minutes=11)), COUNTS),
            ("degraded", "healthy", "healthy", "stale", "lagging", "healthy"),
        ),
        (
            ProbeResults(STORE, CACHE, FRESH, COUNTS, disk_free=FULL_BELOW - 1),
            ("degraded", "healthy", "healthy", "healthy", "healthy", "full"),
        ),
        (
            ProbeResults(None, CACHE, None, None, disk_free=0),
            ("unhealthy", "unhealthy", "healthy", "unknown", "unknown", "full"),
        ),
    ],
)
def test_overall_status_follows_its_parts(results: ProbeResults, expected: tuple[str, ...]) -> None:
    assert states(results) == expected


@pytest.mark.parametrize(
    ("free", "detail"), [(FULL_BELOW, None), (None, None), (0, "disk full: writes to DATA_DIR fail")]
)
def test_a_full_disk_is_said_in_plain_words(free: int | None, detail: str | None) -> None:
    disk = build_report(ProbeResults(STORE, CACHE, FRESH, COUNTS, disk_free=free), NOW)["services"]["disk"]
    assert (disk["detail"] or "").startswith(detail or "")
    assert (disk["detail"] is None) is (detail is None)


def test_a_sync_without_a_new_hour_does_not_make_the_layer_younger() -> None:
    idle = Layers(NOW, {"stats": SpeedLayer(synced_at=NOW, known_until=NOW - timedelta(hours=2))})
    layer = build_report(ProbeResults(STORE, CACHE, (Boundary(NOW), idle), COUNTS), NOW)["services"]["speed_layer"]
    assert (layer["status"], layer["lag_seconds"]) == ("lagging", 7200)


def test_speed_layer_is_as_late_as_its_latest_type() -> None:
    layer = build_report(ProbeResults(STORE, CACHE, FRESH, COUNTS), NOW)["services"]["speed_layer"]
    assert (layer["lag_seconds"], layer["last_update"]) == (90, "2026-03-10T12:28:30Z")
    assert layer["types"]["stats"]["lag_seconds"] == 30


@pytest.mark.parametrize(
    ("readiness", "is_ready", "codes"),
    [
        (Readiness(True, False, (), True), True, []),
        (Readiness(True, False, None, None), True, []),
        (Readiness(False, False, None, None), False, ["mongodb_away"]),
        (Readiness(False, True, None, None), True, ["mongodb_away"]),
        (Readiness(True, False, ("a.b",), False), False, ["indexes_missing", "no_data"]),
    ],
)
def test_readiness_gives_a_reason_for_each_obstacle(readiness: Readiness, is_ready: bool, codes: list[str]) -> None:
    assert readiness.is_ready is is_ready
    assert [reason.partition(":")[0] for reason in readiness.reasons] == codes
