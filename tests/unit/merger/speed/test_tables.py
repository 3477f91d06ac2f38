"""Tables give the same answers as the documents they were built from."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from merger.contract.dedupe import newest_speed
from merger.contract.documents import Documents, Skipped, SpeedDocument
from merger.core.boundary import CLOCK_SKEW, Boundary, Layers
from merger.core.windows import HOUR
from merger.speed.rows import Rows
from merger.speed.table_builder import build_shared_hours, build_table
from merger.speed.tables import HourTable, SharedHours
from merger.views.coverage import speed_coverage, usable_speed
from tests.unit.merger.speed.buckets import BOUNDARY, NOW, TOP, skips, stats, worlds

SINCE = TOP - 4 * HOUR


def as_documents(rows: Rows) -> dict[int, SpeedDocument]:
    return {int(movie_id): rows.document(row) for row, movie_id in enumerate(rows.movies)}


def by_movie(documents: Documents) -> dict[int, list[SpeedDocument]]:
    """Each movie's usable buckets since ``SINCE``, newest first, as the merge of single documents has them."""
    usable = [d for d in usable_speed(documents, "stats", BOUNDARY) if d.hour >= SINCE]
    result: dict[int, list[SpeedDocument]] = {}
    for document in sorted(newest_speed(usable, lambda d: (d.movie_id, d.hour)).values(), key=lambda d: d.hour):
        # Rows do not keep what an answer assumes.
        result.setdefault(document.movie_id, []).insert(0, replace(document, is_assumed=False))
    return result


@given(worlds)
def test_newest_two_buckets_of_each_movie_are_those_of_the_documents(world: list[SpeedDocument]) -> None:
    documents = Documents(speed=tuple(world))
    shared, expected = build_shared_hours(documents, NOW), by_movie(documents)
    assert as_documents(shared.newest("stats", BOUNDARY, since=SINCE)) == {k: v[0] for k, v in expected.items()}
    before = as_documents(shared.second_newest("stats", BOUNDARY, since=SINCE))
    assert before == {k: v[1] for k, v in expected.items() if len(v) > 1}


def is_hole(skip: Skipped, documents: Documents) -> bool:
    """Whether no readable bucket of the same movie and hour is as new as an unreadable document."""
    if skip.layer != "speed" or skip.hour is None or skip.type not in ("stats", None):
        return False
    own = (d for d in usable_speed(documents, "stats", BOUNDARY) if (d.movie_id, d.hour) == (skip.movie_id, skip.hour))
    return skip.part is not None or not any(skip.written_at is None or d.synced_at >= skip.written_at for d in own)


def test_a_bucket_of_another_movie_replaces_no_unreadable_document() -> None:
    lost = Skipped("speed", "stats.data", "there is no payload", "stats", 2, TOP - HOUR, written_at=NOW - HOUR)
    for movie_id, unreadable in ((1, {TOP - HOUR}), (2, set())):
        shared = build_shared_hours(Documents(speed=(stats(movie_id, 1, NOW - NOW),), skipped=(lost,)), NOW)
        assert shared.coverage("stats", BOUNDARY, Layers()).unreadable == unreadable


@given(worlds, skips)
def test_coverage_is_that_of_the_documents(world: list[SpeedDocument], skipped: list[Skipped]) -> None:
    documents = Documents(speed=tuple(world), skipped=tuple(skipped))
    shared = build_shared_hours(documents, NOW)
    found = shared.coverage("stats", BOUNDARY, Layers())
    assert found == speed_coverage(documents, "stats", BOUNDARY, Layers())
    of_readable = speed_coverage(replace(documents, skipped=()), "stats", BOUNDARY, Layers()).unreadable
    assert found.unreadable == of_readable | {skip.hour for skip in skipped if is_hole(skip, documents)}
    assert {d.hour for d in shared.ahead(BOUNDARY)} == {d.hour for d in world if BOUNDARY.is_ahead(d.synced_at)}


def test_nothing_stands_for_a_bucket_stamped_in_the_future() -> None:
    for movie_id in (1, 2):
        documents = Documents(speed=(stats(1, 2, HOUR), stats(movie_id, 2, -2 * CLOCK_SKEW)))
        coverage = build_shared_hours(documents, NOW).coverage("stats", BOUNDARY, Layers())
        assert TOP - 2 * HOUR in coverage.unreadable


def test_buckets_stamped_in_the_future_count_one_after_another() -> None:
    soon, later = NOW + 2 * CLOCK_SKEW, NOW + 4 * CLOCK_SKEW
    world = [stats(1, 0, NOW - stamp, popularity=n) for n, stamp in enumerate((NOW, soon, later))]
    shared = build_shared_hours(Documents(speed=tuple(world)), NOW)
    for now, expected in ((NOW, 0), (soon, 1), (later, 2)):
        rows = shared.newest("stats", Boundary(now), since=TOP)
        assert rows.column("popularity").tolist() == [expected]


def test_expired_and_future_hours_are_not_usable() -> None:
    shared = build_shared_hours(Documents(speed=(stats(1, 200, HOUR), stats(2, -1, HOUR), stats(3, 0, HOUR))), NOW)
    assert [table.hour for table in shared.usable("stats", BOUNDARY)] == [TOP]


def test_shared_hours_without_tables_are_empty() -> None:
    shared = SharedHours()
    assert len(shared.newest("trending", BOUNDARY, since=TOP)) == 0
    assert shared.coverage("trending", BOUNDARY, Layers()).own == frozenset()
    assert shared.newest("stats", BOUNDARY, since=TOP).row_of(1) is None


def test_newest_rows_are_computed_once() -> None:
    shared = build_shared_hours(Documents(speed=(stats(1, 0, HOUR),)), NOW)
    assert shared.newest("stats", BOUNDARY, since=TOP) is shared.newest("stats", BOUNDARY, since=TOP)


def test_thousand_buckets_take_less_than_100_kilobytes() -> None:
    table = build_table("stats", TOP, [stats(n, 0, HOUR) for n in range(1000)], (), NOW)
    assert 40_000 < table.size < 100_000


def test_tables_of_the_same_documents_are_equal() -> None:
    one, other = (build_table("stats", TOP, [stats(1, 0, HOUR), stats(2, 0, HOUR)], (), NOW) for _ in range(2))
    assert one.has_same_content(other)
    assert one.differing_movies(HourTable("stats", TOP, Rows.of("stats", [stats(2, 0, HOUR, popularity=9)]))) == {1, 2}
