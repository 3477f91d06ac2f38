"""The report on documents counts what is readable, in a dialect, absent, odd or unreadable."""

from __future__ import annotations

from typing import Any

import pytest

from merger.contract.documents import Contract
from merger.contract.importing import is_run_record
from merger.producers.report import FileReport, kind_of
from tests.unit.merger.documents import bucket, total
from tests.unit.merger.examples import RUN

HEARTBEAT = {"data_type": "stats", "hour": RUN, "heartbeat": True, "synced_at": RUN}


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (total(5, RUN), "batch"),
        (bucket(RUN, 1), "speed"),
        (HEARTBEAT, "speed"),
        ({"window_start": RUN, "view_type": "movie_stats"}, "speed"),
        ({"view_type": "movie_details"}, "batch"),
        ({}, "batch"),
    ],
)
def test_a_document_tells_its_collection(raw: dict[str, Any], kind: str) -> None:
    assert kind_of(raw) == kind


def test_every_finding_is_counted_with_places() -> None:
    report = FileReport(Contract(), examples=2)
    for number in range(3):
        report.add(f"a:{number}", {**total(5, RUN), "computed_at": RUN.isoformat()}, "batch")
    report.add("b:1", bucket(RUN, 1) | {"data": {**bucket(RUN, 1)["data"], "sentiment_velocity": "fast"}}, "speed")
    report.add("b:2", bucket(RUN, 1) | {"movie_id": "five"}, "speed")
    report.add("b:3", HEARTBEAT, "speed")
    report.add_rejected("b:4", "it is not JSON")
    found = report.as_dict()
    assert found["documents"] == {"batch sentiment": 3, "speed sentiment": 1, "heartbeat": 1}
    assert [(each["dialect"], each["documents"]) for each in found["dialects"]] == [("stamps as text", 3)]
    assert found["absent"] == {"batch sentiment": {}, "speed sentiment": {"sentiment_velocity": 1}}
    (odd,) = found["odd"]
    assert odd["what"].startswith("sentiment.sentiment_velocity: ")
    assert odd["examples"] == ["b:1"]
    assert [each["what"].partition(":")[0] for each in found["unreadable"]] == ["sentiment.movie_id", "it is not JSON"]
    assert found["advice"]


def test_few_places_are_kept() -> None:
    report = FileReport(Contract(), examples=2)
    for number in range(5):
        report.add_rejected(str(number), "odd")
    assert report.as_dict()["unreadable"] == [{"what": "odd", "documents": 5, "examples": ["0", "1"]}]


def test_records_of_runs_are_told_from_documents() -> None:
    record = {"batch_run_id": "r", "status": "published", "documents": {"sentiment": 1}}
    assert is_run_record(record)
    assert not is_run_record(total(5, RUN) | {"status": "published"})
    report = FileReport(Contract())
    report.add_run(record)
    report.add_run(record | {"batch_run_id": "other", "documents": None})
    report.add_run(record | {"batch_run_id": "third", "status": "running"})
    assert report.as_dict()["documents"] == {"batch run": 3}
    assert report.seen.recorded == {"r": {"sentiment": 1}}
    assert report.seen.withheld == {"third"}
