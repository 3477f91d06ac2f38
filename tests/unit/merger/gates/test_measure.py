"""What a gate finds in one group, and how it is written."""

from __future__ import annotations

import pytest

from merger.gates.measure import groups_of_both, measure, percent
from merger.gates.summary import Group, RunSummary


@pytest.mark.parametrize(
    ("share", "signed", "text"),
    [(0.5, False, "50 %"), (0.05, False, "5.0 %"), (-0.2, True, "−20 %"), (1.0, True, "+100 %"), (0, True, "+0.0 %")],
)
def test_shares_are_written_as_percent(share: float, signed: bool, text: str) -> None:
    assert percent(share, signed=signed) == text


def test_only_a_failed_measure_has_a_fault() -> None:
    assert measure("a", 1, "shown", "wrong", fails=False).fault == ""
    assert measure("a", 1, "shown", "wrong", fails=True).fault == "wrong"


def test_groups_of_one_run_alone_are_left_out() -> None:
    one = RunSummary("one", {name: Group(name, name) for name in ("a", "b")})
    other = RunSummary("other", {name: Group(name, name) for name in ("b", "c")})
    assert [(group.name, earlier is other.groups["b"]) for group, earlier in groups_of_both(one, other)] == [
        ("b", True)
    ]
