"""Finds that do not need each other run side by side, and end with the request."""

from __future__ import annotations

import threading
import time

import pytest

from merger.deadline import deadline, seconds_left
from merger.errors import StoreUnavailable
from merger.stores.side_by_side import find_all, start_call
from merger.stores.store import Document, Find
from tests.memory_store import MemoryStore

FINDS = [Find("things", {"n": n}) for n in range(4)]


class MeetingStore(MemoryStore):
    """Answers a find once all of them have been asked."""

    def __init__(self) -> None:
        super().__init__(things=[{"n": n} for n in range(4)])
        self.all_here = threading.Barrier(len(FINDS))

    def find(self, find: Find) -> list[Document]:
        self.all_here.wait(5.0)
        return super().find(find)


def test_finds_run_side_by_side_and_keep_their_order() -> None:
    assert [document["n"] for page in find_all(MeetingStore(), FINDS) for document in page] == [0, 1, 2, 3]


def test_no_finds_have_no_results() -> None:
    assert find_all(MemoryStore(), []) == []


def test_the_error_of_any_find_is_raised() -> None:
    store = MemoryStore()
    store.error = StoreUnavailable("it is away")
    with pytest.raises(StoreUnavailable, match="it is away"):
        find_all(store, FINDS)


def test_a_call_sees_the_deadline_and_is_not_waited_for_beyond_it() -> None:
    released = threading.Event()
    with deadline(0.05):
        assert start_call(seconds_left)() <= 0.05
        began, wait = time.monotonic(), start_call(lambda: released.wait(5.0))
        with pytest.raises(StoreUnavailable, match="no time was left"):
            wait()
        released.set()
        assert time.monotonic() - began < 1.0
