"""A published store reads like one that holds only the visible documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.contract.collections import BATCH
from merger.errors import StoreUnavailable
from merger.layers.publication import JOURNAL, RUN_KEY, RUNS, Publication
from merger.layers.published_store import PublishedStore
from merger.stores.store import Find
from tests.memory_store import MemoryStore

NOW = datetime(2030, 1, 1, tzinfo=UTC)
IDS = st.sampled_from([None, "", "a", "b", "c", 7])
STATUSES = st.sampled_from(["published", "running", "rolled_back"])
RECORDS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {RUN_KEY: IDS, "status": STATUSES, "updated_at": st.integers(0, 9).map(lambda n: NOW + timedelta(hours=n))}
        ),
        st.fixed_dictionaries({"status": st.just("adopted"), "runs": st.lists(IDS, max_size=2)}),
    ),
    max_size=5,
)


def document(run_id: object, minutes: int = 0, **fields: Any) -> dict[str, Any]:
    named = {} if run_id is None else {RUN_KEY: run_id}
    return {"view_type": "sentiment", "computed_at": NOW + timedelta(minutes=minutes), **named, **fields}


def shown(store: PublishedStore, **options: Any) -> list[Any]:
    return [found.get(RUN_KEY) for found in store.find(Find(BATCH, {"view_type": "sentiment"}, **options))]


@given(records=RECORDS, run_ids=st.lists(IDS, max_size=8))
def test_every_way_of_reading_returns_the_same_documents(records: list[dict[str, Any]], run_ids: list[Any]) -> None:
    documents = [document(run_id, minutes) for minutes, run_id in enumerate(run_ids)]
    store = PublishedStore(MemoryStore(**{BATCH: documents, RUNS: records}))
    publication = Publication.of(records)
    expected = [run_id for run_id in run_ids if publication.is_visible(run_id)]
    assert shown(store) == expected
    assert [d.get(RUN_KEY) for part in store.batches(BATCH, {}) for d in part] == expected
    newest = store.find(
        Find(BATCH, {"view_type": "sentiment"}, only=("computed_at",), newest_by="computed_at", limit=1)
    )
    last = [n for n, run_id in enumerate(run_ids) if publication.is_visible(run_id)][-1:]
    assert [found["computed_at"] for found in newest] == [NOW + timedelta(minutes=minutes) for minutes in last]


def test_records_that_change_while_they_are_read_are_read_again() -> None:
    """A run is published, and another one rolled back, while a reader is between the first record and the last."""
    before = [{"_id": 1, RUN_KEY: "a", "status": "running"}, {"_id": 2, RUN_KEY: "b", "status": "published"}]
    after = [before[0] | {"status": "published", "turn": 1}, before[1] | {"status": "rolled_back", "turn": 2}]
    journal = {"_id": JOURNAL, "status": JOURNAL, "turn": 2, "changes": [after[1]], "is_applied": False}
    finds = [[before[0], before[1], journal], [after[0], before[1], journal]]

    class Changing(MemoryStore):
        def find(self, find: Find) -> list[Any]:
            return finds.pop(0)

    store = PublishedStore(Changing())
    assert set(store.refresh().published) == {"a"}
    finds.append([*after, journal | {"is_applied": True}])
    finds.append(finds[0])
    assert set(store.refresh().published) == {"a"}
    finds.append([*after, journal | {"is_applied": True}])
    store.refresh()
    assert finds == [], "without a change it is one find"


def test_the_newest_is_found_below_a_run_being_written() -> None:
    hidden = [document("new", 100 + number) for number in range(50)]
    store = PublishedStore(
        MemoryStore(
            **{
                BATCH: [document("old", 1), document(None, 2), *hidden],
                RUNS: [{RUN_KEY: "old", "status": "published"}],
            }
        )
    )
    assert shown(store, newest_by="computed_at", limit=20) == [None, "old"]


def test_the_newest_is_found_among_runs_that_store_dates_in_other_forms() -> None:
    text = document("text", computed_at="2030-01-01T09:00:00+07:00")
    documents = [document("dates", 1), text, document("dates", computed_at=None)]
    records = [{RUN_KEY: name, "status": "published"} for name in ("text", "dates")]
    hidden = [document("new", 100 + number) for number in range(20)]
    store = PublishedStore(MemoryStore(**{BATCH: [*documents, *hidden], RUNS: records}))
    assert shown(store, newest_by="computed_at", limit=20) == ["text", "dates", "dates"]


def test_within_one_publication_every_read_sees_the_same_runs() -> None:
    memory = MemoryStore(**{BATCH: [document("a"), document("b")], RUNS: [{RUN_KEY: "a", "status": "published"}]})
    store = PublishedStore(memory)
    with store.one_publication():
        memory.collections[RUNS] = [{RUN_KEY: "b", "status": "published"}]
        store.refresh()
        assert shown(store) == ["a"]
    assert shown(store) == ["b"]


def test_the_last_publication_is_kept_while_the_store_is_away() -> None:
    memory = MemoryStore(**{BATCH: [document("a")], RUNS: [{RUN_KEY: "b", "status": "published"}]})
    store = PublishedStore(memory)
    memory.error = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        store.find(Find(BATCH, {}))
    memory.error = None
    assert shown(store) == []
    memory.error = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        store.refresh()
    assert not store.publication.is_visible("a")


def test_documents_without_coverage_get_that_of_their_run() -> None:
    covers, own = NOW - timedelta(days=1), NOW - timedelta(days=2)
    records = [{RUN_KEY: "a", "status": "published", "covers_until": covers.isoformat()}]
    store = PublishedStore(MemoryStore(**{BATCH: [document("a"), document("a", covers_until=own)], RUNS: records}))
    assert [found["covers_until"] for found in store.find(Find(BATCH, {}))] == [covers, own]
