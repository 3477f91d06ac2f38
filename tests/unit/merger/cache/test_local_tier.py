"""The local tier keeps its bounds and adds up its bytes."""

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


def test_held_entry_is_found_whether_or_not_its_time_is_over() -> None:
    tier, one = LocalTier(), held(until=-5)
    tier.put(("view", 1), one)
    assert tier.get(("view", 1)) is one
    assert tier.get(("view", 2)) is None


def test_oldest_entries_are_dropped_first() -> None:
    tier = LocalTier(most_entries=3)
    for number in (1, 2, 3, 1, 4):
        tier.put(number, held())
    assert [number for number in (1, 2, 3, 4) if tier.get(number)] == [1, 3, 4]


def test_entry_put_twice_is_counted_once() -> None:
    tier = LocalTier()
    for size in (10, 2000, 50):
        tier.put("q", held(size))
    assert len(tier) == 1
    assert tier.bytes == held(50).size


def test_oversized_entry_is_not_held_and_replaces_its_predecessor() -> None:
    tier = LocalTier(most_bytes=80_000)
    tier.put("q", held(10))
    tier.put("q", held(10_000))
    assert tier.get("q") is None
    assert (len(tier), tier.bytes) == (0, 0)


def test_size_counts_a_stale_answer_and_its_original() -> None:
    original = Entry.of("k", b'{"freshness":{"warnings":[]}}', made=0, ttl=1)
    stale = original.as_stale("k", "x" * 1000)
    assert CachedEntry(stale, 1, "STALE", original).size == stale.size + original.size > 2000


def test_clear_drops_everything() -> None:
    tier = LocalTier()
    tier.put("q", held())
    tier.clear()
    assert (len(tier), tier.bytes, tier.get("q")) == (0, 0, None)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3000)), max_size=80))
def test_bounds_hold_and_bytes_add_up_after_every_step(steps: list[tuple[int, int]]) -> None:
    tier, most = LocalTier(most_entries=10, most_bytes=20_000), {}
    for number, size in steps:
        tier.put(number, found := held(size))
        most[number] = found
        assert len(tier) <= 10
        assert tier.bytes <= 20_000
        there = [entry for key in range(31) if (entry := tier.get(key)) is not None]
        assert tier.bytes == sum(entry.size for entry in there)
        assert all(tier.get(key) in (None, entry) for key, entry in most.items())


def test_bytes_add_up_after_many_threads_at_once() -> None:
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
def test_memory_stays_bounded_under_ever_new_requests(packs_well: bool) -> None:
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
