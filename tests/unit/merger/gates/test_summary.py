"""The summary of a run, made of its documents one by one."""

from __future__ import annotations

from datetime import timedelta

from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.core.windows import DAY, HOUR
from merger.gates import summary
from merger.gates.summary import RECENT_DAYS, RECENT_SIZE, SAMPLE_SIZE, RunSummary, Summarizer, days_after
from tests.unit.merger.documents import Raw, at, batch_view, point, total
from tests.unit.merger.examples import DETAILS

RUN = at("2026-03-10 00:00")


def summarise(*documents: Raw, **options: object) -> RunSummary:
    summarizer = Summarizer("run", Contract(), Boundary(RUN + DAY), **options)  # type: ignore[arg-type]
    for document in documents:
        summarizer.add(document["view_type"], [document])
    return summarizer.summary


def test_documents_are_counted_by_group_and_day() -> None:
    run = summarise(total(1, RUN), point("2026-03-08", 1, RUN), point("2026-03-09", 1, RUN, movie_id=1))
    assert {name: group.documents for name, group in run.groups.items()} == {"sentiment": 1, "sentiment by day": 2}
    assert run.groups["sentiment by day"].days == {"2026-03-08": 1, "2026-03-09": 1}
    assert run.covers_until == RUN


def test_documents_that_break_the_contract_are_counted_with_the_reason() -> None:
    run = summarise(total(1, RUN), total(-1, RUN), batch_view("movie_details", {**DETAILS, "runtime": "long"}, RUN))
    assert run.read == {"sentiment": 2, "movie_details": 1}
    assert run.violations == {"sentiment": 1, "movie_details": 1}
    assert len(run.reasons) == 2
    assert run.groups["movie_details"].nulls["runtime"] == 1


def test_any_number_of_reasons_takes_little_room() -> None:
    run = RunSummary("run")
    summarizer = Summarizer("run", Contract(), Boundary(RUN))
    summarizer.summary = run
    for number in range(500):
        summarizer._add_violation("sentiment", f"reason {number}")
    assert run.violations == {"sentiment": 500}
    assert len(run.reasons) == summary._MOST_REASONS


def test_points_of_days_that_are_not_covered_are_counted() -> None:
    run = summarise(point("2026-03-09", 1, RUN), point("2026-03-10", 1, RUN), point("2026-03-10", 1, RUN + HOUR))
    assert run.groups["sentiment by day"].uncovered == 1


def test_stamps_that_cannot_be_true_are_counted() -> None:
    late = total(1, RUN + 3 * DAY)
    overstated = {**total(1, RUN), "covers_until": RUN + DAY}
    group = summarise(late, overstated, total(1, RUN)).groups["sentiment"]
    assert (group.ahead, group.overstated) == (1, 1)


def test_the_record_of_a_run_states_the_coverage_of_documents_that_state_none() -> None:
    unstated = {key: value for key, value in total(1, RUN).items() if key != "covers_until"}
    assert summarise(unstated).covers_until == RUN + HOUR
    assert summarise(unstated, covers_until=RUN - DAY).covers_until == RUN - DAY
    assert summarise(total(1, RUN), covers_until=RUN - DAY).covers_until == RUN


def test_the_last_covered_day_is_the_one_before_midnight() -> None:
    assert summarise(total(1, RUN)).groups["sentiment"].last_covered_day == "2026-03-09"
    assert summarise(total(1, RUN + timedelta(minutes=1))).groups["sentiment"].last_covered_day == "2026-03-10"


def test_a_summary_of_any_run_takes_little_room() -> None:
    summarizer = Summarizer("run", Contract(), Boundary(RUN + DAY))
    days = [f"{RUN - number * DAY:%Y-%m-%d}" for number in range(1, 13)]
    for day in days:
        summarizer.add("sentiment", (point(day, 1, RUN, movie_id=number) for number in range(600)))
    group = summarizer.summary.groups["sentiment by day"]
    assert group.documents == 7200
    assert len(group.sample.entries) == SAMPLE_SIZE
    assert sorted(group.recent) == sorted(days[:RECENT_DAYS])
    assert {len(sample.entries) for sample in group.recent.values()} == {RECENT_SIZE}


def test_a_field_that_never_could_stand_is_wholly_absent() -> None:
    group = summarise(total(1, RUN)).groups["sentiment"]
    assert (group.null_share("avg_sentiment"), group.null_share("other")) == (0, 1)


def test_days_after_a_day() -> None:
    assert (days_after("2026-02-27", "2026-03-01"), days_after("2026-03-01", "2026-02-27")) == (2, 0)
