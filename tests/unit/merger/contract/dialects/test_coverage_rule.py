"""The rule for batches that name no coverage."""

from __future__ import annotations

from datetime import timedelta

import pytest

from merger.contract.dialects.coverage_rule import CoverageRule
from tests.unit.merger.documents import at


@pytest.mark.parametrize(
    ("text", "covers"),
    [
        ("computed_at", "2026-03-10 06:45"),
        ("computed_at-2h", "2026-03-10 04:45"),
        ("computed_at-90m", "2026-03-10 05:15"),
        ("computed_at-1d", "2026-03-09 06:45"),
        ("day", "2026-03-10 00:00"),
    ],
)
def test_a_rule_tells_how_far_a_batch_covers(text: str, covers: str) -> None:
    assert CoverageRule.parse(text).apply(at("2026-03-10 06:45")) == at(covers)


@pytest.mark.parametrize("text", ["", "2h", "computed_at+2h", "computed_at - 2h", "computed_at-2", "Day"])
def test_other_text_is_no_rule(text: str) -> None:
    with pytest.raises(ValueError, match="computed_at-2h"):
        CoverageRule.parse(text)


def test_the_rules_of_two_spellings_are_equal() -> None:
    assert (
        CoverageRule.parse("computed_at-120m")
        == CoverageRule.parse("computed_at-2h")
        == CoverageRule(timedelta(hours=2))
    )
