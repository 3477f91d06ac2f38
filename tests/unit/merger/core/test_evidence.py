"""What an answer assumes."""

from __future__ import annotations

from datetime import UTC, datetime

from merger.core.evidence import Assumption, Reason
from merger.core.intervals import unite_assumptions
from merger.core.windows import HOUR

NINE = datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_assumptions_of_one_reason_are_united() -> None:
    later = Assumption(NINE + HOUR, NINE + 2 * HOUR, Reason.QUIET)
    other = Assumption(NINE, NINE + HOUR, Reason.CUT)
    found = unite_assumptions([later, Assumption(NINE, NINE + HOUR, Reason.QUIET), other])
    assert found == (other, Assumption(NINE, NINE + 2 * HOUR, Reason.QUIET))
