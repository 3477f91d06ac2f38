"""Bad runs of every kind are refused, on all views and on one alone; good runs are not. With the default limits.

Requirement M15.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from merger.gates.decision import Outcome, State, decide, faults_of
from merger.gates.limits import Limits
from merger.gates.summary import RunSummary
from tests.effort import examples
from tests.unit.merger.documents import Raw
from tests.unit.merger.gates.runs import (
    LEAVES_ALONE,
    SPOILED,
    by_view,
    nights,
    summary_of,
    with_view,
)

VIEWS = ("movie_details", "sentiment", "genre_analytics", "temporal_analytics", "actor_collaboration")


@pytest.fixture(scope="module")
def documents() -> list[list[Raw]]:
    return list(nights(10))[-2:]


@pytest.fixture(scope="module")
def before(documents: list[list[Raw]]) -> RunSummary:
    return summary_of(documents[0], "before")


@pytest.fixture(scope="module")
def good(documents: list[list[Raw]]) -> RunSummary:
    return summary_of(documents[1])


def refusals(run: RunSummary, before: RunSummary | None) -> list[str]:
    return faults_of(decide(run, before, Limits()))


def test_the_next_night_passes_every_gate(good: RunSummary, before: RunSummary) -> None:
    outcomes = decide(good, before, Limits())
    assert {outcome.state for outcome in outcomes} == {State.PASSED}


@pytest.mark.parametrize("kind", SPOILED)
def test_a_bad_run_is_refused(documents: list[list[Raw]], before: RunSummary, kind: str) -> None:
    assert refusals(summary_of(SPOILED[kind](documents[1])), before) != []


@pytest.mark.parametrize("view_type", VIEWS)
@pytest.mark.parametrize("kind", SPOILED)
def test_a_run_is_refused_of_which_one_view_is_bad(
    documents: list[list[Raw]], good: RunSummary, before: RunSummary, kind: str, view_type: str
) -> None:
    sound = by_view(documents[1])[view_type]
    spoiled = SPOILED[kind](sound)
    is_changed = spoiled != sound
    assert is_changed is ((view_type, kind) not in LEAVES_ALONE)
    faults = refusals(with_view(good, view_type, summary_of(spoiled)), before)
    assert bool(faults) is is_changed
    assert all(view_type in fault for fault in faults if "other views" not in fault), "each names the view"


def test_a_run_without_a_view_is_refused(documents: list[list[Raw]], before: RunSummary) -> None:
    for view_type in VIEWS:
        run = summary_of(document for document in documents[1] if document["view_type"] != view_type)
        assert any(fault.startswith(view_type) and "0 documents" in fault for fault in refusals(run, before))


def test_the_first_run_has_nothing_to_compare_with(good: RunSummary) -> None:
    outcomes = {outcome.gate: outcome for outcome in decide(good, None, Limits())}
    assert faults_of(outcomes.values()) == []
    alone = [outcome.gate for outcome in outcomes.values() if outcome.state is State.PASSED]
    assert alone == ["contract", "coverage"]
    assert outcomes["nulls"] == Outcome("nulls", State.NOT_COMPARED, "no run before to compare with", "5.0 % more")


def test_the_first_run_is_refused_if_it_breaks_the_contract(documents: list[list[Raw]]) -> None:
    broken = [{**document, "data": {}} if place % 20 == 0 else document for place, document in enumerate(documents[0])]
    faults = refusals(summary_of(broken), None)
    assert any("documents of movie_details break the contract" in fault for fault in faults)


def test_a_gate_is_open_where_its_limit_allows_all(documents: list[list[Raw]], before: RunSummary) -> None:
    half = summary_of(SPOILED["half: every second document"](documents[1]))
    outcomes = decide(half, before, Limits(documents_lost=1, vanished=1, closed_days=1))
    assert faults_of(outcomes) == []


def refused_nights(number: int, **options: object) -> list[str]:
    summaries = [summary_of(night, f"night {place}") for place, night in enumerate(nights(number, **options))]  # type: ignore[arg-type]
    return [fault for before, run in pairwise(summaries) for fault in refusals(run, before)]


@pytest.mark.parametrize("seed", range(2, 8))
def test_thirty_good_runs_are_not_refused(seed: int) -> None:
    assert refused_nights(6, seed=seed) == []


@pytest.mark.slow
@pytest.mark.parametrize("hour", [0, 7, 13])
@pytest.mark.parametrize("new_days_only", [False, True])
@pytest.mark.parametrize("seed", range(1, 1 + examples(4)))
def test_good_runs_of_many_kinds_are_not_refused(seed: int, new_days_only: bool, hour: int) -> None:
    assert refused_nights(8, seed=seed, new_days_only=new_days_only, hour=hour) == []


@pytest.mark.slow
def test_a_bad_run_of_new_days_alone_is_refused() -> None:
    before, sound = list(nights(3, scale=0.2, new_days_only=True))[-2:]
    summary, former = summary_of(sound), summary_of(before)
    assert refusals(summary, former) == []
    missed = [
        (kind, view_type)
        for view_type, documents in by_view(sound).items()
        for kind, spoil in SPOILED.items()
        if (view_type, kind) not in LEAVES_ALONE
        and not refusals(with_view(summary, view_type, summary_of(spoil(documents))), former)
    ]
    assert missed == []
