"""The catalogue is loaded once and reloaded in the background, so that readers never wait for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from merger.catalogue.catalogue import Catalogue
from merger.catalogue.loader import MAX_AGE_SECONDS, SECOND_LOAD_SECONDS, CatalogueLoader
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
    """Returns batches only while ``may_go_on`` is set."""

    def __init__(self, **collections: list[dict[str, Any]]) -> None:
        super().__init__(**collections)
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def batches(
        self, collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> Iterator[Sequence[Document]]:
        self.may_go_on.wait()
        yield from super().batches(collection, wanted)


class Loaded:
    def __init__(self, *batch: dict[str, Any]) -> None:
        self.store = SlowStore(batch_views=list(batch))
        self.seconds = 0.0
        contract = Contract()
        state = LayerState(self.store, contract, lambda: self.seconds)
        self.loader = CatalogueLoader(self.store, contract, state, lambda: self.seconds)

    def now(self, changed_at: float = float("-inf")) -> Catalogue:
        return self.loader.current(Boundary(NOW), changed_at=changed_at, wait=5)

    def add(self, *documents: dict[str, Any]) -> None:
        self.store.insert(BATCH, documents)

    @property
    def loads(self) -> int:
        return sum(1 for _, wanted in self.store.finds if wanted == {"view_type": "movie_details"})

    def eventually(self, holds: Callable[[Catalogue], bool], changed_at: float = float("-inf")) -> bool:
        """Whether readers get such a catalogue within some seconds; it is loaded in the background."""
        end = time.monotonic() + 5
        while not holds(self.now(changed_at)) and time.monotonic() < end:
            time.sleep(0.005)
        return holds(self.now(changed_at))


def movie(movie_id: int, covers: Any = RUN, **more: Any) -> dict[str, Any]:
    return batch_view("movie_details", {"title": f"Movie {movie_id}"}, covers, movie_id=movie_id, **more)


def test_catalogue_is_loaded_once_for_many_readers() -> None:
    loaded = Loaded(movie(1))
    assert loaded.now().title_of(1) == "Movie 1"
    assert loaded.now() is loaded.now()
    assert loaded.loads == 1


def test_concurrent_readers_share_one_load() -> None:
    loaded = Loaded(movie(1))
    loaded.store.may_go_on.clear()
    found: list[Catalogue] = []
    readers = [threading.Thread(target=lambda: found.append(loaded.now())) for _ in range(8)]
    for reader in readers:
        reader.start()
    loaded.store.may_go_on.set()
    for reader in readers:
        reader.join(5)
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    assert loaded.loads == 1


def test_reader_waits_for_the_first_copy_only_for_its_limit() -> None:
    loaded = Loaded(movie(1))
    loaded.store.may_go_on.clear()
    with pytest.raises(StoreUnavailable, match="still being read"):
        loaded.loader.current(Boundary(NOW), wait=0.01)
    loaded.store.may_go_on.set()
    assert loaded.now().knows(1)
    assert loaded.loads == 1


def test_newer_batch_is_loaded_while_readers_get_the_present_copy() -> None:
    loaded = Loaded(movie(1))
    first = loaded.now()
    loaded.store.may_go_on.clear()
    loaded.add(movie(2, RUN + HOUR))
    loaded.seconds += 3
    assert loaded.now() is first
    loaded.store.may_go_on.set()
    assert loaded.eventually(lambda catalogue: catalogue.knows(2))
    assert first.as_of_run == RUN + HOUR
    assert loaded.now().as_of_run == RUN + 2 * HOUR


def test_later_documents_of_a_run_are_found_by_a_second_load() -> None:
    loaded = Loaded(movie(1))
    loaded.now()
    loaded.add(movie(2, RUN + HOUR))
    loaded.seconds += 3
    assert loaded.eventually(lambda catalogue: catalogue.knows(2))
    loaded.add(movie(3, RUN + HOUR))
    loaded.seconds += SECOND_LOAD_SECONDS - 1
    assert not loaded.now().knows(3)
    loaded.seconds += 2
    assert loaded.eventually(lambda catalogue: catalogue.knows(3))


def test_change_in_place_is_found_by_the_regular_reload() -> None:
    loaded = Loaded(movie(1))
    loaded.now()
    loaded.store.collections[BATCH][0]["data"] = {"title": "Renamed"}
    loaded.seconds += MAX_AGE_SECONDS - 1
    assert loaded.now().title_of(1) == "Movie 1"
    loaded.seconds += 2
    assert loaded.eventually(lambda catalogue: catalogue.title_of(1) == "Renamed")


def test_store_error_is_raised_at_first_and_the_load_repeated() -> None:
    loaded = Loaded(movie(1))
    loaded.store.error = StoreUnavailable("away")
    with pytest.raises(StoreError):
        loaded.now()
    loaded.store.error = None
    assert loaded.now().knows(1)


def test_failed_reload_leaves_the_present_copy() -> None:
    loaded = Loaded(movie(1))
    first = loaded.now()
    loaded.store.batches = _failing  # type: ignore[method-assign]  # finds still work: only the load fails
    loaded.seconds += MAX_AGE_SECONDS + 1
    assert loaded.now() is first
    assert loaded.now() is first


def _failing(collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()) -> Iterator[Sequence[Document]]:
    raise StoreUnavailable("away")
    yield []


def test_copy_holds_skipped_documents_and_lifetime_totals() -> None:
    counts = {"review_count": 4, "positive_count": 2, "negative_count": 1, "neutral_count": 1}
    total = {"avg_sentiment": 0.5, **counts}
    loaded = Loaded(
        movie(1),
        movie(2, computed_at="x", covers_until=None),
        batch_view("sentiment", total, RUN, movie_id=1),
        batch_view("sentiment", total | {"date": "2026-01-01"}, RUN, movie_id=1),
        batch_view("sentiment", total | {"review_count": -1}, RUN, movie_id=1),
    )
    found = loaded.now()
    assert [skip.kind for skip in found.skipped] == ["movie_details.computed_at", "sentiment.review_count"]
    assert [skip.kind for skip in found.skipped_of("sentiment")] == ["sentiment.review_count"]
    assert (found.movies.reviews.tolist(), found.movies.score_sum.tolist()) == ([4], [2.0])


def test_documents_that_name_no_actor_are_read_and_others_are_not() -> None:
    odd: list[Any] = [None, "{}", {"actor": None}, {"collaborators": []}]
    named = batch_view("actor_collaboration", {"actor": "A", "collaborators": 7}, RUN)
    found = Loaded(movie(1), named, *(batch_view("actor_collaboration", data, RUN) for data in odd)).now()
    assert len(found.skipped_of("actor_collaboration")) == 2
    assert len([skip for skip in found.skipped if skip.type == "actor_collaboration"]) == len(odd)
    elsewhere = batch_view("actor_collaboration", None, RUN) | {"stats": {"actor": "B", "collaborators": []}}
    assert Loaded(movie(1), elsewhere).now().skipped_of("actor_collaboration") == ()


def test_change_after_the_load_makes_a_reload_due_without_a_newer_run() -> None:
    loaded = Loaded(movie(1))
    loaded.seconds = 5.0
    assert loaded.now(changed_at=4.0).read_at == 5.0
    loaded.add(movie(2))
    loaded.seconds = 6.0
    assert not loaded.now(changed_at=5.0).knows(2)
    assert loaded.eventually(lambda catalogue: catalogue.knows(2), changed_at=5.5)
    assert loaded.now(changed_at=5.5).read_at == 6.0
    assert loaded.loads == 2


def test_change_before_the_first_question_makes_a_reload_due() -> None:
    loaded = Loaded(movie(1))
    loaded.now()
    loaded.add(movie(2))
    loaded.seconds = 6.0
    assert not loaded.now(changed_at=5.0).knows(2), "the present copy is from before"
    assert loaded.eventually(lambda catalogue: catalogue.knows(2), changed_at=5.0)


def test_change_during_a_load_causes_another() -> None:
    loaded = Loaded(movie(1))
    loaded.now()
    loaded.store.may_go_on.clear()
    loaded.seconds = 6.0
    loaded.now(changed_at=5.0)
    loaded.add(movie(2))
    loaded.seconds = 8.0
    loaded.now(changed_at=7.0)
    loaded.store.may_go_on.set()
    assert loaded.eventually(lambda catalogue: catalogue.read_at == 6.0)
    loaded.seconds = 30.0
    assert loaded.eventually(lambda catalogue: catalogue.read_at >= 7.0, changed_at=7.0)
    assert loaded.loads == 3


def test_points_that_no_query_finds_are_noted_and_others_are_not() -> None:
    def point(data: Any) -> dict[str, Any]:
        return batch_view("temporal_analytics", data, RUN)

    values = {"metric": "rating", "value": 1.0, "count": 1}
    loaded = Loaded(movie(1), point({**values, "date": "2026-03-01"}), point({**values, "date": None}))
    assert loaded.now().lost_of("temporal_analytics") == ()
    other = Loaded(movie(1), point(None), point('{"metric": "rating"'))
    assert len(other.now().lost_of("temporal_analytics")) == 2
    elsewhere = batch_view("temporal_analytics", None, RUN) | {"stats": {**values, "date": "2026-03-01"}}
    assert Loaded(movie(1), elsewhere).now().lost_of("temporal_analytics") == ()


def test_points_are_looked_through_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("merger.catalogue.loader.MOST_LOST", 3)
    loaded = Loaded(movie(1), *(batch_view("temporal_analytics", None, RUN) for _ in range(9)))
    assert len(loaded.now().lost_of("temporal_analytics")) == 4, "two at once"
