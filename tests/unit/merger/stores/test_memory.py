"""The store in memory; ``test_store.py`` holds it against MongoDB."""

from __future__ import annotations

from merger.stores.memory import MemoryStore
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
