"""Which runs readers see, given the records of runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from merger.layers.publication import RUN_KEY, Publication
from tests.unit.merger.layers.test_published_store import NOW, RECORDS


def record(run_id: object, status: object, **more: Any) -> dict[str, Any]:
    return {RUN_KEY: run_id, "status": status, **more}


@given(records=RECORDS)
def test_order_and_duplicates_of_records_change_nothing(records: list[dict[str, Any]]) -> None:
    aged = {record.get("updated_at"): record for record in records}.values()
    assert Publication.of([*aged, *aged]) == Publication.of([*aged][::-1])


def test_without_records_every_run_is_visible() -> None:
    publication = Publication.of([])
    assert publication.is_visible("any")
    assert not publication.hides
    assert publication.mark == ""


def test_before_the_first_publication_only_runs_of_another_status_are_hidden() -> None:
    publication = Publication.of([record("new", "running")])
    assert [publication.is_visible(run_id) for run_id in ("new", "old", None)] == [False, True, True]


def test_after_the_first_publication_other_runs_are_hidden_unless_adopted() -> None:
    publication = Publication.of([record("a", "published"), {"status": "adopted", "runs": ["b"]}])
    assert [publication.is_visible(run_id) for run_id in ("a", "b", "c", None, "", ["a"])] == [
        *(True, True, False),
        *(True, True, False),
    ]


def test_the_newest_of_several_records_counts() -> None:
    records = [
        record("a", "published", updated_at=NOW),
        record("a", "rolled_back", updated_at=NOW + timedelta(hours=1)),
    ]
    assert not Publication.of(records).is_visible("a")
    assert Publication.of([record("a", "running"), record("a", "published")]).is_visible("a")


@pytest.mark.parametrize("bad", [record(None, "published"), record("", "published"), record(["a"], "published"), {}])
def test_records_without_a_usable_id_or_status_are_ignored(bad: dict[str, Any]) -> None:
    assert Publication.of([bad, record("b", 5)]) == Publication()


def test_the_fingerprint_changes_with_the_coverage_of_a_run() -> None:
    covers = datetime(2030, 1, 1, tzinfo=UTC)
    marks = {
        Publication.of([record("a", "published", covers_until=each)]).mark
        for each in (None, covers, covers.isoformat())
    }
    assert len(marks) == 2


def test_a_document_keeps_the_coverage_that_it_states() -> None:
    publication = Publication.of([record("a", "published", covers_until=NOW)])
    assert publication.with_run_coverage({RUN_KEY: "a"})["covers_until"] == NOW
    assert publication.with_run_coverage({RUN_KEY: "a", "covers_until": "own"})["covers_until"] == "own"
    assert publication.with_run_coverage({RUN_KEY: "b"}) == {RUN_KEY: "b"}
