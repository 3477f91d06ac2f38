"""What an answer assumes."""

from __future__ import annotations

from datetime import UTC, datetime

from merger.core.evidence import Absence, Assumption, Reason, Unproven
from merger.core.intervals import assumptions_as_list, unite_assumptions
from merger.core.windows import HOUR

NINE = datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_assumptions_of_one_reason_are_united() -> None:
    later = Assumption(NINE + HOUR, NINE + 2 * HOUR, Reason.QUIET)
    other = Assumption(NINE, NINE + HOUR, Reason.CUT)
    found = unite_assumptions([later, Assumption(NINE, NINE + HOUR, Reason.QUIET), other])
    assert found == (other, Assumption(NINE, NINE + 2 * HOUR, Reason.QUIET))


def test_an_assumption_since_the_beginning_comes_first() -> None:
    first, second = Assumption(None, NINE, Reason.ABSENT), Assumption(NINE, NINE + HOUR, Reason.CUT)
    assert unite_assumptions([second, first]) == (first, second)
    assert assumptions_as_list([first]) == [{"start": None, "end": "2026-01-01T09:00:00Z", "reason": "absent"}]


def test_an_unproven_answer_says_how_many_intervals_it_assumes() -> None:
    error = Unproven([Assumption(NINE, NINE + HOUR, Reason.QUIET)])
    assert str(error) == "1 interval is assumed, not proven"
    assert (error.missing, len(error.assumed)) == ((), 1)


def test_where_a_document_of_the_runs_is_lost_what_they_prove_is_only_assumed() -> None:
    assert Absence(NINE, NINE - HOUR, is_broken=True).as_assumed == Absence(None, NINE, is_broken=True)
    assert Absence().as_assumed == Absence()
