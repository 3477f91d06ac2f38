"""The in-process tier keeps its bounds, whoever fills it."""

from __future__ import annotations

import os
import threading
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.cache.entry import Entry
from merger.cache.local_tier import CachedEntry, LocalTier


def held(size: int = 10, until: float = 1.0) -> CachedEntry:
    entry = Entry.of("k", os.urandom(size), made=0, ttl=1)
    return CachedEntry(entry, until, "HIT", entry)


def test_what_was_put_in_is_found_by_its_question_whether_its_time_is_over_or_not() -> None:
    tier, one = LocalTier(), held(until=-5)
    tier.put(("view", 1), one)
    assert tier.get(("view", 1)) is one
    assert tier.get(("view", 2)) is None


def test_what_was_put_in_first_gives_way() -> None:
    tier = LocalTier(most_entries=3)
    for number in (1, 2, 3, 1, 4):
        tier.put(number, held())
    assert [number for number in (1, 2, 3, 4) if tier.get(number)] == [1, 3, 4]


def test_an_entry_that_is_put_in_again_is_counted_once() -> None:
    tier = LocalTier()
    for size in (10, 2000, 50):
        tier.put("q", held(size))
    assert len(tier) == 1
    assert tier.bytes == held(50).size


def test_an_entry_above_an_eighth_of_all_is_not_taken_and_its_forerunner_is_gone() -> None:
    tier = LocalTier(most_bytes=80_000)
    tier.put("q", held(10))
    tier.put("q", held(10_000))
    assert tier.get("q") is None
    assert (len(tier), tier.bytes) == (0, 0)


def test_a_stale_answer_and_the_original_are_both_counted() -> None:
    original = Entry.of("k", b'{"freshness":{"warnings":[]}}', made=0, ttl=1)
    told = original.as_stale("k", "x" * 1000)
    assert CachedEntry(told, 1, "STALE", original).size == told.size + original.size > 2000


def test_clearing_it_leaves_nothing() -> None:
    tier = LocalTier()
    tier.put("q", held())
    tier.clear()
    assert (len(tier), tier.bytes, tier.get("q")) == (0, 0, None)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3000)), max_size=80))
def test_its_bounds_hold_after_every_step_and_its_sum_is_true(steps: list[tuple[int, int]]) -> None:
    tier, most = LocalTier(most_entries=10, most_bytes=20_000), {}
    for number, size in steps:
        tier.put(number, found := held(size))
        most[number] = found
        assert len(tier) <= 10
        assert tier.bytes <= 20_000
        there = [entry for key in range(31) if (entry := tier.get(key)) is not None]
        assert tier.bytes == sum(entry.size for entry in there)
        assert all(tier.get(key) in (None, entry) for key, entry in most.items())


def test_its_sum_is_true_after_many_threads_at_once() -> None:
    tier = LocalTier(most_entries=50, most_bytes=100_000)

    def fill(seed: int) -> None:
        for step in range(500):
            tier.put((seed * step) % 97, held(step % 700))

    threads = [threading.Thread(target=fill, args=(seed,)) for seed in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tier.bytes == sum(found.size for key in range(97) if (found := tier.get(key)) is not None)
    assert len(tier) <= 50


@pytest.mark.parametrize("packs_well", [False, True], ids=["noise", "repetition"])
def test_memory_stays_within_the_bound_under_ever_new_questions_even_unpacked(packs_well: bool) -> None:
    bound = 2_000_000
    tier = LocalTier(most_entries=10_000, most_bytes=bound)
    tracemalloc.start()
    try:
        for number in range(3000):
            body = b"0123456789" * 800 if packs_well else os.urandom(8000)
            entry = Entry.of("k", body, made=0, ttl=1)
            assert len(entry.body) == 8000
            tier.put(("view", number, "x" * 50), CachedEntry(entry, 1.0, "HIT", entry))
        held_now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(tier) > 50
    assert held_now < 1.5 * bound
