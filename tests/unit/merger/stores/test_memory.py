"""The store in memory; ``test_store.py`` holds it against MongoDB."""

from __future__ import annotations

from datetime import UTC, datetime

from bson import Int64

from merger.stores.memory import MemoryStore, MoviesInMemory
from merger.stores.store import Find


def test_documents_are_found_and_left_as_they_are() -> None:
    documents = [{"_id": number, "data": {"n": number % 2}, "more": 1} for number in range(2500)]
    store = MemoryStore(things=documents)
    odd = Find("things", {"$and": [{"data.n": 1}, {"_id": {"$lte": 5}}]}, without=("more",))
    assert store.find(odd) == [{"_id": number, "data": {"n": 1}} for number in (1, 3, 5)]
    assert store.find(Find("others", {})) == []
    assert [len(batch) for batch in store.batches("things", {})] == [1000, 1000, 500]
    assert store.explain(odd) == {}
    assert documents[1] == {"_id": 1, "data": {"n": 1}, "more": 1}


def test_documents_of_a_movie_are_found_by_any_kind_of_number() -> None:
    ids = [5, 5.0, Int64(5), 6, None, "5", [5], float("nan")]
    documents = [{"_id": number, "movie_id": movie_id, "n": number % 2} for number, movie_id in enumerate(ids)]
    for wanted in (
        {"movie_id": 5},
        {"movie_id": 5, "n": 1},
        {"movie_id": 7},
        {"movie_id": None},
        {"movie_id": {"$in": [6]}},
    ):
        find = Find("things", wanted)
        assert MoviesInMemory(things=documents).find(find) == MemoryStore(things=documents).find(find)
    assert len(MoviesInMemory(things=documents).find(Find("things", {"movie_id": 5}))) == 3


def test_newest_are_found_among_stamps_of_any_type() -> None:
    stamps = ["2026-03-01", 5, datetime(2026, 3, 1, tzinfo=UTC), Int64(7), "2026-03-02", None]
    store = MemoryStore(things=[{"_id": number, "at": stamp} for number, stamp in enumerate(stamps)])
    found = store.find(Find("things", {}, newest_by="at", limit=4))
    assert [document["_id"] for document in found] == [2, 4, 0, 3]
