"""A store with other run records.

Requirement M14.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from merger.contract.collections import BATCH
from merger.layers.other_records import OtherRecords
from merger.layers.publication import RUNS
from merger.layers.published_store import PublishedStore
from merger.stores.store import Document, Find
from tests.memory_store import MemoryStore

DOCUMENTS: list[dict[str, Any]] = [
    {"_id": 1, "batch_run_id": "a", "view_type": "x"},
    {"_id": 2, "batch_run_id": "b", "view_type": "x"},
]
RECORDS: list[dict[str, Any]] = [
    {"batch_run_id": "a", "status": "published"},
    {"batch_run_id": "b", "status": "running"},
]


def ids(store: PublishedStore) -> list[int]:
    found = [document["_id"] for document in store.find(Find(BATCH, {"view_type": "x"}))]
    assert [d["_id"] for batch in store.batches(BATCH, {"view_type": "x"}) for d in batch] == found
    return found


def test_readers_see_what_the_other_records_publish_and_the_stored_ones_stay() -> None:
    stored = MemoryStore(batch_views=DOCUMENTS, batch_runs=RECORDS)
    other = OtherRecords(stored, lambda records: [{**each, "status": "published"} for each in records])
    assert ids(PublishedStore(other)) == [1, 2]
    assert ids(PublishedStore(stored)) == [1]
    assert (other.count(BATCH, {}), other.explain(Find(BATCH, {}))) == (2, {})
    assert [each["status"] for each in stored.collections[RUNS]] == ["published", "running"]


def test_a_change_that_has_not_reached_its_record_counts_and_the_turn_stays_to_be_seen() -> None:
    change = {"_id": 1, "batch_run_id": "a", "status": "rolled_back"}
    journal = {"_id": "journal", "status": "journal", "turn": 4, "changes": [change], "is_applied": False}
    stored = MemoryStore(
        batch_views=DOCUMENTS, batch_runs=[{"_id": 1, **RECORDS[0]}, {"_id": 2, **RECORDS[1]}, journal]
    )
    seen: list[Document] = []

    def publish_b(records: Sequence[Document]) -> list[Document]:
        seen[:] = records
        return [{**each, "status": "published"} if each["_id"] == 2 else each for each in records]

    other = OtherRecords(stored, publish_b)
    assert ids(PublishedStore(other)) == [2]
    assert [each["status"] for each in seen] == ["rolled_back", "running"]
    assert other.find(Find(RUNS, {}))[-1]["turn"] == 4
