"""Parts of a page, and the notices about their answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from lambdaserve.api.openapi import FRESHNESS_EXAMPLE
from merger.answers.answer import Answer
from merger.cache.entry import BEING_REPLACED, Entry
from merger.errors import StoreUnavailable
from pages.frame.parts import WARNING_TITLES, Notice, Part, load_part, notices

ROOT = Path(__file__).resolve().parents[4]
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
    return list(notices(answer))


def test_complete_and_fresh_answer_has_no_notices() -> None:
    assert notices_of(answer()) == []


@pytest.mark.parametrize("reason", [BEING_REPLACED, "the document store does not answer"])
def test_answer_that_warns_of_its_age_gets_one_notice(reason: str) -> None:
    text = "They are from 2026-11-30T00:53:20Z. Newer ones appear automatically."
    assert notices_of(answer(age=TTL + 31, state="STALE", reason=reason)) == [
        Notice("stale", "Not the newest numbers", text)
    ]


def test_first_three_missing_intervals_are_listed_and_the_rest_counted() -> None:
    hours = [{"start": f"2026-11-24T{hour:02}:00:00Z", "end": f"2026-11-24T{hour + 1:02}:00:00Z"} for hour in (3, 7, 9)]
    missing = [{"start": None, "end": "2026-11-20T00:00:00Z"}, *hours]
    (found,) = notices_of(answer(complete=False, missing=missing))
    assert (found.state, found.title) == ("incomplete", "Incomplete")
    assert found.text == (
        "Neither layer holds the beginning to 2026-11-20T00:00:00Z; 2026-11-24T03:00:00Z to 2026-11-24T04:00:00Z; "
        "2026-11-24T07:00:00Z to 2026-11-24T08:00:00Z and 1 more."
    )


def test_warning_becomes_a_notice_with_a_title() -> None:
    (found,) = notices_of(answer(warnings=["speed_lagging: the speed layer was last synced at 2026-11-24T13:00:00Z"]))
    assert found == Notice(
        "late", "The speed layer is late", "The speed layer was last synced at 2026-11-24T13:00:00Z."
    )


def test_every_warning_code_has_a_title() -> None:
    code = re.compile(r'(?<=")([a-z]+_[a-z]+(?:_[a-z]+)*): (?=[a-z{])')
    found = {
        each
        for package in ("merger", "movies")
        for path in (ROOT / package).rglob("*.py")
        for each in code.findall(path.read_text(encoding="utf-8"))
    }
    warnings = found - {"ttl_expires_at"} | {"batch_unavailable", "speed_unavailable"}
    assert len(warnings) > 10
    assert warnings - set(WARNING_TITLES) - {"stale_answer"} == set()


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
