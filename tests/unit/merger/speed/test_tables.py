"""Shared hours as columns say what the documents say (M7, M8, D2, D4)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.contract.dedupe import newest_speed
from merger.contract.documents import Contract, Documents, Skipped, SpeedDocument
from merger.core.boundary import CLOCK_SKEW, Boundary, Layers
from merger.core.windows import HOUR
from merger.speed.rows import Rows
from merger.speed.table_builder import add_documents, build_shared_hours, build_table, build_tables
from merger.speed.tables import HourTable, SharedHours
from merger.views.coverage import speed_coverage, usable_speed

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
TOP = NOW.replace(minute=0)
BOUNDARY = Boundary(NOW)
SINCE = TOP - 4 * HOUR


def stats(movie_id: int, hours_ago: int, synced_ago: timedelta, **said: Any) -> SpeedDocument:
    data = {"vote_average": 7.5, "vote_count": 3, "popularity": 20, **said}
    return SpeedDocument("stats", movie_id, TOP - hours_ago * HOUR, data, NOW - synced_ago)


def skip(hours_ago: int, synced_ago: timedelta | None, movie_id: int | None = 1) -> Skipped:
    written_at = None if synced_ago is None else NOW - synced_ago
    return Skipped("speed", "stats.data", "bad", "stats", movie_id, TOP - hours_ago * HOUR, None, written_at)


ages = st.sampled_from([timedelta(minutes=m) for m in (0, 1, 70, 300)] + [-2 * CLOCK_SKEW, -CLOCK_SKEW / 2])
buckets = st.builds(
    stats,
    st.integers(1, 5),
    st.integers(-1, 6),
    ages,
    popularity=st.integers(0, 3),
    vote_average=st.floats(0, 10).map(lambda value: round(value, 1)),
)
worlds = st.lists(buckets, max_size=25)
skips = st.lists(st.builds(skip, st.integers(-1, 6), st.one_of(st.none(), ages)), max_size=4)


def as_documents(rows: Rows) -> dict[int, SpeedDocument]:
    return {int(movie_id): rows.document(row) for row, movie_id in enumerate(rows.movies)}


def by_movie(documents: Documents) -> dict[int, list[SpeedDocument]]:
    """Each movie's usable buckets since ``SINCE``, newest first, as the merge of single documents has them."""
    usable = [d for d in usable_speed(documents, "stats", BOUNDARY) if d.hour >= SINCE]
    result: dict[int, list[SpeedDocument]] = {}
    for document in sorted(newest_speed(usable, lambda d: (d.movie_id, d.hour)).values(), key=lambda d: d.hour):
        result.setdefault(document.movie_id, []).insert(0, document)
    return result


@given(worlds)
def test_the_newest_two_buckets_of_each_movie_are_those_of_the_documents(world: list[SpeedDocument]) -> None:
    documents = Documents(speed=tuple(world))
    shared, expected = build_shared_hours(documents, NOW), by_movie(documents)
    assert as_documents(shared.newest("stats", BOUNDARY, since=SINCE)) == {k: v[0] for k, v in expected.items()}
    before = as_documents(shared.newest_but_one("stats", BOUNDARY, since=SINCE))
    assert before == {k: v[1] for k, v in expected.items() if len(v) > 1}


@given(worlds, skips)
def test_coverage_is_that_of_the_documents(world: list[SpeedDocument], skipped: list[Skipped]) -> None:
    documents = Documents(speed=tuple(world), skipped=tuple(skipped))
    shared = build_shared_hours(documents, NOW)
    assert shared.coverage("stats", BOUNDARY, Layers()) == speed_coverage(documents, "stats", BOUNDARY, Layers())
    assert {d.hour for d in shared.ahead(BOUNDARY)} == {d.hour for d in world if BOUNDARY.is_ahead(d.synced_at)}


@given(worlds, st.randoms(use_true_random=False), st.integers(0, 25))
def test_it_does_not_matter_in_which_order_and_how_often_documents_come(
    world: list[SpeedDocument], chance: random.Random, cut: int
) -> None:
    again = world + chance.sample(world, len(world) // 2)
    chance.shuffle(again)
    once = build_tables("stats", {d.hour for d in world}, Documents(speed=tuple(world)), NOW)
    for hour, table in once.items():
        # Documents of one stamp come together: they are read by their stamp.
        found = sorted((d for d in again if d.hour == hour), key=lambda d: d.synced_at)
        stamp = found[min(cut, len(found) - 1)].synced_at
        first = build_table("stats", hour, [d for d in found if d.synced_at < stamp], (), NOW)
        late, _ = add_documents(first, [d for d in found if d.synced_at >= stamp], NOW)
        assert not late.differing_movies(table)
        assert {(d.movie_id, d.synced_at) for d in late.unsettled} == {
            (d.movie_id, d.synced_at) for d in table.unsettled
        }


@given(st.lists(buckets, min_size=1, max_size=25))
def test_a_mean_is_that_of_the_buckets(world: list[SpeedDocument]) -> None:
    rows = Rows.of("stats", world)
    assert rows.mean("popularity", None).average == pytest.approx(sum(d.data["popularity"] for d in world) / len(world))
    weighted = rows.mean("vote_average", "vote_count")
    assert weighted.count == 3 * len(world)
    assert weighted.total == pytest.approx(sum(3 * d.data["vote_average"] for d in world))


def test_numbers_come_out_as_they_were_stored() -> None:
    rows = Rows.of("stats", [stats(1, 1, HOUR, popularity=10**15, vote_average=8)])
    assert repr(rows.value(0, "popularity")) == "1000000000000000"
    assert repr(rows.value(0, "vote_average")) == "8"
    assert rows.value(0, "popularity_velocity") is None
    odd = NOW - timedelta(microseconds=1)
    assert Rows.of("stats", [stats(1, 1, NOW - odd)]).document(0).synced_at == odd


def test_a_bucket_replaces_one_of_the_same_stamp_but_never_a_newer_one() -> None:
    table = build_table("stats", TOP, [stats(1, 0, HOUR, popularity=1), stats(2, 0, HOUR, popularity=1)], (), NOW)
    same, changed = add_documents(table, [stats(1, 0, HOUR, popularity=1)], NOW)
    assert (same is table, changed.tolist()) == (True, [])
    newer, changed = add_documents(table, [stats(1, 0, HOUR, popularity=2), stats(2, 0, 2 * HOUR, popularity=9)], NOW)
    assert newer.rows.column("popularity").tolist() == [2, 1]
    assert changed.tolist() == [1]


def test_of_a_movie_stamped_ahead_of_its_time_each_stamp_counts_when_it_comes() -> None:
    soon, later = NOW + 2 * CLOCK_SKEW, NOW + 4 * CLOCK_SKEW
    world = [stats(1, 0, NOW - stamp, popularity=n) for n, stamp in enumerate((NOW, soon, later))]
    shared = build_shared_hours(Documents(speed=tuple(world)), NOW)
    for now, expected in ((NOW, 0), (soon, 1), (later, 2)):
        rows = shared.newest("stats", Boundary(now), since=TOP)
        assert rows.column("popularity").tolist() == [expected]


def test_expired_hours_and_those_to_come_say_nothing() -> None:
    shared = build_shared_hours(Documents(speed=(stats(1, 200, HOUR), stats(2, -1, HOUR), stats(3, 0, HOUR))), NOW)
    assert [table.hour for table in shared.usable("stats", BOUNDARY)] == [TOP]


def test_nothing_is_held_without_tables() -> None:
    shared = SharedHours()
    assert len(shared.newest("trending", BOUNDARY, since=TOP)) == 0
    assert shared.coverage("trending", BOUNDARY, Layers()).own == frozenset()
    assert shared.newest("stats", BOUNDARY, since=TOP).row_of(1) is None


def test_the_fold_is_made_once() -> None:
    shared = build_shared_hours(Documents(speed=(stats(1, 0, HOUR),)), NOW)
    assert shared.newest("stats", BOUNDARY, since=TOP) is shared.newest("stats", BOUNDARY, since=TOP)


def test_a_thousand_buckets_take_less_than_a_tenth_of_a_megabyte() -> None:
    table = build_table("stats", TOP, [stats(n, 0, HOUR) for n in range(1000)], (), NOW)
    assert 40_000 < table.size < 100_000


def test_an_unreadable_document_is_noted_once() -> None:
    raw = {"movie_id": 1, "data_type": "stats", "hour": TOP, "synced_at": NOW, "data": None}
    shared = build_shared_hours(Contract().read(speed=[raw, raw]), NOW)
    assert [entry.kind for entry in shared.skipped] == ["stats.data"]
    assert shared.left_out(BOUNDARY) == Documents(skipped=shared.skipped)


def test_tables_of_the_same_documents_are_alike() -> None:
    one, other = (build_table("stats", TOP, [stats(1, 0, HOUR), stats(2, 0, HOUR)], (), NOW) for _ in range(2))
    assert one.has_same_content(other)
    assert one.differing_movies(HourTable("stats", TOP, Rows.of("stats", [stats(2, 0, HOUR, popularity=9)]))) == {1, 2}
