"""Silent hours of a data type: quiet, cut or missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from merger.core.boundary import Boundary, SpeedLayer
from merger.core.evidence import Reason
from merger.core.windows import HOUR
from merger.layers.silence import MOST_COUNTED, Seen, Silence
from tests.unit.merger.documents import at

NOW = at("2026-03-10 10:30")
OPEN = at("2026-03-10 10:00")
BOUNDARY = Boundary(NOW)
LAG_LIMIT = BOUNDARY.policy.speed_lag_limit


def ago(*hours: int) -> frozenset[datetime]:
    return frozenset(OPEN - n * HOUR for n in hours)


def seen(held: Iterable[int], *, cut: Iterable[int] = (), synced_at: datetime = NOW) -> Seen:
    return Seen(ago(*held), ago(*held) - ago(*cut), synced_at)


LIVING = seen(range(60))


def judge(own: Seen, *others: Seen, in_48_hours: int = 10, now: datetime = NOW) -> SpeedLayer:
    return Silence(Boundary(now), own, others, lambda _: min(in_48_hours, MOST_COUNTED)).judge()


def quiet_hours(layer: SpeedLayer) -> set[datetime]:
    return {hour for hour, reason in layer.assumed.items() if reason is Reason.QUIET}


@pytest.mark.parametrize(
    ("in_48_hours", "longest"),
    [(5000, 0), (222, 0), (221, 1), (111, 1), (48, 4), (24, 9), (10, 22), (5, 44)],
)
def test_a_silence_passes_for_quiet_only_as_long_as_it_is_plausible(in_48_hours: int, longest: int) -> None:
    for length in range(1, 50):
        own = seen([*range(length + 1, 60)], synced_at=OPEN - length * HOUR)
        expected = ago(*range(1, length + 1)) if length <= longest else set()
        assert quiet_hours(judge(own, LIVING, in_48_hours=in_48_hours)) == expected


def test_a_silence_in_which_no_other_type_lived_is_missing() -> None:
    own = seen([0, 1, 4, 5])
    assert judge(own).assumed == {}
    assert judge(own, seen([1, 2, 4])).assumed == {}
    assert judge(own, seen([1, 2, 3], cut=[2])).assumed == {}
    assert quiet_hours(judge(own, seen([2]), seen([3]))) == ago(2, 3)


def test_a_type_without_any_document_is_not_quiet() -> None:
    assert judge(Seen(), LIVING) == SpeedLayer()


def test_the_time_before_the_first_document_is_not_quiet() -> None:
    assert judge(seen([0, 1, 2]), LIVING, in_48_hours=0).assumed == {}


def test_an_hour_without_a_sign_of_life_near_its_end_is_cut() -> None:
    assert judge(seen(range(60), cut=[3])).assumed == dict.fromkeys(ago(3), Reason.CUT)


def test_the_open_hour_and_one_whose_last_sync_may_be_on_its_way_are_not_cut() -> None:
    own = seen(range(60), cut=[0, 1], synced_at=OPEN)
    assert judge(own, now=OPEN + LAG_LIMIT - timedelta(seconds=1)).assumed == {}
    assert judge(own, now=OPEN + LAG_LIMIT).assumed == dict.fromkeys(ago(1), Reason.CUT)


def test_the_last_hour_of_a_dead_type_is_incomplete_rather_than_cut() -> None:
    last = OPEN - 3 * HOUR
    own = seen(range(3, 60), cut=[3], synced_at=last + timedelta(minutes=20))
    layer = judge(own)
    assert layer.assumed == {}
    assert BOUNDARY.is_known_incomplete(last, layer)


def test_the_last_hour_of_a_quiet_type_is_cut() -> None:
    last = OPEN - 3 * HOUR
    own = seen(range(3, 60), cut=[3], synced_at=last + timedelta(minutes=20))
    layer = judge(own, LIVING)
    assert layer.assumed == {**dict.fromkeys(ago(1, 2), Reason.QUIET), last: Reason.CUT}
    assert not BOUNDARY.is_known_incomplete(last, layer)


def test_a_newer_sync_without_a_newer_hour_is_no_news() -> None:
    layer = judge(seen(range(5, 60)))
    assert (layer.synced_at, layer.as_of) == (NOW, OPEN - 4 * HOUR)
    assert BOUNDARY.is_lagging(layer)


def test_the_newest_hour_is_cut_once_stamps_move_on_without_a_newer_one() -> None:
    newest = OPEN - 5 * HOUR
    assert judge(seen(range(5, 60))).assumed == {newest: Reason.CUT}
    assert judge(seen(range(5, 60), synced_at=newest + HOUR + LAG_LIMIT)).assumed == {}


def test_a_sync_counts_as_long_as_the_silence_before_it_is_plausible() -> None:
    own = seen(range(2, 60))
    assert judge(own, LIVING, in_48_hours=10).as_of == NOW
    assert judge(own, LIVING, in_48_hours=5000).as_of == OPEN - HOUR


def test_hours_of_heartbeats_alone_are_told() -> None:
    own = Seen(ago(0, 1, 2), ago(1, 2), NOW, beats=ago(1))
    layer = judge(own)
    assert (layer.held, layer.beats, layer.assumed) == (ago(0, 1, 2), ago(1), {})
