"""System checks of the merger's settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from merger.checks import check_aliases, check_boundary, check_coverage


def ids(found: list[Any]) -> list[str]:
    return [each.id for each in found]


def test_boundary_settings_of_the_tests_pass() -> None:
    assert check_boundary(None) == []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [("CUTOFF_HOURS", 0, "merger.E001"), ("SPEED_TTL_GRACE", timedelta(seconds=-1), "merger.E002")],
)
def test_boundary_settings_that_cannot_work_are_errors(settings: Any, name: str, value: object, found: str) -> None:
    setattr(settings, name, value)
    assert ids(check_boundary(None)) == [found]


@pytest.mark.parametrize(
    ("aliases", "found"),
    [
        ({}, []),
        ({"payload": ["body"], "fields": {"a": "review_count"}}, []),
        ([], ["merger.E003"]),
        ({"unknown": []}, ["merger.E004"]),
        ({"payload": "body", "fields": {"a": 1}}, ["merger.E004", "merger.E004"]),
        ({"fields": {"window_start": "hour"}}, ["merger.E004"]),
    ],
)
def test_aliases_of_other_parts_or_types_are_errors(settings: Any, aliases: object, found: list[str]) -> None:
    settings.CONTRACT_ALIASES = aliases
    assert ids(check_aliases(None)) == found


@pytest.mark.parametrize(("rule", "found"), [("", []), ("computed_at-2h", []), ("day", []), ("2h", ["merger.E005"])])
def test_a_coverage_that_is_no_rule_is_an_error(settings: Any, rule: str, found: list[str]) -> None:
    settings.BATCH_COVERAGE = rule
    assert ids(check_coverage(None)) == found
