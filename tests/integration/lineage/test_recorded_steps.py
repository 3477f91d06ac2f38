"""Publications and rollbacks reach a receiver of OpenLineage events.

Requirement M14.
"""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from merger.lineage.receiver import run_steps, store_address
from merger.runs.publisher import NotPublishable
from tests.integration.lineage.events import Receiver, versions


def test_a_publication_and_a_rollback_are_recorded(runs: Database[dict[str, Any]], receiver: Receiver) -> None:
    run_steps().publish("old")
    run_steps().publish("new")
    run_steps().roll_back()
    assert receiver.states()[2:] == [
        ("batch_runs.publish", "START"),
        ("batch_runs.publish", "COMPLETE"),
        ("batch_runs.rollback", "START"),
        ("batch_runs.rollback", "COMPLETE"),
    ]
    started, published, _, rolled_back = receiver.events[2:]
    assert started["run"]["runId"] == published["run"]["runId"] != rolled_back["run"]["runId"]
    documents = (store_address(), f"{runs.name}.batch_views", "new")
    assert versions(published, "inputs") == [documents]
    assert versions(published, "outputs") == [("lambdaserve", "published_views", "new")]
    assert published["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == 3
    assert versions(rolled_back, "inputs") == [documents]
    assert versions(rolled_back, "outputs") == [("lambdaserve", "published_views", None)]
    assert set(receiver.paths) == {"/api/v1/lineage"}
    assert all(each["producer"].startswith("urn:lambdaserve") for each in receiver.events)


def test_a_refused_publication_is_recorded_as_failed_with_the_reason(
    runs: Database[dict[str, Any]], receiver: Receiver
) -> None:
    with pytest.raises(NotPublishable):
        run_steps().publish("unknown")
    assert receiver.states() == [("batch_runs.publish", "START"), ("batch_runs.publish", "FAIL")]
    assert "unknown" in receiver.events[-1]["run"]["facets"]["errorMessage"]["message"]
