"""What another look of the layers outdates."""

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


def test_nothing_new_is_no_difference() -> None:
    seen = snapshot(layers(0, 1, 2))
    assert differences(seen, seen) == Differences(batch=False, stale=False, synced={}, standing=frozenset())


def test_a_newer_batch_document_is_a_difference_and_so_is_one_that_is_gone() -> None:
    for other in (NOW - HOUR, NOW - 20 * HOUR, None):
        assert differences(snapshot(layers(1)), snapshot(layers(1, batch=other))).batch


def test_a_newer_sync_is_told_with_the_one_before() -> None:
    found = differences(snapshot(layers(1)), snapshot(layers(1, synced=NOW)))
    assert found.synced == {"stats": NOW - MINUTE}
    assert found.standing == frozenset()


def test_an_hour_that_is_lost_or_filled_concerns_every_movie() -> None:
    assert differences(snapshot(layers(1, 2)), snapshot(layers(1))).standing == {"stats"}
    assert differences(snapshot(layers(1)), snapshot(layers(1, 3))).standing == {"stats"}


def test_the_open_hour_and_an_hour_that_ends_are_no_difference() -> None:
    before = snapshot(layers(1))
    assert differences(before, snapshot(layers(0, 1))).standing == frozenset()
    later = NOW + HOUR
    assert differences(before, snapshot(layers(0, 1, 2, top=TOP + HOUR, synced=later), later)).standing == frozenset()


def test_an_hour_that_expires_is_no_difference() -> None:
    later = NOW + HOUR
    oldest = Boundary(NOW).speed_from
    before = Layers(BATCH, {"stats": SpeedLayer(frozenset({oldest}), later)})
    after = Layers(BATCH, {"stats": SpeedLayer(frozenset(), later)})
    assert differences(snapshot(before), snapshot(after, later)).standing == frozenset()


def test_a_layer_that_begins_or_ceases_to_lag_concerns_every_movie() -> None:
    current, later = layers(1), NOW + timedelta(minutes=10)
    assert differences(snapshot(current), snapshot(current, later)).standing == {"stats"}
    recovered = snapshot(layers(1, synced=later), later)
    assert differences(snapshot(current, later), recovered).standing == {"stats"}


def test_a_batch_layer_that_becomes_stale_is_a_difference() -> None:
    found = differences(snapshot(layers(1)), snapshot(layers(1), BATCH + timedelta(hours=37)))
    assert found.stale
    assert not found.batch


@pytest.mark.parametrize("found", [layers(0, 1, 30), layers(batch=None, synced=None)])
def test_the_next_one_in_charge_reads_what_the_last_one_left(found: Layers) -> None:
    seen = snapshot(found)
    left = KnownState(seen, NOW, [{"_data": "8263"}, None])
    assert KnownState.decoded(left.encoded()) == left


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
def test_what_is_no_such_thing_is_nothing(text: bytes | None) -> None:
    assert KnownState.decoded(WHOLE) is not None
    assert KnownState.decoded(text) is None


def test_known_state_is_encoded_alike_each_time_and_takes_any_token() -> None:
    seen = snapshot(layers(*range(30)))
    first, second = (KnownState(seen, None, [{"_data": object}]).encoded() for _ in range(2))
    assert first == second
    assert KnownState.decoded(first) == KnownState(seen, None, [{"_data": str(object)}])
