"""Notices: one plain sentence for each fact, and each fact once on a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pages.frame.notices import FAILED, SENTENCES, SILENT, Notice, gather, notices_about

ROOT = Path(__file__).resolve().parents[4]
NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def said(*warnings: str, missing: Any = ()) -> list[Notice]:
    return list(notices_about({"missing": list(missing), "warnings": list(warnings)}, NOW, NOW))


def test_first_three_missing_intervals_are_listed_and_the_rest_counted() -> None:
    hours = [{"start": f"2026-11-24T{hour:02}:00:00Z", "end": f"2026-11-24T{hour + 1:02}:00:00Z"} for hour in (3, 7, 9)]
    (found,) = said(missing=[{"start": None, "end": "2026-11-20T00:00:00Z"}, *hours])
    assert found.state == "incomplete"
    assert found.text == (
        "There is no data for the time before 20 Nov 2026 00:00 UTC; 24 Nov 2026 03:00 to 04:00 UTC; "
        "24 Nov 2026 07:00 to 08:00 UTC and 1 more."
    )


def test_interval_over_midnight_names_both_days() -> None:
    (found,) = said(missing=[{"start": "2026-11-23T22:00:00Z", "end": "2026-11-24T00:00:00Z"}])
    assert found.text == "There is no data for 23 Nov 2026 22:00 to 24 Nov 2026 00:00 UTC."


@pytest.mark.parametrize(
    ("warning", "text"),
    [
        (
            "speed_lagging: the speed layer was last synced at 2026-11-24T13:00:00Z",
            "Live numbers are late: the newest are from 13:00 UTC (60 min ago).",
        ),
        (
            "batch_stale: the newest batch run is from 2026-11-21T02:00:00Z",
            "History is out of date: it was last computed at 21 Nov 2026 02:00 UTC (4 d ago).",
        ),
        ("documents_skipped: some stored documents could not be read (a {b})", SENTENCES["documents_skipped"]),
        ("new_code: something is odd", "Something is odd."),
    ],
)
def test_warning_becomes_a_plain_sentence(warning: str, text: str) -> None:
    (found,) = said(warning)
    assert (found.state, found.text) == ("late", text)
    assert found.fact == warning.partition(":")[0]


def test_missing_intervals_are_said_once() -> None:
    span = {"start": "2026-11-24T03:00:00Z", "end": "2026-11-24T04:00:00Z"}
    assert len(said("hours_missing: x is missing", "hours_unreadable: x is missing", missing=[span])) == 1


def test_every_warning_has_a_sentence_in_plain_words() -> None:
    code = re.compile(r'(?<=")([a-z]+_[a-z]+(?:_[a-z]+)*): (?=[a-z{])')
    found = {
        each
        for package in ("merger", "movies")
        for path in (ROOT / package).rglob("*.py")
        for each in code.findall(path.read_text(encoding="utf-8"))
    }
    warnings = found - {"ttl_expires_at"} | {"batch_unavailable", "speed_unavailable"}
    assert len(warnings) > 10
    assert warnings - SENTENCES.keys() - SILENT - {"stale_answer"} == set()
    for text in SENTENCES.values():
        assert not re.search("layer|store|synced|batch|speed|document", text.replace("stored", "")), text
        assert text.endswith(".")


def test_several_parts_without_an_answer_are_one_fact() -> None:
    assert gather([(FAILED,)]) == ()
    (found,) = gather([(FAILED,), (FAILED,)])
    assert found.text.startswith("Parts of this page")
