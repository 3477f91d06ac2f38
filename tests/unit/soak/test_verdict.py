"""The verdict of a soak says no when it should, and yes when nothing is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.integration.soak.verdict import (
    GROWTH,
    MEGABYTE,
    MORE_FILES,
    Moment,
    Tally,
    broken,
    failures,
    labelled_without_bound,
    unfair,
    warm_after,
)
from tests.integration.soak.watch import Held, Stored

DURATION = 600.0
CALM = Held(100 * MEGABYTE, 101 * MEGABYTE, files=60, threads=20, to_mongo=6, to_redis=4)


def no_change(share: float, moment: Moment) -> Moment:
    return moment


def moments(change: Callable[[float, Moment], Moment] = no_change) -> list[Moment]:
    """A hundred looks at two workers, each changed by what share of the time is over, 0 to 1."""
    even = [Moment(at, {11: CALM, 12: CALM}, Stored(1000, 4 * MEGABYTE, {})) for at in range(0, 600, 6)]
    return [change(moment.at / DURATION, moment) for moment in even]


def of_one_worker(**grown: int) -> Callable[[float, Moment], Moment]:
    """One worker's numbers rise by these in all, evenly."""

    def change(share: float, moment: Moment) -> Moment:
        more = {name: getattr(CALM, name) + int(share * by) for name, by in grown.items()}
        return replace(moment, workers={**moment.workers, 12: replace(CALM, **more)})

    return change


def test_workers_with_steady_resources_pass() -> None:
    assert [*broken(moments(), DURATION)] == []


@pytest.mark.parametrize(
    ("grown", "expected"),
    [
        ({"memory": 8 * GROWTH}, "worker 12: memory rose from"),
        ({"peak": 8 * GROWTH}, "worker 12: peak rose from"),
        ({"files": 8 * MORE_FILES}, "worker 12: files rose from"),
        ({"threads": 30}, "worker 12: threads rose from"),
        ({"to_mongo": 30}, "worker 12: to_mongo rose from"),
        ({"to_redis": 30}, "worker 12: to_redis rose from"),
    ],
)
def test_what_goes_on_growing_is_named(grown: dict[str, int], expected: str) -> None:
    (sentence,) = broken(moments(of_one_worker(**grown)), DURATION)
    assert sentence.startswith(expected)


def test_growth_during_warm_up_is_not_a_failure() -> None:
    def change(share: float, moment: Moment) -> Moment:
        cold = replace(CALM, memory=CALM.memory // 2, peak=CALM.peak // 2, files=10, threads=2, to_mongo=1, to_redis=1)
        return replace(moment, workers={11: CALM, 12: cold}) if share < 0.3 else moment

    assert [*broken(moments(change), DURATION)] == []


def test_keys_of_redis_that_go_on_growing_are_named() -> None:
    def change(share: float, moment: Moment) -> Moment:
        return replace(moment, stored=replace(moment.stored, keys=1000 + int(2000 * share)))

    (sentence,) = broken(moments(change), DURATION)
    assert sentence.startswith("keys in Redis rose from")


def test_a_worker_that_was_replaced_is_noticed() -> None:
    def change(share: float, moment: Moment) -> Moment:
        return moment if share < 0.9 else replace(moment, workers={11: CALM, 13: CALM})

    (sentence,) = broken(moments(change), DURATION)
    assert sentence.startswith("workers came or went: [11, 12, 13]")


def test_too_few_samples_are_no_proof() -> None:
    (sentence,) = broken(moments()[::20], DURATION)
    assert "looks after the warm-up" in sentence


def tally(**statuses: int) -> Tally:
    """Builds a minute's tally; ``ok=3`` stands for three 200s, ``s429=2`` for two 429s."""
    numbers = {200 if name == "ok" else int(name[1:]): number for name, number in statuses.items()}
    return Tally(Counter(numbers), first=100.0, last=160.0)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (tally(ok=400, s429=900), []),
        (tally(ok=401, s429=900), ["greedy: 401 requests admitted, 350 may be"]),
        (tally(ok=200, s401=201), ["greedy: 401 requests admitted, 350 may be"]),
        (tally(ok=200, s429=900), ["greedy: only 200 requests admitted of 350 that may be"]),
    ],
)
def test_client_gets_its_share_and_no_more(got: Tally, expected: list[str]) -> None:
    assert [*unfair("greedy", got, burst=50, per_minute=300)] == expected


def test_silence_and_server_errors_are_failures_and_refusals_are_none() -> None:
    got = Tally()
    for status in (200, 400, 401, 429):
        got.note(status, 1.0, 0.1, "fine")
    assert [*failures("anybody", got)] == []
    got.note(503, 2.0, 0.1, "/a")
    got.note(0, 3.0, 8.0, "/b")
    assert [*failures("anybody", got)] == ["anybody: 1 × 503, 1 × no answer: after 1.0 s /a; after 2.0 s /b"]
    assert (got.first, got.last) == (1.0, 11.0)


def test_late_labels_are_no_leak_and_a_label_per_client_is_one() -> None:
    assert [*labelled_without_bound([429, 1121, 1166])] == []
    assert [*labelled_without_bound([429, 1121, 2300])] == ["series of metrics rose from 1121 to 2300"]


@pytest.mark.parametrize(("duration", "seconds"), [(600, 240), (180, 120), (60, 42)])
def test_workers_are_compared_once_they_are_warm(duration: float, seconds: float) -> None:
    assert warm_after(duration) == pytest.approx(seconds)
