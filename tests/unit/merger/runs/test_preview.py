"""Run records as they would be after a publication.

Requirement M14.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from merger.errors import BadQuery, PrunedRun
from merger.layers.publication import Publication
from merger.runs.listing import BatchRun
from merger.runs.preview import as_newest, as_published

NOW = datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
NEW = BatchRun("new", "running", is_visible=False, documents={"sentiment": 3})
BARE = BatchRun(7, None, is_visible=True, documents={"sentiment": 2})


def shown(records: list[dict[str, Any]], run: BatchRun = NEW) -> Publication:
    return Publication.of(as_published(records, run, [NEW, BARE], NOW))


def test_the_run_is_visible_with_its_coverage_and_number_of_documents() -> None:
    covers = NOW - timedelta(hours=15)
    found = shown([{"batch_run_id": "new", "status": "running", "covers_until": covers, "updated_at": NOW}])
    assert (found.published, found.written) == ({"new": covers}, {"new": {"sentiment": 3}})
    assert found.is_visible(7), "it has no record, and nothing was published before"


@pytest.mark.parametrize("status", ["published", "adopted"])
def test_runs_without_a_record_stay_hidden_where_runs_are_published(status: str) -> None:
    found = shown([{"batch_run_id": "old", "status": status, "runs": ["older"]}])
    assert found.is_visible("new")
    assert not found.is_visible(7)


def test_a_run_that_was_rolled_back_is_visible_again_and_others_stay_as_they_are() -> None:
    records = [{"batch_run_id": name, "status": "rolled_back", "updated_at": NOW} for name in ("new", "bad")]
    found = shown(records)
    assert (found.is_visible("new"), found.is_visible("bad")) == (True, False)
    assert all(record["status"] == "rolled_back" for record in records)


def published(name: str, days: int) -> dict[str, Any]:
    return {"batch_run_id": name, "status": "published", "published_at": NOW - timedelta(days=days)}


def test_a_published_run_is_the_newest_without_those_published_later() -> None:
    records = [published("a", 3), published("b", 2), published("c", 1), {"status": "bases", "runs": ["b"]}]
    found = Publication.of(as_newest(records, "b"))
    assert [found.is_visible(run) for run in ("a", "b", "c")] == [True, True, False]
    assert Publication.of(as_newest(records, "c")).published.keys() == {"a", "b", "c"}
    with pytest.raises(PrunedRun, match="run 'a' were pruned, since run 'b' replaced them"):
        as_newest(records, "a")


def test_without_times_of_publication_it_is_not_known_which_runs_came_later() -> None:
    unknown = {"batch_run_id": "b", "status": "published"}
    for records in ([published("a", 3), unknown], [published("a", 3), published("b", 3)], []):
        with pytest.raises(BadQuery, match="tell which runs were published after it"):
            as_newest(records, "a")
