"""The limits that apply where nothing is set."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from merger.gates.limits import FEWEST, Limits


def test_shares_are_shares_and_factors_let_equal_numbers_pass() -> None:
    limits = asdict(Limits())
    assert limits.pop("coverage_lost") > timedelta(0)
    assert limits.pop("level") > 1
    assert limits.pop("documents_gained") == 1, "twice as many are refused"
    assert all(0 < share < 0.5 for share in limits.values()), "half of anything is refused"
    assert FEWEST > 1
