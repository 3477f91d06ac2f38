"""After any order of commands, several at once and some of them killed, readers see one whole set of documents.

Requirement M15.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pymongo import MongoClient

from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.runs.journal import Journal, Record
from merger.runs.publisher import SEEN_AFTER, NotPublishable, RunPublisher
from tests.effort import examples
from tests.integration.runs.world import NOW, Reader, load

MOVIES = st.sets(st.integers(1, 4), min_size=1)
MOST_RUNS = 5
RUN = st.integers(0, MOST_RUNS - 1).map("r{}".format)
COMMANDS = st.one_of(
    st.tuples(st.just("publish"), RUN),
    st.tuples(st.just("roll_back"), RUN | st.none()),
    st.tuples(st.just("prune"), st.integers(1, 3)),
)
KILLED = st.none() | st.tuples(st.integers(1, 3), st.booleans())


class Killed(BaseException):
    """Stands for the end of a process."""


class DyingJournal(Journal):
    """A journal whose process ends at one of its writes, before or after the server has got it."""

    left: int
    written: bool

    def _write(self, wanted: Any, content: Record) -> bool:
        self.left -= 1
        result = super()._write(wanted, content) if self.left > 0 or self.written else False
        if self.left == 0:
            raise Killed
        return result


class Commands(RuleBasedStateMachine):
    name = "in_any_order"

    def __init__(self, client: MongoClient[dict[str, Any]]) -> None:
        super().__init__()
        self.client = client
        self.client.drop_database(self.name)
        self.database = self.client[self.name]
        self.now: datetime = NOW
        self.movies: dict[str, set[int]] = {}
        self.late = Reader(self.client, self.name)
        self.reader = Reader(self.client, self.name)

    @initialize(runs=st.lists(MOVIES, min_size=2, max_size=3))
    def publish_some(self, runs: list[set[int]]) -> None:
        for movies in runs:
            self.load(movies)
            self.publisher().publish(f"r{len(self.movies) - 1}", force=True, because="a test")
        self.time_passes()

    @precondition(lambda self: len(self.movies) < MOST_RUNS)
    @rule(movies=MOVIES)
    def load(self, movies: set[int]) -> None:
        number = len(self.movies)
        load(self.database, number, movies)
        self.movies[f"r{number}"] = movies

    @rule()
    def time_passes(self) -> None:
        self.now += SEEN_AFTER
        self.late = self.reader
        self.reader = Reader(self.client, self.name)

    @rule(commands=st.lists(st.tuples(COMMANDS, KILLED), min_size=1, max_size=4))
    def commands_at_once(self, commands: list[tuple[tuple[str, Any], tuple[int, bool] | None]]) -> None:
        together = threading.Barrier(len(commands) + 1)
        runs = [self.command(*command, killed, together) for command, killed in commands]
        with ThreadPoolExecutor(len(runs) + 1) as pool:
            watching = pool.submit(self.watch, together)
            list(pool.map(lambda run: run(), runs))
            self.is_over.set()
            assert watching.result() == ""

    def publisher(self) -> RunPublisher:
        return RunPublisher(self.database, Contract(), lambda: Boundary(self.now))

    def command(
        self, name: str, argument: Any, killed: tuple[int, bool] | None, together: threading.Barrier
    ) -> Callable[[], None]:
        publisher = self.publisher()
        if killed is not None:
            journal = DyingJournal(self.database)
            journal.left, journal.written = killed
            publisher._journal = journal

        def run() -> None:
            together.wait()
            with suppress(NotPublishable, Killed):
                if name == "publish":
                    publisher.publish(argument, force=True, because="a test")
                elif name == "roll_back":
                    publisher.roll_back(argument)
                else:
                    deleting = publisher.prune(argument)
                    list(deleting) if killed is None else next(deleting, None)

        self.is_over = threading.Event()
        return run

    def watch(self, together: threading.Barrier) -> str:
        together.wait()
        reader, wrong = Reader(self.client, self.name), ""
        while not wrong and not self.is_over.is_set():
            wrong = reader.torn(self.movies)
        return wrong

    @invariant()
    def readers_see_one_whole_set(self) -> None:
        assert self.reader.torn(self.movies) == ""

    @invariant()
    def readers_that_are_late_see_one_too(self) -> None:
        assert self.late.torn(self.movies, refresh=False) == ""


@pytest.fixture
def client(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client
        client.drop_database(Commands.name)


def test_commands_in_any_order(client: MongoClient[dict[str, Any]]) -> None:
    run_state_machine_as_test(
        lambda: Commands(client),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=examples(20),
            stateful_step_count=12,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # what threads do can't be shrunk
            suppress_health_check=list(HealthCheck),
        ),
    )
