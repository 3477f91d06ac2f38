"""Publishing, rolling back and pruning batch runs, on a real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.core.windows import DAY, HOUR
from merger.gates.limits import Limits
from merger.layers.publication import RUN_KEY, RUNS
from merger.runs.checking import Check
from merger.runs.publisher import LONGEST_REASON, SEEN_AFTER, NotPublishable, RunPublisher
from tests.unit.merger.documents import at, batch_view
from tests.unit.merger.examples import DETAILS

NOW = at("2026-03-10 10:30")
OLD, NEW = NOW - 2 * DAY, NOW - DAY


@dataclass
class Clock:
    now: datetime = NOW


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(mongo_uri: str) -> Iterator[Database[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client["publishing"]
        client.drop_database("publishing")


@pytest.fixture
def publisher(database: Database[dict[str, Any]], clock: Clock) -> RunPublisher:
    for run_id, covers, movies in (("old", OLD, (1, 2, 3)), ("new", NEW, (1, 2))):
        views = [batch_view("movie_details", DETAILS, covers, movie_id=each, batch_run_id=run_id) for each in movies]
        database["batch_views"].insert_many(views)
    # These runs are small and unlike each other; gates have tests of their own.
    limits = Limits(documents_lost=1, documents_gained=9, violations=1, vanished=1, coverage_lost=9 * DAY)
    return RunPublisher(database, Contract(), lambda: Boundary(clock.now), limits)


def test_runs_are_listed_newest_first_with_their_documents(publisher: RunPublisher) -> None:
    runs = publisher.runs()
    assert [(run.run_id, run.total, run.computed_at) for run in runs] == [
        ("new", 2, NEW + HOUR),
        ("old", 3, OLD + HOUR),
    ]


def test_the_first_publication_keeps_earlier_runs_visible(publisher: RunPublisher) -> None:
    assert publisher.publish("new", NEW).covers_until == NEW
    assert [(run.run_id, run.status, run.is_visible) for run in publisher.runs()] == [
        ("new", "published", True),
        ("old", None, True),
    ]


def test_a_run_that_gates_refuse_is_published_only_by_force_with_a_reason(
    publisher: RunPublisher, database: Database[dict[str, Any]], clock: Clock
) -> None:
    strict = RunPublisher(database, Contract(), lambda: Boundary(clock.now))
    fault = "movie_details has 2 documents; after run old 3 are expected (−33 %)"
    with pytest.raises(NotPublishable, match=re.escape(f"gates refuse run 'new': {fault}; ")):
        strict.publish("new")
    with pytest.raises(NotPublishable, match="only with a reason"):
        strict.publish("new", force=True, because=" ")
    assert database[RUNS].count_documents({RUN_KEY: "new"}) == 0
    run = strict.publish("new", force=True, because=f" A cinema closed. {'x' * 1000}")
    assert (run.is_visible, run.faults[0], run.because[:20]) == (True, fault, "A cinema closed. xxx")
    assert len(run.because) == LONGEST_REASON


def test_a_reason_that_was_not_needed_is_not_kept(publisher: RunPublisher) -> None:
    run = publisher.publish("new", force=True, because="to be sure")
    assert (run.faults, run.because) == ([], "")


def test_a_run_that_changes_while_it_is_checked_is_checked_again(
    publisher: RunPublisher, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = [batch_view("movie_details", DETAILS, NEW, movie_id=each, batch_run_id="new") for each in range(10, 15)]
    check, checked = publisher.check, list[int]()

    def check_while_the_job_writes(*arguments: Any) -> Check:
        result = check(*arguments)
        checked.append(result.documents)
        if late:
            database["batch_views"].insert_one(late.pop())
        return result

    monkeypatch.setattr(publisher, "check", check_while_the_job_writes)
    with pytest.raises(NotPublishable, match="changed while it was checked"):
        publisher.publish("new")
    assert checked == [2, 3, 4]
    assert publisher.publish("new").total == 7


def test_a_run_taken_back_is_hidden_and_keeps_its_documents(publisher: RunPublisher) -> None:
    publisher.publish("new")
    run = publisher.roll_back()
    assert (run.run_id, run.is_visible, run.total) == ("new", False, 2)
    with pytest.raises(NotPublishable, match="no run is published"):
        publisher.roll_back()


def test_pruning_deletes_only_documents_that_a_newer_run_has(
    publisher: RunPublisher, database: Database[dict[str, Any]], clock: Clock
) -> None:
    publisher.publish("new")
    assert [number for _, number in publisher.prune(1)] == [0], "some process may not see the new run yet"
    clock.now += SEEN_AFTER
    assert [(run.run_id, number) for run, number in publisher.prune(1, dry_run=True)] == [("old", 2)]
    assert not publisher.runs()[0].is_base
    assert [number for _, number in publisher.prune(1)] == [2]
    assert [each["movie_id"] for each in database["batch_views"].find({RUN_KEY: "old"})] == [3]


def test_a_run_whose_predecessors_were_pruned_is_rolled_back_only_by_force(
    publisher: RunPublisher, clock: Clock
) -> None:
    publisher.publish("new")
    clock.now += SEEN_AFTER
    list(publisher.prune(1))
    with pytest.raises(NotPublishable, match="documents that run 'new' replaced were pruned"):
        publisher.roll_back("new")
    assert not publisher.roll_back("new", force=True).is_visible


def test_pruning_leaves_what_a_rollback_of_a_kept_run_shows_again(
    publisher: RunPublisher, database: Database[dict[str, Any]], clock: Clock
) -> None:
    views = [batch_view("movie_details", DETAILS, NOW, movie_id=each, batch_run_id="newest") for each in (1, 2, 3)]
    database["batch_views"].insert_many([{**view, "computed_at": NOW - HOUR} for view in views])
    publisher.publish("new")
    publisher.publish("newest")
    clock.now += SEEN_AFTER
    assert sum(number for _, number in publisher.prune(2)) == 2
    assert publisher.roll_back().run_id == "newest"
    left = {each["movie_id"] for each in database["batch_views"].find({RUN_KEY: {"$ne": "newest"}})}
    assert left == {1, 2, 3}, "only the newest run had replaced movie 3"


def test_an_unknown_run_is_refused_with_the_newest_ones(publisher: RunPublisher) -> None:
    with pytest.raises(NotPublishable, match="there is no run 'none'; the newest are: 'new', 'old'"):
        publisher.publish("none")
