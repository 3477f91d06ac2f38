"""The drift between the layers is what the speed layer lost or counted twice, and nothing else (M13)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases, Contract
from merger.core.boundary import Boundary, Layers, Policy, Strategy
from merger.core.windows import DAY, HOUR, floor_day
from merger.drift.auditor import Auditor
from merger.drift.comparison import WORST, ComparedBucket, Drift
from merger.drift.days import Sample
from merger.drift.shared_result import Audit
from merger.errors import StoreUnavailable
from merger.layers.state import LayerState
from tests.memory_store import MemoryStore
from tests.unit.merger.documents import Raw, at, bucket, point, total

NOW = at("2026-03-10 10:30")
COVERS = at("2026-03-10 02:00")
OF = COVERS + HOUR
DAYS = ("2026-03-07", "2026-03-08", "2026-03-09")
"""Those that a batch of 02:00 covers whole and of which the speed layer holds every hour."""
FIRST = at("2026-03-07 00:00")
OLDEST = at("2026-03-05 11:00")
"""Of the speed hours: the day it lies in is not whole, the one after it is before ``FIRST``, and left out here."""
QUIET = 1
"""A movie with one review an hour, so that every hour is held."""


def every_hour(start: datetime = FIRST, end: datetime = NOW, movie_id: int = QUIET) -> list[Raw]:
    count = int((end - start) / HOUR) + 1
    return [speed(start + index * HOUR, 1, movie_id) for index in range(count)]


def speed(hour: datetime, reviews: int, movie_id: int, **more: Any) -> Raw:
    return bucket(hour, reviews, **{"movie_id": movie_id, "synced_at": max(hour + HOUR, NOW - HOUR), **more})


def every_day(movie_id: int = QUIET, reviews: int = 24) -> list[Raw]:
    return [point(day, reviews, COVERS, movie_id=movie_id) for day in DAYS]


class Held:
    """Both layers, as documents."""

    def __init__(self, batch: Iterable[Raw], speed: Iterable[Raw], policy: Policy | None = None) -> None:
        self.store = MemoryStore(**{BATCH: [*batch], SPEED: [*speed]})
        self.watch = LayerState(self.store, Aliases(), lambda: 0.0)
        self.policy = policy or Policy()
        self.seconds = 0.0

    def layers(self, types: tuple[str, ...]) -> tuple[Boundary, Layers]:
        boundary = Boundary(NOW, self.policy)
        return boundary, self.watch.layers(types, boundary)

    def drift(self, start: datetime | None = None, sample: Sample | None = None) -> Drift:
        auditor = Auditor(self.layers, self.store, Contract(), lambda: self.seconds, lambda: sample or Sample())
        return auditor.compare(OF, start)


def test_layers_that_agree_do_not_drift() -> None:
    found = Held(every_day(), every_hour()).drift()
    assert found == Drift(days=DAYS, left_out=("2026-03-06",), checked=3, batch=72, speed=72)
    assert found.ratio == 0


def test_what_is_lost_and_what_is_counted_twice_is_told_by_direction() -> None:
    hours = every_hour()
    late = speed(at("2026-03-09 05:00"), 0, QUIET, synced_at=NOW)  # rewritten without what it had
    twice = speed(at("2026-03-08 05:00"), 2, QUIET, synced_at=NOW)
    for documents in ([*hours, late, twice], [twice, late, *hours]):
        found = Held(every_day(), documents).drift()
        assert (found.batch_more, found.speed_more, found.batch, found.speed) == (1, 1, 72, 72)
        assert found.ratio == 2 / 72
        assert set(found.worst) == {ComparedBucket(1, "2026-03-09", 24, 23), ComparedBucket(1, "2026-03-08", 24, 25)}


def test_a_movie_that_one_layer_lacks_counts_as_none_there() -> None:
    batch = [*every_day(), point("2026-03-08", 5, COVERS, movie_id=2), total(9, COVERS, movie_id=3)]
    more = [speed(at("2026-03-08 01:00"), 7, 3), speed(at("2026-03-09 01:00"), 4, 4)]
    found = Held(batch, [*every_hour(), *more]).drift()
    assert found.worst == (
        ComparedBucket(3, "2026-03-08", 0, 7),
        ComparedBucket(2, "2026-03-08", 5, 0),
        ComparedBucket(4, "2026-03-09", 0, 4),
    )
    assert (found.batch_more, found.speed_more, found.checked, found.not_checked) == (5, 11, 6, 0)


def test_a_movie_that_the_batch_does_not_cover_yet_is_not_checked() -> None:
    earlier = at("2026-03-08 02:00")
    batch = [*every_day(), point("2026-03-08", 1, earlier, movie_id=2), total(9, earlier, movie_id=3)]
    more = [speed(at("2026-03-08 01:00"), 7, 2), speed(at("2026-03-08 01:00"), 4, 3)]
    found = Held(batch, [*every_hour(), *more]).drift()
    assert (found.checked, found.not_checked, found.worst) == (3, 2, ())


def test_days_that_the_batch_does_not_cover_are_not_compared() -> None:
    batch = [point(day, 99, at("2026-03-09 02:00")) for day in DAYS]
    found = Held(batch, every_hour()).drift()
    assert found.days == DAYS[:2]
    assert found.batch_more == 2 * 99


def test_days_of_which_an_hour_is_lacking_are_left_out() -> None:
    hours = [each for each in every_hour() if each["hour"] != at("2026-03-08 05:00")]
    found = Held(every_day(), hours).drift()
    assert (found.days, found.left_out) == ((DAYS[0], DAYS[2]), ("2026-03-06", DAYS[1]))
    assert found.ratio == 0


def test_an_hour_of_which_only_the_future_tells_is_lacking() -> None:
    hours = every_hour()
    hours[5]["synced_at"] = NOW + DAY
    assert Held(every_day(), hours).drift().days == DAYS[1:]


def test_a_day_that_expires_while_it_is_read_is_left_out() -> None:
    held = Held(every_day(), every_hour())
    held.layers(("sentiment",))
    gone = at("2026-03-07 00:00")
    held.store.collections[SPEED] = [each for each in held.store.collections[SPEED] if each["hour"] != gone]
    assert held.drift().days == DAYS[1:]


def test_a_comparison_goes_on_where_the_last_one_ended() -> None:
    found = Held(every_day(), every_hour()).drift(at("2026-03-09 00:00"))
    assert (found.days, found.left_out) == (DAYS[2:], ())


def test_the_fixed_strategy_compares_what_the_speed_layer_holds_all_the_same() -> None:
    found = Held(every_day(), every_hour(), Policy(strategy=Strategy.FIXED)).drift()
    assert (found.days, found.checked) == (DAYS[2:], 1)


HOSTILE: tuple[Mapping[str, Any], ...] = (
    {"review_count": "7"},
    {"review_count": float("nan")},
    {"review_count": -1},
    {"review_count": None},
    {"avg_sentiment": {}},
)


@pytest.mark.parametrize("wrong", HOSTILE, ids=str)
def test_documents_that_cannot_be_read_are_not_checked_and_stop_nothing(wrong: Mapping[str, Any]) -> None:
    day = point("2026-03-08", 5, COVERS, movie_id=2)
    hour = speed(at("2026-03-09 05:00"), 5, 3)
    for document in (day, hour):
        document["data"] = {**document["data"], **wrong}
    others = [point("2026-03-09", 5, COVERS, movie_id=3), point("2026-03-07", 3, COVERS, movie_id=4)]
    nobody = {key: value for key, value in hour.items() if key != "movie_id"}
    found = Held([*every_day(), day, *others], [*every_hour(), hour, nobody]).drift()
    assert (found.checked, found.not_checked) == (4, 3)
    assert found.worst == (ComparedBucket(4, "2026-03-07", 3, 0),)


def test_a_readable_document_that_is_newer_stands_for_one_that_cannot_be_read() -> None:
    hour = at("2026-03-09 05:00")
    broken = {**speed(hour, 1, QUIET, synced_at=hour + HOUR), "data": {}}
    assert Held(every_day(), [*every_hour(), broken]).drift().not_checked == 0
    broken["synced_at"] = NOW
    assert Held(every_day(), [*every_hour(), broken]).drift().not_checked == 1


def test_stamps_from_the_future_are_no_evidence() -> None:
    ahead = NOW + DAY
    batch = [*every_day(), point("2026-03-08", 9, ahead, movie_id=2)]
    hours = [*every_hour(), speed(at("2026-03-09 05:00"), 9, 3, synced_at=ahead)]
    found = Held(batch, hours).drift()
    assert (found.checked, found.not_checked, found.ratio) == (3, 2, 0)


def test_of_very_many_movies_a_sample_is_compared() -> None:
    movies = range(2, 42)
    batch = [point("2026-03-09", 2, COVERS, movie_id=movie) for movie in movies]
    hours = [speed(at("2026-03-09 05:00"), 1, movie) for movie in movies]
    found = Held([*every_day(), *batch], [*every_hour(), *hours]).drift(at("2026-03-09 00:00"), Sample(most=16))
    assert found.one_in == 4
    assert (found.checked, found.batch, found.batch_more) == (10, 20, 10)
    assert {bucket.movie_id for bucket in found.worst} == set(range(4, 42, 4))


def test_only_the_worst_are_named() -> None:
    movies = range(2, 2 + 30 * WORST)
    batch = [point("2026-03-09", movie, COVERS, movie_id=movie) for movie in movies]
    found = Held([*every_day(), *batch], every_hour()).drift(at("2026-03-09 00:00"))
    assert [bucket.movie_id for bucket in found.worst] == [*reversed(movies)][:WORST]
    assert found.batch_more == sum(movies)


def test_one_that_takes_too_long_gives_up() -> None:
    held = Held(every_day(), every_hour())

    def later(types: tuple[str, ...]) -> tuple[Boundary, Layers]:
        return held.layers(types)

    moments = iter([0.0, *[1000.0] * 9])
    with pytest.raises(StoreUnavailable):
        Auditor(later, held.store, Contract(), lambda: next(moments)).compare(OF, None)


def test_it_reads_as_it_was_written() -> None:
    drift = Held(every_day(reviews=25), every_hour()).drift()
    audit = Audit.made(OF, NOW, drift, None)
    assert (audit.start, audit.until) == (FIRST, at("2026-03-10 00:00"))
    assert Audit.decoded(audit.encoded()) == audit
    nothing = Audit.made(OF + DAY, NOW, Drift(), audit)
    assert (nothing.start, nothing.until) == (audit.start, audit.until)
    for damaged in (None, b"", b"{}", b"[]", b"{", audit.encoded().replace(b'"checked":3', b'"checked":"x"')):
        assert Audit.decoded(damaged) is None


MOVIES = (2, 3, 4)
TRUTH = st.dictionaries(
    st.tuples(st.sampled_from(MOVIES), st.integers(0, 71)),
    st.tuples(st.integers(1, 50), st.sampled_from((0, 1, 1, 1, 2))),
    max_size=30,
)
"""(movie, hour) → reviews, and how often the speed layer counts them."""


@settings(max_examples=20)
@given(truth=TRUTH, chance=st.randoms(use_true_random=False), duplicates=st.booleans())
def test_drift_is_exactly_what_was_lost_or_doubled(
    truth: dict[tuple[int, int], tuple[int, int]], chance: random.Random, duplicates: bool
) -> None:
    days: dict[tuple[int, str], list[int]] = {}
    hours = every_hour()
    for (movie, index), (reviews, times) in truth.items():
        hour = FIRST + index * HOUR
        sums = days.setdefault((movie, hour.date().isoformat()), [0, 0])
        sums[0] += reviews
        sums[1] += reviews * times
        if times:
            hours.append(speed(hour, reviews * times, movie))
    batch = [*every_day(), *(point(day, sums[0], COVERS, movie_id=movie) for (movie, day), sums in days.items())]
    batch += [total(1000, COVERS, movie_id=movie) for movie in MOVIES]
    if duplicates:
        # Older runs and syncs said less; they don't count (D4).
        batch += [older(each, "computed_at") for each in batch]
        hours += [older(each, "synced_at") for each in hours]
    found = drift_of(batch, hours, chance)
    apart = {ComparedBucket(movie, day, *sums) for (movie, day), sums in days.items() if sums[0] != sums[1]}
    assert set(found.worst) == apart
    assert found.batch_more == sum(max(0, bucket.difference) for bucket in apart)
    assert found.speed_more == sum(max(0, -bucket.difference) for bucket in apart)
    assert found.batch == 72 + sum(sums[0] for sums in days.values())
    assert found.speed == 72 + sum(sums[1] for sums in days.values())
    assert (found.checked, found.not_checked, found.days) == (3 + len(days), 0, DAYS)


def older(document: Raw, stamp: str) -> Raw:
    data = {**document["data"], "review_count": 0}
    return {**document, "data": data, stamp: document[stamp] - timedelta(minutes=1)}


def drift_of(batch: list[Raw], hours: list[Raw], chance: random.Random) -> Drift:
    written_batch = [spelled(each, chance, {}) for each in batch]
    written_hours = [spelled(each, chance, {"data": "stats", "data_type": "view_type"}) for each in hours]
    chance.shuffle(written_batch)
    chance.shuffle(written_hours)
    return Held(written_batch, written_hours).drift()


def spelled(document: Raw, chance: random.Random, others: Mapping[str, str]) -> Raw:
    """As another producer writes it (D1); some keys have another name there."""
    result = {others[key] if key in others and chance.random() < 0.3 else key: value for key, value in document.items()}
    for key in ("hour", "computed_at", "covers_until"):
        if key in result and chance.random() < 0.2:
            result[key] = result[key].isoformat().replace("+00:00", "Z")
    payload = "stats" if "stats" in result else "data"
    result[payload] = {**result[payload], "review_count": chance.choice((int, float))(result[payload]["review_count"])}
    return result


def test_points_under_another_name_are_found_by_the_movies_of_the_speed_layer() -> None:
    batch = every_day()
    for document in batch:
        document["stats"] = document.pop("data")
    assert replace(Held(batch, every_hour()).drift(), left_out=()) == Drift(DAYS, (), 3, 0, 72, 72)


def test_dates_are_found_however_they_are_written() -> None:
    batch = every_day()
    batch[0]["data"]["date"] = FIRST
    batch[1]["data"]["date"] = "2026-03-08T00:00:00Z"
    batch += [point("2026-03-09", 2, COVERS, movie_id=2)]
    batch[-1]["data"]["date"] = floor_day(at("2026-03-09 12:00"))
    found = Held(batch, every_hour()).drift()
    assert (found.checked, found.worst) == (4, (ComparedBucket(2, "2026-03-09", 2, 0),))
