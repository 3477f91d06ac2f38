"""The report on files as lines of text."""

from __future__ import annotations

from typing import Any

from lambdaserve.ops.reports.file_report import lines_of

FINDING = {"what": "sentiment.movie_id: it is missing", "documents": 1200, "examples": ["a:1", "a:2"]}
REPORT = {
    "documents": {"batch sentiment": 1300},
    "dialects": [{"dialect": "stamps as text", "documents": 3, "instead": "write dates"}],
    "absent": {"batch sentiment": {}, "speed stats": {"trending_score": 2}},
    "odd": [],
    "unreadable": [FINDING],
    "failures": ["b can't be read"],
    "as_of": "2026-11-28T03:00:00Z",
    "answers": [
        {
            "endpoint": "movies/{id}",
            "answers": {"proven": 2},
            "example": "/movies/1: title A",
            "reasons": ["why"],
        }
    ],
    "advice": ["Add it."],
}


def test_every_finding_is_a_line() -> None:
    assert [" ".join(line.split()) for line in lines_of(REPORT)] == [
        "documents 1,300 batch sentiment",
        "dialect stamps as text: in 3; better: write dates",
        "absent speed stats: trending_score in 2",
        "unreadable 1,200 × sentiment.movie_id: it is missing (such as a:1, a:2)",
        "failed b can't be read",
        "answers from these documents alone, as of 2026-11-28T03:00:00Z",
        "movies/{id} 2 proven",
        "/movies/1: title A",
        "why",
        "to do Add it.",
    ]


def test_documents_that_need_nothing_and_none_at_all() -> None:
    empty: dict[str, Any] = {"documents": {}, "dialects": [], "absent": {}, "odd": [], "unreadable": [], "advice": []}
    empty["failures"] = []
    assert list(lines_of(empty)) == ["documents   none that can be read"]
    assert list(lines_of(empty | {"documents": {"batch sentiment": 1}}))[-1].startswith("to do       nothing")
