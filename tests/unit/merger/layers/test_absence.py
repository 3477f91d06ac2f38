"""What it means that the published runs do not name something.

Requirements M8 and M12.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Policy, Strategy
from merger.core.evidence import Absence
from merger.core.windows import DAY, HOUR
from merger.errors import StoreUnavailable
from merger.layers.absence import COUNT_INTERVAL, RETRY_INTERVAL, RunEvidence
from merger.layers.publication import Publication
from tests.memory_store import MemoryStore
from tests.unit.merger.documents import Raw, point, total
from tests.unit.merger.scenario import LAST_RUN, NOW

OLDER = LAST_RUN - DAY


def record(run: str, **more: Any) -> Raw:
    return {"batch_run_id": run, "status": "published", "covers_until": LAST_RUN, **more}


class Evidence:
    """Evidence over two documents of one run, with a clock that tests move."""

    def __init__(self, policy: Policy | None = None) -> None:
        documents = [total(5, LAST_RUN), point("2026-03-09", 5, LAST_RUN)]
        self.store = MemoryStore(**{BATCH: [{**each, "batch_run_id": "new"} for each in documents]})
        self.seconds = 0.0
        self.evidence = RunEvidence(self.store, Contract(), lambda: self.seconds)
        self.boundary = Boundary(NOW, policy or Policy())

    def absence(self, *records: Mapping[str, Any]) -> Absence:
        self.evidence.refresh(Publication.of(records), LAST_RUN, self.boundary)
        return self.evidence.absence.get("sentiment", Absence())


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], Absence(unrecorded_until=LAST_RUN)),
        ([record("new", documents={"sentiment": 2})], Absence(LAST_RUN)),
        ([record("new", documents={"sentiment": 2.0}, covers_until=None)], Absence(LAST_RUN)),
        ([record("new", documents={"sentiment": 3})], Absence(is_broken=True)),
        ([record("new", documents={"movie_details": 9})], Absence()),
        ([record("other", documents={"sentiment": 0})], Absence(LAST_RUN)),
        ([record("new")], Absence(assumed_until=LAST_RUN)),
        ([record("new", documents={"sentiment": 2}, status="written")], Absence()),
        ([record("other", status="written")], Absence(unrecorded_until=LAST_RUN)),
    ],
)
def test_a_run_proves_what_it_does_not_name_only_if_all_that_it_states_is_there(
    records: list[Raw], expected: Absence
) -> None:
    assert Evidence().absence(*records) == expected


def test_an_older_run_that_is_whole_still_proves_its_own_time() -> None:
    older, newer = record("new", covers_until=OLDER, documents={"sentiment": 2}), record("later")
    assert Evidence().absence(older, newer) == Absence(OLDER, LAST_RUN)
    broken = record("later", documents={"sentiment": 7})
    assert Evidence().absence(older, broken) == Absence(OLDER, is_broken=True)


def test_coverage_counts_in_whole_hours() -> None:
    stated = record("new", covers_until=LAST_RUN + timedelta(minutes=59), documents={"sentiment": 2})
    assert Evidence().absence(stated) == Absence(LAST_RUN)


def test_documents_are_counted_again_after_a_while_or_another_publication() -> None:
    found, stated = Evidence(), record("new", documents={"sentiment": 2})
    assert found.absence(stated).proven_until == LAST_RUN
    found.store.collections[BATCH].pop()
    assert found.absence(stated).proven_until == LAST_RUN
    found.seconds += COUNT_INTERVAL + 1
    assert found.absence(stated).is_broken
    assert not found.absence().is_broken


def test_nothing_is_shown_while_counting_fails_or_by_the_fixed_strategy() -> None:
    found, stated = Evidence(), record("new", documents={"sentiment": 2})
    found.store.error = StoreUnavailable("away")
    assert found.absence(stated) == Absence()
    found.store.error = None
    assert found.absence(stated) == Absence(), "a busy server is left alone for a while"
    found.seconds += RETRY_INTERVAL + 1
    assert found.absence(stated).proven_until == LAST_RUN
    assert Evidence(Policy(strategy=Strategy.FIXED)).absence(stated) == Absence()
    assert LAST_RUN + HOUR < NOW
