"""The description of how MongoDB runs a read, in any version or cluster.

Requirement O2.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from merger.answers.explain import describe_plan
from merger.answers.reader import PlannedReads
from merger.core.boundary import Boundary, Layers
from merger.errors import StoreUnavailable
from merger.stores.store import Find
from merger.views.plans import Plan
from movies.selectors import DETAILS, Movie

NOW = datetime(2026, 11, 24, 17, 16, tzinfo=UTC)
FETCH = {"stage": "FETCH", "inputStage": {"stage": "IXSCAN", "indexName": "movie_view"}}
SCAN = {"stage": "PROJECTION_DEFAULT", "inputStage": {"stage": "COLLSCAN"}}
EITHER = {"stage": "OR", "inputStages": [{"stage": "IXSCAN", "indexName": "b"}, {"stage": "IXSCAN", "indexName": "a"}]}
SLOT_BASED = {"isCached": False, "queryPlan": FETCH, "slotBasedPlan": {"stages": "[3] project"}}
CLUSTER = {"stage": "SHARD_MERGE", "shards": [{"shardName": "one", "winningPlan": FETCH}, {"winningPlan": SCAN}]}


def describe_read(found: Any) -> dict[str, Any]:
    plan = Plan((Find("batch_views", {"movie_id": 1, "hour": {"$in": [NOW]}}, without=("cast",)),))
    described = describe_plan(DETAILS, Movie(1), Boundary(NOW), PlannedReads(Layers(), plan, [found], None))
    (read,) = described["plan"]["reads"]
    return dict(read)


@pytest.mark.parametrize(
    ("winning", "indexes", "scans"),
    [
        (FETCH, ["movie_view"], False),
        (SCAN, [], True),
        (EITHER, ["a", "b"], False),
        (SLOT_BASED, ["movie_view"], False),
        (CLUSTER, ["movie_view"], True),
        ({"stage": "EOF"}, [], False),
    ],
)
def test_indexes_are_found_anywhere_in_a_winning_plan(winning: Any, indexes: list[str], scans: bool) -> None:
    stats = {"totalKeysExamined": 3, "totalDocsExamined": 2, "nReturned": 1, "executionTimeMillis": 0}
    read = describe_read({"queryPlanner": {"winningPlan": winning}, "executionStats": stats})
    assert (read["indexes"], read["scans_collection"]) == (indexes, scans)
    assert (read["keys_examined"], read["documents_examined"], read["documents_returned"]) == (3, 2, 1)


def test_figures_that_a_server_leaves_out_are_null() -> None:
    read = describe_read({})
    assert (read["indexes"], read["keys_examined"], read["server_ms"]) == ([], None, None)


def test_read_that_could_not_be_explained_shows_its_error() -> None:
    read = describe_read(StoreUnavailable("MongoDB is away"))
    assert read["error"] == "MongoDB is away"
    assert "indexes" not in read


def test_filters_are_written_as_extended_json() -> None:
    assert describe_read({})["filter"] == {"movie_id": 1, "hour": {"$in": [{"$date": "2026-11-24T17:16:00Z"}]}}
    assert describe_read({})["without"] == ["cast"]
