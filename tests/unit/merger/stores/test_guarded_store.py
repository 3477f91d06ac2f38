"""A store behind breakers: one collection may fail while the other answers, and comes back by itself (F1, F5)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.deadline import deadline, left
from merger.errors import StoreUnavailable
from merger.indexes.declared import declared
from merger.stores.breaker import BreakerRules, BreakerState
from merger.stores.guarded_store import GuardedStore
from merger.stores.store import Document, Find
from tests.memory_store import MemoryStore

LIMIT = 1.0


class Failing(MemoryStore):
    """A store of which some collections fail; notes how much time each find was given."""

    def __init__(self) -> None:
        super().__init__(batch_views=[{"a": 1}], speed_views=[{"a": 2}])
        self.failing: set[str] = set()
        self.given: list[float] = []
        self.asked: list[tuple[str, str]] = []

    def find(self, find: Find) -> list[Document]:
        self.given.append(left())
        self.asked += [(find.collection, field) for field in find.filter]
        if find.collection in self.failing:
            raise StoreUnavailable("away")
        return super().find(find)

    def batches(self, collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
        return iter([self.find(Find(collection, wanted))])


class Watched:
    def __init__(self) -> None:
        self.behind = Failing()
        self.turns: list[tuple[str, BreakerState]] = []
        self.refused: list[str] = []
        self.closed = threading.Event()
        self.store = GuardedStore(
            self.behind,
            (BATCH, SPEED),
            limit=LIMIT,
            rules=BreakerRules(least_calls=3, pause=0.01),
            monotonic=time.monotonic,
            on_change=self._turned,
            on_refused=self.refused.append,
        )

    def _turned(self, collection: str, state: BreakerState) -> None:
        self.turns.append((collection, state))
        if state is BreakerState.CLOSED:
            self.closed.set()

    def fail(self, collection: str, times: int = 3) -> None:
        self.behind.failing.add(collection)
        for _ in range(times):
            with pytest.raises(StoreUnavailable, match="away"):
                self.store.find(Find(collection, {}))


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    yield found
    found.behind.failing.clear()
    for breaker in found.store.breakers.values():
        while breaker.state is not BreakerState.CLOSED:
            time.sleep(0.005)


@pytest.mark.parametrize("collection", [BATCH, SPEED])
def test_a_probe_asks_by_an_index_since_any_other_find_may_take_longer_than_it_waits(
    watched: Watched, collection: str
) -> None:
    watched.fail(collection)
    watched.behind.failing.clear()
    assert watched.closed.wait(5)
    ((asked, field),) = set(watched.behind.asked)
    assert asked == collection
    assert field in {index.keys[0][0] for index in declared(Aliases()) if index.collection == collection}


def test_one_collection_is_left_alone_while_the_other_one_is_asked(watched: Watched) -> None:
    watched.fail(SPEED)
    assert watched.turns[0] == (SPEED, BreakerState.OPEN)
    with pytest.raises(StoreUnavailable, match="speed_views did not answer"):
        watched.store.find(Find(SPEED, {}))
    with pytest.raises(StoreUnavailable, match="speed_views did not answer"):
        watched.store.batches(SPEED, {})
    assert watched.refused == [SPEED, SPEED]
    assert watched.store.find(Find(BATCH, {}))[0]["a"] == 1
    assert watched.store.breakers[BATCH].state is BreakerState.CLOSED


def test_it_is_asked_again_by_itself_when_it_answers(watched: Watched) -> None:
    watched.fail(SPEED)
    watched.behind.failing.clear()
    assert watched.closed.wait(5)
    assert watched.store.find(Find(SPEED, {}))[0]["a"] == 2
    assert watched.turns[-2:] == [(SPEED, BreakerState.HALF_OPEN), (SPEED, BreakerState.CLOSED)]


def test_it_comes_back_any_number_of_times(watched: Watched) -> None:
    for _ in range(3):
        watched.closed.clear()
        watched.fail(SPEED)
        watched.behind.failing.clear()
        assert watched.closed.wait(5)


def test_a_find_has_its_limit_and_no_more_than_the_request_has_left(watched: Watched) -> None:
    watched.store.find(Find(BATCH, {}))
    with deadline(0.75):
        watched.store.find(Find(BATCH, {}))
    assert LIMIT - 0.1 < watched.behind.given[0] <= LIMIT
    assert 0.6 < watched.behind.given[1] <= 0.75


def test_what_fails_for_want_of_time_says_nothing_of_the_store(watched: Watched) -> None:
    watched.behind.failing.add(BATCH)
    for _ in range(10):
        with deadline(LIMIT / 4), pytest.raises(StoreUnavailable):
            watched.store.find(Find(BATCH, {}))
    assert watched.store.breakers[BATCH].state is BreakerState.CLOSED


def test_a_request_without_time_is_refused_too_while_it_is_open(watched: Watched) -> None:
    watched.fail(BATCH)
    with deadline(LIMIT / 4), pytest.raises(StoreUnavailable, match="did not answer"):
        watched.store.find(Find(BATCH, {"of": "a caller"}))
    assert {"of": "a caller"} not in [wanted for _, wanted in watched.behind.finds]
