"""A run is compared with the run that readers see before it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.core.windows import DAY
from merger.gates.limits import Limits
from merger.gates.reading import RunReader
from merger.layers.publication import PUBLISHED, ROLLED_BACK
from merger.runs.checking import Check, RunChecker, run_before
from merger.runs.listing import BatchRun
from tests.memory_store import MemoryStore
from tests.unit.merger.gates.runs import NEW, OLD, details


def run(
    name: str, status: str | None = PUBLISHED, *, visible: bool = True, documents: int = 5, computed: datetime = NEW
) -> BatchRun:
    return BatchRun(name, status, visible, computed_at=computed, documents={"movie_details": documents})


HIDDEN, NEWEST, EMPTY, BACK, OLDEST = (
    run("hidden", None, visible=False),
    run("newest"),
    run("empty", documents=0),
    run("back", ROLLED_BACK, visible=False),
    run("oldest", computed=OLD),
)
RUNS = [HIDDEN, NEWEST, EMPTY, BACK, OLDEST]


@pytest.mark.parametrize(("about", "before"), [(HIDDEN, NEWEST), (NEWEST, OLDEST), (BACK, NEWEST), (OLDEST, None)])
def test_the_run_before_is_the_newest_that_readers_see_or_of_one_that_they_see_an_older_one(
    about: BatchRun, before: BatchRun | None
) -> None:
    assert run_before(about, RUNS) is before


def test_runs_without_a_record_that_readers_see_are_compared() -> None:
    runs = [run("new", None), run("old", None, computed=OLD)]
    assert run_before(runs[0], runs) is runs[1]
    assert run_before(runs[1], runs) is None
    twins = [run("one", None), run("other", None)]
    assert run_before(twins[1], twins) is twins[0], "of two runs of one moment neither goes unjudged"


def checked(covers_until: datetime | None = None) -> Check:
    old = [{**each, "batch_run_id": "old"} for each in details(30, OLD)]
    new = [{**each, "batch_run_id": 7, "covers_until": None} for each in details(30, NEW)]
    reader = RunReader(MemoryStore(batch_views=[*old, *new]), Contract(), lambda: Boundary(NEW + DAY))
    runs = [BatchRun(7, None, False, documents={"movie_details": 30}), run("old", documents=30)]
    return RunChecker(reader, Limits()).check(runs[0], runs, covers_until)


def test_a_check_names_both_runs_and_has_an_outcome_of_each_gate() -> None:
    check = checked()
    assert (check.run_id, check.before, check.documents, check.faults) == ("7", "old", 30, [])
    assert len(check.outcomes) == 10


def test_the_coverage_that_is_to_be_recorded_counts() -> None:
    assert checked(OLD).faults == []
    assert "movie_details covers events until" in checked(OLD - timedelta(hours=2)).faults[0]


def test_a_check_is_of_a_run_as_it_was() -> None:
    check = checked()
    before = run("old")
    assert check.is_of(run("7", documents=30), before)
    assert not check.is_of(run("7", documents=31), before)
    assert not check.is_of(run("7", documents=30), run("other"))
    assert not check.is_of(run("7", documents=30), None)
