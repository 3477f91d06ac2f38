"""Parts of a page, and the notices about their answers."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from lambdaserve.api.openapi import FRESHNESS_EXAMPLE
from merger.answers.answer import Answer
from merger.cache.entry import BEING_REPLACED, Entry
from merger.errors import StoreUnavailable
from pages.frame.notices import Notice
from pages.frame.parts import Part, load_part, say_once

MADE = 1_796_000_000.0
TTL = 240


def answer(*, age: int = 0, state: str = "HIT", reason: str = BEING_REPLACED, **freshness: Any) -> Answer:
    described = {**FRESHNESS_EXAMPLE, "complete": True, "missing": [], "warnings": [], **freshness}
    entry = Entry.of("key", orjson.dumps({"freshness": described}), made=MADE, ttl=TTL)
    if state == "STALE":
        entry = entry.as_stale("key", reason)
    view: Any = None
    return Answer(entry, state, age, view, None, is_local=True)


def notices_of(answer: Answer) -> list[Notice]:
    return list(load_part(lambda: answer).notices)


def test_complete_and_fresh_answer_has_no_notices() -> None:
    assert notices_of(answer()) == []


@pytest.mark.parametrize("reason", [BEING_REPLACED, "the document store does not answer"])
def test_answer_that_warns_of_its_age_gets_one_notice(reason: str) -> None:
    text = "These numbers are from 00:53 UTC (5 min ago)."
    assert notices_of(answer(age=TTL + 31, state="STALE", reason=reason)) == [Notice("stale", "stale", text)]


def test_fact_of_several_parts_moves_to_the_top_of_the_page_once() -> None:
    late, own = Notice("late", "speed_lagging", "Late."), Notice("late", "cut_assumed", "Cut.")
    lost = Notice("incomplete", "There is no data for x.", "There is no data for x.")
    first, second = Part({"n": 1}, (late, own), "a"), Part({"n": 2}, (late, lost), "b")
    said = say_once({"first": first, "second": second, "main": first, "third": Part({}, (lost,)), "other": 5})
    assert said["notices"] == (late, lost)
    assert (said["first"].notices, said["main"].notices) == ((own,), (own,))
    assert (said["second"].notices, said["third"].notices) == ((), ())
    assert (said["second"].data, said["second"].etag, said["other"]) == ({"n": 2}, "b", 5)


def test_a_store_that_does_not_answer_is_shown_without_its_name() -> None:
    def ask() -> Answer:
        raise StoreUnavailable("mongodb://user:secret@db.example.org is away")

    part = load_part(ask)
    assert part.failed
    assert [notice.state for notice in part.notices] == ["error"]
    assert "example" not in str(part.notices)


def test_charts_and_lists_are_made_only_of_answers_that_did_not_fail() -> None:
    loaded, failed = Part({"hours": [1, 2]}), Part(None)
    assert (loaded.map(lambda answer: len(answer["hours"])), failed.map(len)) == (2, None)
    assert (loaded.list_of("hours"), failed.list_of("hours")) == ([1, 2], [])
