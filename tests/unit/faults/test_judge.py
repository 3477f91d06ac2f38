"""The checker of answers under faults says no to every kind of wrong one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.faults.judge import PROBLEM, Known, Reply, Verdict, difference, judged

FRESHNESS = {"complete": True, "missing": [], "warnings": [], "cutoff": "2026-11-22T17:00:00Z"}
RIGHT = {"movie_id": 603, "vote_average": 7.5, "points": [{"value": 1}, {"value": 2}], "generated_at": "now"}


def body(freshness: dict[str, Any] | None = None, **changes: Any) -> bytes:
    return json.dumps({**RIGHT, **changes, "freshness": {**FRESHNESS, **(freshness or {})}}).encode()


def answer(content: bytes, cache: str = "HIT") -> Reply:
    return Reply(200, "application/json", cache, "", content)


KNOWN = Known.of(body())
STALE = {"warnings": ["stale_answer: this answer is from 2026-11-22T17:00:00Z; it is being recomputed"]}


def test_known_answer_is_fresh_whatever_its_generated_at() -> None:
    assert judged(answer(body({"cutoff": "2026-11-22T18:00:00Z"}, generated_at="later")), KNOWN) is Verdict.FRESH


@pytest.mark.parametrize(
    "changes",
    [{"vote_average": 7.6}, {"points": [{"value": 1}]}, {"points": [{"value": 1}, {"value": 3}]}, {"more": 1}],
)
def test_another_number_without_a_mark_is_wrong(changes: dict[str, Any]) -> None:
    assert judged(answer(body(**changes)), KNOWN) is Verdict.WRONG


@pytest.mark.parametrize(
    "freshness",
    [{"warnings": ["speed_lagging: since noon"]}, {"complete": False, "missing": [{"start": None, "end": "now"}]}],
)
def test_another_number_with_a_mark_is_marked(freshness: dict[str, Any]) -> None:
    assert judged(answer(body(freshness, vote_average=1.0)), KNOWN) is Verdict.MARKED


def test_a_warning_that_it_always_has_is_no_mark() -> None:
    usual = {"warnings": ["days_only: as always"]}
    known = Known.of(body(usual))
    assert judged(answer(body(usual)), known) is Verdict.FRESH
    assert judged(answer(body(usual, vote_average=1.0)), known) is Verdict.WRONG


def test_incompleteness_that_it_always_has_is_no_mark() -> None:
    known = Known.of(body({"complete": False}))
    assert judged(answer(body({"complete": False}, vote_average=1.0)), known) is Verdict.WRONG


@pytest.mark.parametrize("layer", ["batch", "speed"])
def test_answer_without_a_layer_that_calls_itself_complete_is_wrong(layer: str) -> None:
    away = {"warnings": [f"{layer}_unavailable: it is away"]}
    assert judged(answer(body(away)), KNOWN) is Verdict.WRONG
    assert judged(answer(body({**away, "complete": False})), KNOWN) is Verdict.MARKED


def test_stale_answer_needs_its_header() -> None:
    assert judged(answer(body(STALE, vote_average=1.0), "STALE"), KNOWN) is Verdict.MARKED
    assert judged(answer(body(vote_average=1.0), "STALE"), KNOWN) is Verdict.MARKED
    assert judged(answer(body(STALE)), KNOWN) is Verdict.WRONG


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"freshness": {"warnings": [], "complete": NaN}}'])
def test_malformed_answer_is_wrong(content: bytes) -> None:
    assert judged(answer(content), None) is Verdict.WRONG


def test_answer_without_reference_is_fresh_unless_it_is_marked() -> None:
    assert judged(answer(body(vote_average=1.0)), None) is Verdict.FRESH
    assert judged(answer(body({"complete": False})), None) is Verdict.MARKED


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(503, PROBLEM, "", "2"), Verdict.REFUSED),
        (Reply(503, PROBLEM), Verdict.FAILED),
        (Reply(503, "text/html", "", "2"), Verdict.FAILED),
        (Reply(502, PROBLEM, "", "2"), Verdict.FAILED),
        (Reply(500, PROBLEM), Verdict.FAILED),
        (Reply(404, PROBLEM), Verdict.GONE),
        (Reply(404, "text/html"), Verdict.FAILED),
        (Reply(304), Verdict.FAILED),
        (Reply(0), Verdict.LOST),
    ],
)
def test_other_replies_get_their_verdict(reply: Reply, verdict: Verdict) -> None:
    assert judged(reply, KNOWN) is verdict


def test_a_difference_names_its_place() -> None:
    assert difference({"a": [{"b": 1}]}, {"a": [{"b": 2}]}) == "a.0.b: 1, not 2"
    assert difference({"a": 1}, {"a": 1, "c": 3}) == "c: None, not 3"
    assert difference({"a": [1]}, {"a": [1]}) == ""
