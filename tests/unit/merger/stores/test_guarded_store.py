"""Behind breakers, one collection may fail while the other answers, and it recovers by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.deadline import deadline, seconds_left
from merger.errors import StoreUnavailable
from merger.indexes.declared import declared_indexes
from merger.stores.breaker import BreakerRules, BreakerState
from merger.stores.guarded_store import GuardedStore
from merger.stores.store import Document, Find
from tests.memory_store import MemoryStore

LIMIT = 1.0


class Failing(MemoryStore):
    """A store with failing collections; records the time that each find was given."""

    def __init__(self) -> None:
        super().__init__(batch_views=[{"a": 1}], speed_views=[{"a": 2}])
        self.failing: set[str] = set()
        self.time_left: list[float] = []
        self.filtered: list[tuple[str, str]] = []

    def find(self, find: Find) -> list[Document]:
        self.time_left.append(seconds_left())
        self.filtered += [(find.collection, field) for field in find.filter]
        if find.collection in self.failing:
            raise StoreUnavailable("away")
        return super().find(find)

    def batches(
        self, collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> Iterator[Sequence[Document]]:
        return iter([self.find(Find(collection, wanted))])


class Guarded:
    def __init__(self) -> None:
        self.behind = Failing()
        self.changes: list[tuple[str, BreakerState]] = []
        self.refused: list[str] = []
        self.closed = threading.Event()
        self.store = GuardedStore(
            self.behind,
            (BATCH, SPEED),
            limit=LIMIT,
            rules=BreakerRules(least_calls=3, pause=0.01),
            monotonic=time.monotonic,
            on_change=self._record,
            on_refused=self.refused.append,
        )

    def _record(self, collection: str, state: BreakerState) -> None:
        self.changes.append((collection, state))
        if state is BreakerState.CLOSED:
            self.closed.set()

    def fail(self, collection: str, times: int = 3) -> None:
        self.behind.failing.add(collection)
        for _ in range(times):
            with pytest.raises(StoreUnavailable, match="away"):
                self.store.find(Find(collection, {}))


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    found = Guarded()
    yield found
    found.behind.failing.clear()
    for breaker in found.store.breakers.values():
        while breaker.state is not BreakerState.CLOSED:
            time.sleep(0.005)


@pytest.mark.parametrize("collection", [BATCH, SPEED])
def test_probe_finds_by_a_declared_index(guarded: Guarded, collection: str) -> None:
    guarded.fail(collection)
    guarded.behind.failing.clear()
    assert guarded.closed.wait(5)
    ((found, field),) = set(guarded.behind.filtered)
    assert found == collection
    assert field in {index.keys[0][0] for index in declared_indexes(Aliases()) if index.collection == collection}


def test_failing_collection_is_refused_while_the_other_answers(guarded: Guarded) -> None:
    guarded.fail(SPEED)
    assert guarded.changes[0] == (SPEED, BreakerState.OPEN)
    with pytest.raises(StoreUnavailable, match="speed_views is not answering"):
        guarded.store.find(Find(SPEED, {}))
    with pytest.raises(StoreUnavailable, match="speed_views is not answering"):
        guarded.store.batches(SPEED, {})
    assert guarded.refused == [SPEED, SPEED]
    assert guarded.store.find(Find(BATCH, {}))[0]["a"] == 1
    assert guarded.store.breakers[BATCH].state is BreakerState.CLOSED


def test_probe_closes_the_breaker_when_the_collection_answers_again(guarded: Guarded) -> None:
    guarded.fail(SPEED)
    guarded.behind.failing.clear()
    assert guarded.closed.wait(5)
    assert guarded.store.find(Find(SPEED, {}))[0]["a"] == 2
    assert guarded.changes[-2:] == [(SPEED, BreakerState.HALF_OPEN), (SPEED, BreakerState.CLOSED)]


def test_collection_recovers_any_number_of_times(guarded: Guarded) -> None:
    for _ in range(3):
        guarded.closed.clear()
        guarded.fail(SPEED)
        guarded.behind.failing.clear()
        assert guarded.closed.wait(5)


def test_find_gets_its_limit_or_the_time_left_of_the_request(guarded: Guarded) -> None:
    guarded.store.find(Find(BATCH, {}))
    with deadline(0.75):
        guarded.store.find(Find(BATCH, {}))
    assert LIMIT - 0.1 < guarded.behind.time_left[0] <= LIMIT
    assert 0.6 < guarded.behind.time_left[1] <= 0.75


def test_failures_for_lack_of_time_do_not_open_the_breaker(guarded: Guarded) -> None:
    guarded.behind.failing.add(BATCH)
    for _ in range(10):
        with deadline(LIMIT / 4), pytest.raises(StoreUnavailable):
            guarded.store.find(Find(BATCH, {}))
    assert guarded.store.breakers[BATCH].state is BreakerState.CLOSED


def test_request_short_of_time_is_refused_too_while_open(guarded: Guarded) -> None:
    guarded.fail(BATCH)
    with deadline(LIMIT / 4), pytest.raises(StoreUnavailable, match="is not answering"):
        guarded.store.find(Find(BATCH, {"of": "a caller"}))
    assert {"of": "a caller"} not in [wanted for _, wanted in guarded.behind.finds]
