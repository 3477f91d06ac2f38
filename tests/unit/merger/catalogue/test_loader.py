"""The catalogue is read once, kept current beside its readers, and never waited for for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from merger.catalogue.catalogue import Catalogue
from merger.catalogue.loader import MAX_AGE, SECOND_LOOK, CatalogueLoader
from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.errors import StoreError, StoreUnavailable
from merger.layers.state import LayerState
from merger.stores.store import Document
from tests.memory_store import MemoryStore
from tests.unit.merger.documents import batch_view
from tests.unit.merger.examples import NOW, RUN

HOUR = timedelta(hours=1)


class SlowStore(MemoryStore):
    """Gives a batch only when it may."""

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        super().__init__(**collections)
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def batches(self, collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
        self.may_go_on.wait()
        yield from super().batches(collection, wanted)


class Kept:
    def __init__(self, *batch: dict[str, Any]) -> None:
        self.store = SlowStore(batch_views=list(batch))
        self.seconds = 0.0
        contract = Contract()
        watch = LayerState(self.store, contract.aliases, lambda: self.seconds)
        self.keeper = CatalogueLoader(self.store, contract, watch, lambda: self.seconds)

    def now(self, told: str = "") -> Catalogue:
        return self.keeper.current(Boundary(NOW), told=told, wait=5)

    def add(self, *documents: dict[str, Any]) -> None:
        self.store.insert(BATCH, documents)

    @property
    def loads(self) -> int:
        return sum(1 for _, wanted in self.store.finds if wanted == {"view_type": "movie_details"})

    def eventually(self, holds: Callable[[Catalogue], bool], told: str = "") -> bool:
        """Whether what readers get comes to be so; it is read in the background."""
        end = time.monotonic() + 5
        while not holds(self.now(told)) and time.monotonic() < end:
            time.sleep(0.005)
        return holds(self.now(told))


def movie(movie_id: int, covers: Any = RUN, **more: Any) -> dict[str, Any]:
    return batch_view("movie_details", {"title": f"Movie {movie_id}"}, covers, movie_id=movie_id, **more)


def test_it_is_read_once_for_many_readers() -> None:
    kept = Kept(movie(1))
    assert kept.now().title_of(1) == "Movie 1"
    assert kept.now() is kept.now()
    assert kept.loads == 1


def test_readers_that_come_together_share_one_load() -> None:
    kept = Kept(movie(1))
    kept.store.may_go_on.clear()
    found: list[Catalogue] = []
    readers = [threading.Thread(target=lambda: found.append(kept.now())) for _ in range(8)]
    for reader in readers:
        reader.start()
    kept.store.may_go_on.set()
    for reader in readers:
        reader.join(5)
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    assert kept.loads == 1


def test_a_reader_waits_for_the_first_copy_only_so_long() -> None:
    kept = Kept(movie(1))
    kept.store.may_go_on.clear()
    with pytest.raises(StoreUnavailable, match="still being read"):
        kept.keeper.current(Boundary(NOW), wait=0.01)
    kept.store.may_go_on.set()
    assert kept.now().knows(1)
    assert kept.loads == 1


def test_a_newer_batch_is_seen_while_readers_get_the_copy_at_hand() -> None:
    kept = Kept(movie(1))
    first = kept.now()
    kept.store.may_go_on.clear()
    kept.add(movie(2, RUN + HOUR))
    kept.seconds += 3
    assert kept.now() is first
    kept.store.may_go_on.set()
    assert kept.eventually(lambda reference: reference.knows(2))
    assert first.as_of_run == RUN + HOUR
    assert kept.now().as_of_run == RUN + 2 * HOUR


def test_what_a_run_wrote_after_its_first_document_is_seen_by_a_second_look() -> None:
    kept = Kept(movie(1))
    kept.now()
    kept.add(movie(2, RUN + HOUR))
    kept.seconds += 3
    assert kept.eventually(lambda reference: reference.knows(2))
    kept.add(movie(3, RUN + HOUR))
    kept.seconds += SECOND_LOOK - 1
    assert not kept.now().knows(3)
    kept.seconds += 2
    assert kept.eventually(lambda reference: reference.knows(3))


def test_what_was_written_over_in_place_is_seen_now_and_then() -> None:
    kept = Kept(movie(1))
    kept.now()
    kept.store.collections[BATCH][0]["data"] = {"title": "Renamed"}
    kept.seconds += MAX_AGE - 1
    assert kept.now().title_of(1) == "Movie 1"
    kept.seconds += 2
    assert kept.eventually(lambda reference: reference.title_of(1) == "Renamed")


def test_a_store_that_is_away_at_first_is_told_and_asked_again() -> None:
    kept = Kept(movie(1))
    kept.store.error = StoreUnavailable("away")
    with pytest.raises(StoreError):
        kept.now()
    kept.store.error = None
    assert kept.now().knows(1)


def test_a_reload_that_fails_leaves_the_copy_at_hand() -> None:
    kept = Kept(movie(1))
    first = kept.now()
    kept.store.batches = _failing  # type: ignore[method-assign]  # finds still work: only the load fails
    kept.seconds += MAX_AGE + 1
    assert kept.now() is first
    assert kept.now() is first


def _failing(collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
    raise StoreUnavailable("away")
    yield []


def test_skipped_documents_and_lifetime_totals_are_in_the_copy() -> None:
    counts = {"review_count": 4, "positive_count": 2, "negative_count": 1, "neutral_count": 1}
    total = {"avg_sentiment": 0.5, **counts}
    kept = Kept(
        movie(1),
        movie(2, version="x"),
        batch_view("sentiment", total, RUN, movie_id=1),
        batch_view("sentiment", total | {"date": "2026-01-01"}, RUN, movie_id=1),
        batch_view("sentiment", total | {"review_count": -1}, RUN, movie_id=1),
    )
    found = kept.now()
    assert [skip.kind for skip in found.skipped] == ["movie_details.version", "sentiment.review_count"]
    assert [skip.kind for skip in found.skipped_of("sentiment")] == ["sentiment.review_count"]
    assert (found.movies.reviews.tolist(), found.movies.score_sum.tolist()) == ([4], [2.0])


def test_a_change_in_place_that_was_told_of_is_read_though_no_run_is_newer() -> None:
    kept = Kept(movie(1))
    assert kept.now("5").as_of_change == "5"
    kept.add(movie(2))
    assert not kept.now("5").knows(2)
    assert kept.eventually(lambda reference: reference.knows(2), told="6")
    assert kept.now("6").as_of_change == "6"
    assert kept.loads == 2


def test_a_change_that_was_told_of_during_a_load_is_read_after_it() -> None:
    kept = Kept(movie(1))
    kept.now("5")
    kept.store.may_go_on.clear()
    kept.now("6")
    kept.add(movie(2))
    kept.now("7")
    kept.store.may_go_on.set()
    assert kept.eventually(lambda reference: reference.as_of_change == "7", told="7")
    assert kept.loads == 3


def test_who_does_not_know_of_changes_calls_for_no_load() -> None:
    kept = Kept(movie(1))
    kept.now("5")
    assert kept.now("").as_of_change == "5"
    assert kept.loads == 1
