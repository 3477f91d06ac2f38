"""Violations of the contract, counted by kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from merger.contract.documents import Contract
from merger.contract.importing import BATCH_KIND, EXPIRES_AFTER, SPEED_KIND
from merger.contract.violations import ViolationReport
from tests.unit.merger.documents import bucket, total
from tests.unit.merger.examples import RUN


def report(kind: str, *documents: dict[str, Any], duplicates: bool = True) -> dict[str, Any]:
    found = ViolationReport(kind, Contract(), 2, duplicates=duplicates)
    found.add({"_id": number, **document} for number, document in enumerate(documents))
    return found.as_dict()


def test_violations_are_counted_with_the_first_ids_as_examples() -> None:
    bad, violation = total(-1, RUN), "sentiment.review_count: review_count: a count can't be negative"
    assert report(BATCH_KIND, bad, total(1, RUN), bad, bad)["unreadable_or_odd"] == [
        {
            "what": violation,
            "documents": 3,
            "examples": ["0", "2"],
        }
    ]


def test_frequent_violations_come_first() -> None:
    found = report(BATCH_KIND, total(-1, RUN), {"view_type": 5}, {"view_type": 5})["unreadable_or_odd"]
    assert [each["documents"] for each in found] == [2, 1]


def test_documents_with_the_same_identity_and_run_are_duplicates() -> None:
    documents = (total(1, RUN), total(2, RUN), total(2, RUN, batch_run_id="other"))
    assert report(BATCH_KIND, *documents)["duplicates"] == {"sentiment": 1}
    assert report(BATCH_KIND, *documents, duplicates=False)["duplicates"] is None


def test_a_missing_or_different_expiry_is_odd() -> None:
    right = RUN + EXPIRES_AFTER
    found = report(
        SPEED_KIND,
        bucket(RUN, 1),
        bucket(RUN, 1, ttl_expires_at=right),
        bucket(RUN, 1, ttl_expires_at=right + timedelta(seconds=1)),
        bucket(RUN, 1, ttl_expires_at="later"),
    )
    assert [each["examples"] for each in found["unreadable_or_odd"]] == [["0"], ["2"], ["3"]]
    assert found["documents"] == {"sentiment": 4}


def test_a_value_that_is_dropped_is_odd_and_its_document_counts() -> None:
    odd = bucket(RUN, 1, ttl_expires_at=RUN + EXPIRES_AFTER)
    odd["data"]["sentiment_velocity"] = "fast"
    found = report(SPEED_KIND, odd)
    assert [each["what"].partition(":")[0] for each in found["unreadable_or_odd"]] == ["sentiment.sentiment_velocity"]
    assert found["documents"] == {"sentiment": 1}


def test_heartbeats_and_windows_smaller_than_an_hour_are_no_duplicates_of_each_other() -> None:
    heartbeat = {"data_type": "sentiment", "hour": RUN, "heartbeat": True, "synced_at": RUN}
    parts = [
        bucket(RUN + minutes, 1, ttl_expires_at=RUN + minutes + EXPIRES_AFTER)
        for minutes in (timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=10))
    ]
    found = report(SPEED_KIND, heartbeat, *parts)
    assert found["unreadable_or_odd"] == []
    assert found["documents"] == {"sentiment": 3, "heartbeat": 1}
    assert found["duplicates"] == {"sentiment": 1, "heartbeat": 0}
    assert found["dialects"] == {"windows smaller than an hour": 3}
