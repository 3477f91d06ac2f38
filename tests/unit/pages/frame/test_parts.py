"""What an answer says about itself is told on pages, in their words."""

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
from pages.frame.parts import MEANINGS, Notice, load_part, notices

ROOT = Path(__file__).resolve().parents[4]
MADE = 1_796_000_000.0
TTL = 240


def answer(*, age: int = 0, state: str = "HIT", reason: str = BEING_REPLACED, **freshness: Any) -> Answer:
    told = {**FRESHNESS_EXAMPLE, "complete": True, "missing": [], "warnings": [], **freshness}
    entry = Entry.of("key", orjson.dumps({"freshness": told}), made=MADE, ttl=TTL)
    if state == "STALE":
        entry = entry.as_stale("key", reason)
    view: Any = None
    return Answer(entry, state, age, view, None, is_local=True)


def told(found: Answer) -> list[Notice]:
    return list(notices(found))


def test_nothing_is_said_beside_a_whole_and_fresh_answer() -> None:
    assert told(answer()) == []


@pytest.mark.parametrize(
    ("age", "reason", "is_told"),
    [
        (TTL + 30, BEING_REPLACED, False),
        (TTL + 31, BEING_REPLACED, True),
        (1, "the document store does not answer", True),
    ],
)
def test_an_old_answer_says_so_once_unless_it_is_just_being_replaced(age: int, reason: str, *, is_told: bool) -> None:
    found = told(answer(age=age, state="STALE", reason=reason))
    text = "They are from 2026-11-30T00:53:20Z; newer ones come by themselves."
    assert found == ([Notice("stale", "Not the newest numbers", text)] if is_told else [])


def test_missing_intervals_are_named_and_beyond_three_counted() -> None:
    hours = [{"start": f"2026-11-24T{hour:02}:00:00Z", "end": f"2026-11-24T{hour + 1:02}:00:00Z"} for hour in (3, 7, 9)]
    missing = [{"start": None, "end": "2026-11-20T00:00:00Z"}, *hours]
    (found,) = told(answer(complete=False, missing=missing))
    assert (found.state, found.title) == ("incomplete", "Incomplete")
    assert found.text == (
        "Neither layer holds the beginning to 2026-11-20T00:00:00Z; 2026-11-24T03:00:00Z to 2026-11-24T04:00:00Z; "
        "2026-11-24T07:00:00Z to 2026-11-24T08:00:00Z and 1 more."
    )


def test_warnings_are_told_in_words() -> None:
    (found,) = told(answer(warnings=["speed_lagging: the speed layer was last synced at 2026-11-24T13:00:00Z"]))
    assert found == Notice(
        "late", "The speed layer is late", "The speed layer was last synced at 2026-11-24T13:00:00Z."
    )


def test_there_are_words_for_every_warning() -> None:
    code = re.compile(r'(?<=")([a-z]+_[a-z]+(?:_[a-z]+)*): (?=[a-z{])')
    found = {
        each
        for package in ("merger", "movies")
        for path in (ROOT / package).rglob("*.py")
        for each in code.findall(path.read_text(encoding="utf-8"))
    }
    warnings = found - {"ttl_expires_at"} | {"batch_unavailable", "speed_unavailable"}
    assert len(warnings) > 10
    assert warnings - set(MEANINGS) - {"stale_answer"} == set()


def test_a_store_that_does_not_answer_is_told_without_its_name() -> None:
    def ask() -> Answer:
        raise StoreUnavailable("mongodb://user:secret@db.example.org is away")

    part = load_part(ask)
    assert part.failed
    assert [notice.state for notice in part.notices] == ["error"]
    assert "example" not in str(part.notices)
