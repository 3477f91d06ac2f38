"""Findings as values: order of severity, JSON, wording."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta

from lambdaserve.ops.doctor.findings import Finding, Level, in_bytes, in_milliseconds, list_names, worse_than


def test_finding_as_json() -> None:
    assert json.dumps(asdict(Finding("Redis", Level.OK, "fine"))) == (
        '{"about": "Redis", "level": "ok", "what": "fine", "advice": ""}'
    )


def test_worse_than_keeps_only_more_severe_findings() -> None:
    fine, late, broken = (Finding("x", level, "") for level in (Level.OK, Level.WARNING, Level.PROBLEM))
    assert worse_than(Level.OK, [fine, late, broken]) == [late, broken]
    assert worse_than(Level.WARNING, [fine, late, broken]) == [broken]
    assert worse_than(Level.PROBLEM, [fine, late, broken]) == []


def test_long_lists_of_names_are_cut_and_counted() -> None:
    assert list_names(list("abcde")) == "a, b, c, d, e"
    assert list_names(list("abcdefg")) == "a, b, c, d, e and 2 more"


def test_durations_and_sizes_carry_their_unit() -> None:
    assert in_milliseconds(timedelta(microseconds=1540)) == "1.5 ms"
    assert in_bytes(4 * 10**9) == "3.7 GB"
