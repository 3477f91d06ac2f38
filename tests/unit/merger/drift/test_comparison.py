"""Drift is exactly what the speed layer lost or counted twice."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from merger.core.windows import HOUR
from merger.drift.comparison import WORST_BUCKETS, ComparedBucket, Drift
from merger.drift.days import Sample
from tests.effort import examples
from tests.unit.merger.documents import Raw, at, point, total
from tests.unit.merger.drift.layers import COVERS, DAYS, FIRST, NOW, QUIET, BothLayers, every_day, every_hour, speed


def test_layers_that_agree_do_not_drift() -> None:
    found = BothLayers(every_day(), every_hour()).drift()
    assert found == Drift(days=DAYS, left_out=("2026-03-06",), checked=3, batch=72, speed=72)
    assert found.ratio == 0


def test_lost_and_doubled_events_are_reported_by_direction() -> None:
    hours = every_hour()
    late = speed(at("2026-03-09 05:00"), 0, QUIET, synced_at=NOW)  # rewritten, and lost its reviews
    twice = speed(at("2026-03-08 05:00"), 2, QUIET, synced_at=NOW)
    for documents in ([*hours, late, twice], [twice, late, *hours]):
        found = BothLayers(every_day(), documents).drift()
        assert (found.batch_more, found.speed_more, found.batch, found.speed) == (1, 1, 72, 72)
        assert found.ratio == 2 / 72
        assert set(found.worst) == {ComparedBucket(1, "2026-03-09", 24, 23), ComparedBucket(1, "2026-03-08", 24, 25)}


def test_a_movie_missing_in_one_layer_counts_zero_there() -> None:
    batch = [*every_day(), point("2026-03-08", 5, COVERS, movie_id=2), total(9, COVERS, movie_id=3)]
    more = [speed(at("2026-03-08 01:00"), 7, 3), speed(at("2026-03-09 01:00"), 4, 4)]
    found = BothLayers(batch, [*every_hour(), *more]).drift()
    assert found.worst == (
        ComparedBucket(3, "2026-03-08", 0, 7),
        ComparedBucket(2, "2026-03-08", 5, 0),
        ComparedBucket(4, "2026-03-09", 0, 4),
    )
    assert (found.batch_more, found.speed_more, found.checked, found.not_checked) == (5, 11, 6, 0)


def test_a_movie_the_batch_does_not_cover_yet_is_not_checked() -> None:
    earlier = at("2026-03-08 02:00")
    batch = [*every_day(), point("2026-03-08", 1, earlier, movie_id=2), total(9, earlier, movie_id=3)]
    more = [speed(at("2026-03-08 01:00"), 7, 2), speed(at("2026-03-08 01:00"), 4, 3)]
    found = BothLayers(batch, [*every_hour(), *more]).drift()
    assert (found.checked, found.not_checked, found.worst) == (3, 2, ())


def test_days_the_batch_does_not_cover_are_not_compared() -> None:
    batch = [point(day, 99, at("2026-03-09 02:00")) for day in DAYS]
    found = BothLayers(batch, every_hour()).drift()
    assert found.days == DAYS[:2]
    assert found.batch_more == 2 * 99


def test_with_very_many_movies_only_a_sample_is_compared() -> None:
    movies = range(2, 42)
    batch = [point("2026-03-09", 2, COVERS, movie_id=movie) for movie in movies]
    hours = [speed(at("2026-03-09 05:00"), 1, movie) for movie in movies]
    found = BothLayers([*every_day(), *batch], [*every_hour(), *hours]).drift(at("2026-03-09 00:00"), Sample(limit=16))
    assert found.one_in == 4
    assert (found.checked, found.batch, found.batch_more) == (10, 20, 10)
    assert {bucket.movie_id for bucket in found.worst} == set(range(4, 42, 4))


def test_only_the_worst_buckets_are_listed() -> None:
    movies = range(2, 2 + 30 * WORST_BUCKETS)
    batch = [point("2026-03-09", movie, COVERS, movie_id=movie) for movie in movies]
    found = BothLayers([*every_day(), *batch], every_hour()).drift(at("2026-03-09 00:00"))
    assert [bucket.movie_id for bucket in found.worst] == [*reversed(movies)][:WORST_BUCKETS]
    assert found.batch_more == sum(movies)


MOVIES = (2, 3, 4)
TRUTH = st.dictionaries(
    st.tuples(st.sampled_from(MOVIES), st.integers(0, 71)),
    st.tuples(st.integers(1, 50), st.sampled_from((0, 1, 1, 1, 2))),
    max_size=30,
)
"""(movie, hour) → reviews, and how many times the speed layer counts them."""


@settings(max_examples=examples(20))
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
        # Older runs and syncs counted less; they must be ignored (D4).
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
    written_batch = [respelled(each, chance, {}) for each in batch]
    written_hours = [respelled(each, chance, {"data": "stats", "data_type": "view_type"}) for each in hours]
    chance.shuffle(written_batch)
    chance.shuffle(written_hours)
    return BothLayers(written_batch, written_hours).drift()


def respelled(document: Raw, chance: random.Random, others: Mapping[str, str]) -> Raw:
    """The document as another producer might write it: other key names, times as text, floats.

    Requirement D1.
    """
    result = {others[key] if key in others and chance.random() < 0.3 else key: value for key, value in document.items()}
    for key in ("hour", "computed_at", "covers_until"):
        if key in result and chance.random() < 0.2:
            result[key] = result[key].isoformat().replace("+00:00", "Z")
    payload = "stats" if "stats" in result else "data"
    result[payload] = {**result[payload], "review_count": chance.choice((int, float))(result[payload]["review_count"])}
    return result
