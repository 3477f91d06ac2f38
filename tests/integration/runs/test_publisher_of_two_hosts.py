"""Two processes change the runs at once, 200 times, and some are killed: readers see one whole set of documents.

Requirement M15.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from merger.core.windows import HOUR
from merger.layers.publication import PUBLISHED, RUN_KEY, RUNS
from tests.integration.runs.world import NOW, Reader, load
from tests.meta.repository import ROOT

pytestmark = pytest.mark.slow

NAME = "two_hosts"
TRIES, KILLED_EVERY = 200, 40
MOVIES = {"r1": set(range(1, 9)), "r2": set(range(3, 11)), "r3": set(range(1, 12))}
PAIRS: list[tuple[tuple[str, Any], tuple[str, Any]]] = [
    (("roll_back", "r1"), ("roll_back", "r2")),
    (("roll_back", None), ("roll_back", None)),
    (("prune", 1), ("roll_back", "r2")),
    (("prune", 1), ("roll_back", None)),
    (("publish", "r3"), ("roll_back", "r2")),
    (("publish", "r3"), ("prune", 1)),
    (("publish", "r3"), ("publish", "r3")),
    (("prune", 1), ("prune", 2)),
]


class Operator:
    """A process that does commands."""

    def __init__(self, uri: str) -> None:
        command = [sys.executable, "-m", "tests.integration.runs.operator", uri, NAME]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def send(self, command: tuple[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def client(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client
        client.drop_database(NAME)


@pytest.fixture
def operators(mongo_uri: str) -> Iterator[list[Operator]]:
    found = [Operator(mongo_uri), Operator(mongo_uri)]
    assert [each.said() for each in found] == ["ready", "ready"]
    yield found
    for each in found:
        each.end()


def begin(database: Database[dict[str, Any]]) -> None:
    """Three runs, of which all readers have seen two for hours."""
    for name in database.list_collection_names():
        database[name].delete_many({})
    for number in (1, 2, 3):
        load(database, number, MOVIES[f"r{number}"])
    stamps = {"published_at": NOW - HOUR, "updated_at": NOW - HOUR}
    database[RUNS].insert_many([{RUN_KEY: run, "status": PUBLISHED, **stamps} for run in ("r1", "r2")])


def test_two_hundred_tries(client: MongoClient[dict[str, Any]], operators: list[Operator], mongo_uri: str) -> None:
    chance, database, late = random.Random(20260310), client[NAME], Reader(client, NAME)
    refused = 0
    for number in range(TRIES):
        begin(database)
        assert late.torn(MOVIES) == ""
        pair = PAIRS[number % len(PAIRS)]
        for operator, command in zip(operators, chance.sample(pair, 2), strict=True):
            operator.send(command)
        is_killed = chance.randrange(KILLED_EVERY) == 0
        if is_killed:
            time.sleep(chance.uniform(0, 0.03))
            operators[0].end()
            operators[0] = Operator(mongo_uri)
        answers = [each.said() for each in operators]
        refused += sum(answer not in ("done", "ready") for answer in answers)
        assert late.torn(MOVIES, refresh=False) == "", f"{pair}: {answers}"
        assert Reader(client, NAME).torn(MOVIES) == "", f"{pair}: {answers}"
        if is_killed:
            operators[1].send(("publish", "r3"))
            assert operators[1].said() == "done", "the next command goes on"
            assert Reader(client, NAME).torn(MOVIES) == "", f"{pair}: {answers}"
    assert refused >= TRIES // len(PAIRS), "of two rollbacks one is refused, or they did not come together"
