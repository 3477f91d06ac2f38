"""Tables are built from documents in any order, and updated by newer ones."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from merger.contract.documents import Contract, Documents, SpeedDocument
from merger.core.windows import HOUR
from merger.speed.table_builder import add_documents, add_skipped, build_shared_hours, build_table, build_tables
from tests.unit.merger.speed.buckets import BOUNDARY, NOW, TOP, skip, stats, worlds


@given(worlds, st.randoms(use_true_random=False), st.integers(0, 25))
def test_order_and_repetition_of_documents_do_not_matter(
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


def test_bucket_replaces_one_of_the_same_stamp_but_never_a_newer_one() -> None:
    table = build_table("stats", TOP, [stats(1, 0, HOUR, popularity=1), stats(2, 0, HOUR, popularity=1)], (), NOW)
    same, changed = add_documents(table, [stats(1, 0, HOUR, popularity=1)], NOW)
    assert (same is table, changed.tolist()) == (True, [])
    newer, changed = add_documents(table, [stats(1, 0, HOUR, popularity=2), stats(2, 0, 2 * HOUR, popularity=9)], NOW)
    assert newer.rows.column("popularity").tolist() == [2, 1]
    assert changed.tolist() == [1]


def test_unreadable_document_is_noted_once() -> None:
    raw = {"movie_id": 1, "data_type": "stats", "hour": TOP, "synced_at": NOW, "data": None}
    shared = build_shared_hours(Contract().read(speed=[raw, raw]), NOW)
    assert [entry.kind for entry in shared.skipped] == ["stats.data"]
    assert shared.left_out(BOUNDARY) == Documents(skipped=shared.skipped)


def test_skipped_document_is_added_once() -> None:
    table = build_table("stats", TOP, [stats(1, 0, HOUR)], (), NOW)
    with_skipped = add_skipped(table, [skip(0, HOUR)])
    assert with_skipped.skipped == (skip(0, HOUR),)
    assert add_skipped(with_skipped, [skip(0, HOUR)]) is with_skipped
