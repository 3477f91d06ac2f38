"""Snapshots of the layers: their differences, and what one leader leaves to the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.windows import HOUR
from merger.invalidation.snapshot import Differences, KnownState, LayerSnapshot, differences

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
TOP = NOW.replace(minute=0)
WHOLE = (
    b'{"snapshot":{"at":"2026-05-04T15:20:00Z","speed_from":"2026-05-02T15:00:00Z","batch":null,"stale":false,'
    b'"types":{"stats":[null,[],false]},"runs":""},"batch_noticed":null,"tokens":null}'
)
MINUTE = timedelta(minutes=1)
BATCH = NOW - 9 * HOUR


def layers(
    *hours_ago: int, synced: datetime | None = NOW - MINUTE, batch: datetime | None = BATCH, top: datetime = TOP
) -> Layers:
    held = frozenset(top - ago * HOUR for ago in hours_ago)
    return Layers(batch_computed_at=batch, speed={"stats": SpeedLayer(held, synced)})


def snapshot(found: Layers, now: datetime = NOW) -> LayerSnapshot:
    return LayerSnapshot.of(Boundary(now), found)


def test_equal_snapshots_have_no_difference() -> None:
    seen = snapshot(layers(0, 1, 2))
    assert differences(seen, seen) == Differences(batch=False, stale=False, synced={}, statuses=frozenset())


def test_another_newest_batch_document_or_none_is_a_difference() -> None:
    for other in (NOW - HOUR, NOW - 20 * HOUR, None):
        assert differences(snapshot(layers(1)), snapshot(layers(1, batch=other))).batch


def test_newer_sync_is_reported_with_the_one_before() -> None:
    found = differences(snapshot(layers(1)), snapshot(layers(1, synced=NOW)))
    assert found.synced == {"stats": NOW - MINUTE}
    assert found.statuses == frozenset()


def test_lost_or_filled_hour_changes_the_status_of_its_type() -> None:
    assert differences(snapshot(layers(1, 2)), snapshot(layers(1))).statuses == {"stats"}
    assert differences(snapshot(layers(1)), snapshot(layers(1, 3))).statuses == {"stats"}


def test_open_hour_and_an_hour_that_closes_are_no_difference() -> None:
    before = snapshot(layers(1))
    assert differences(before, snapshot(layers(0, 1))).statuses == frozenset()
    later = NOW + HOUR
    assert differences(before, snapshot(layers(0, 1, 2, top=TOP + HOUR, synced=later), later)).statuses == frozenset()


def test_expired_hour_is_no_difference() -> None:
    later = NOW + HOUR
    oldest = Boundary(NOW).speed_from
    before = Layers(BATCH, {"stats": SpeedLayer(frozenset({oldest}), later)})
    after = Layers(BATCH, {"stats": SpeedLayer(frozenset(), later)})
    assert differences(snapshot(before), snapshot(after, later)).statuses == frozenset()


def test_beginning_or_ceasing_to_lag_changes_the_status_of_its_type() -> None:
    current, later = layers(1), NOW + timedelta(minutes=10)
    assert differences(snapshot(current), snapshot(current, later)).statuses == {"stats"}
    recovered = snapshot(layers(1, synced=later), later)
    assert differences(snapshot(current, later), recovered).statuses == {"stats"}


def test_batch_layer_that_becomes_stale_is_a_difference() -> None:
    found = differences(snapshot(layers(1)), snapshot(layers(1), BATCH + timedelta(hours=37)))
    assert found.stale
    assert not found.batch


@pytest.mark.parametrize("found", [layers(0, 1, 30), layers(batch=None, synced=None)])
def test_known_state_is_decoded_as_it_was_encoded(found: Layers) -> None:
    seen = snapshot(found)
    left = KnownState(seen, NOW, [{"_data": "8263"}, None])
    assert KnownState.decode(left.encode()) == left


@pytest.mark.parametrize(
    "text",
    [
        None,
        b"",
        b"\xff",
        b"[]",
        b"7",
        b"{}",
        b'{"snapshot": []}',
        WHOLE.replace(b'15:20:00Z","speed_from"', b'15:20:00","speed_from"'),
        WHOLE.replace(b'"stats":[null,[],false]', b'"stats":[1]'),
        WHOLE.replace(b'"stale":false', b'"stale":0'),
        WHOLE.replace(b',"tokens":null', b""),
    ],
)
def test_anything_else_decodes_to_none(text: bytes | None) -> None:
    assert KnownState.decode(WHOLE) is not None
    assert KnownState.decode(text) is None


def test_known_state_is_encoded_alike_each_time_and_takes_any_token() -> None:
    seen = snapshot(layers(*range(30)))
    first, second = (KnownState(seen, None, [{"_data": object}]).encode() for _ in range(2))
    assert first == second
    assert KnownState.decode(first) == KnownState(seen, None, [{"_data": str(object)}])
