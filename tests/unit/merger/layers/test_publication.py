"""Which runs readers see, given the records of runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from merger.layers.publication import JOURNAL, RUN_KEY, Publication, journal_of, settled
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


def journal(turn: int, *changes: dict[str, Any], is_applied: bool = False) -> dict[str, Any]:
    return {
        "_id": JOURNAL,
        RUN_KEY: None,
        "status": JOURNAL,
        "turn": turn,
        "changes": [*changes],
        "is_applied": is_applied,
    }


def test_a_change_in_the_journal_counts_before_it_has_reached_the_records() -> None:
    old = [record("a", "published", _id=1, turn=3, note="kept"), record("b", "published", _id=2)]
    changes = [record("a", "rolled_back", _id=1), record("c", "published", _id=3)]
    found = settled([*old, journal(4, *changes)])
    assert {**old[0], **changes[0]} in found
    assert set(Publication.of([*old, journal(4, *changes)]).published) == {"b", "c"}
    reached = [record("a", "published", _id=1, turn=4), old[1]]
    assert set(Publication.of([*reached, journal(4, *changes, is_applied=True)]).published) == {"a", "b"}


@pytest.mark.parametrize(
    "bad", [{}, {"turn": "1", "changes": []}, {"turn": 1, "changes": 5}, {"turn": 1, "changes": [5]}]
)
def test_a_journal_that_cannot_be_read_changes_nothing(bad: dict[str, Any]) -> None:
    records = [record("a", "published", _id=1)]
    assert journal_of([*records, {"_id": JOURNAL, **bad}]) == {}
    assert set(Publication.of([*records, {"_id": JOURNAL, **bad}]).published) == {"a"}


def test_after_a_rollback_the_fingerprint_is_the_one_of_before() -> None:
    before = Publication.of([record("a", "published")])
    after = Publication.of([record("a", "published"), record("b", "rolled_back")])
    assert before.mark == after.mark != Publication.of([record("a", "published"), record("b", "published")]).mark


def test_while_every_run_is_rolled_back_a_run_without_a_record_stays_hidden() -> None:
    publication = Publication.of([record("a", "rolled_back")])
    assert [publication.is_visible(run_id) for run_id in ("a", "new", None)] == [False, False, True]


def test_a_document_keeps_the_coverage_that_it_states() -> None:
    publication = Publication.of([record("a", "published", covers_until=NOW)])
    assert publication.with_run_coverage({RUN_KEY: "a"})["covers_until"] == NOW
    assert publication.with_run_coverage({RUN_KEY: "a", "covers_until": "own"})["covers_until"] == "own"
    assert publication.with_run_coverage({RUN_KEY: "b"}) == {RUN_KEY: "b"}
