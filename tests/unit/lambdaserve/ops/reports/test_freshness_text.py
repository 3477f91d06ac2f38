"""The freshness report as a drawing and as sentences."""

from __future__ import annotations

from typing import Any

from lambdaserve.ops.reports.freshness_text import ASCII, as_sentences, draw_hours

REPORT: dict[str, Any] = {
    "now": "2026-03-10T12:30:00Z",
    "since": "2026-03-10T00:00:00Z",
    "strategy": "watermark",
    "open_hour": "2026-03-10T12:00:00Z",
    "batch": {"sentiment": {"covers_until": "2026-03-10T04:00:00Z"}, "genres": None},
    "speed": {
        "sentiment": {
            "synced_at": "2026-03-10T12:29:00Z",
            "as_of": "2026-03-10T12:29:00Z",
            "lag_seconds": 60,
            "hours_held": 6,
            "held": [{"start": "2026-03-10T04:00:00Z", "end": "2026-03-10T10:00:00Z"}],
        },
        "stats": {"synced_at": None, "lag_seconds": None, "hours_held": 0, "held": []},
    },
    "freshness": {
        "cutoff": "2026-03-10T06:00:00Z",
        "batch_as_of": "2026-03-10T04:00:00Z",
        "complete": False,
        "missing": [{"start": "2026-03-10T10:00:00Z", "end": "2026-03-10T12:00:00Z"}],
        "assumed": [{"start": "2026-03-10T09:00:00Z", "end": "2026-03-10T10:00:00Z", "reason": "quiet"}],
        "warnings": ["speed_lagging: late"],
    },
}


def test_each_type_gets_a_row_and_the_cutoff_a_mark() -> None:
    rows = list(draw_hours(REPORT, 80, ASCII))
    assert rows == [
        "batch sentiment  ####........",
        "batch genres     ............",
        "speed sentiment  ....######..",
        "speed stats      ............",
        "                       | cutoff 03-10 06:00",
        "                 from 03-10 00:00 to 03-10 12:00 UTC, 1 hour per column",
    ]


def test_narrow_drawing_marks_partly_held_columns() -> None:
    rows = list(draw_hours({**REPORT, "since": "2026-03-09T14:00:00Z"}, 20, ASCII))
    assert rows[2] == "speed sentiment  ....+#+.", "the first column with hours holds one of three"
    assert rows[-1].endswith("3 hours per column")


def test_sentences_end_with_missing_and_late_data() -> None:
    assert list(as_sentences(REPORT)) == [
        "now 2026-03-10T12:30:00Z; the time boundary follows the batch layer's coverage",
        "batch layer: complete up to 2026-03-10T04:00:00Z",
        "speed layer, sentiment: synced 60 s ago, holds 6 whole hours",
        "speed layer, stats: never synced, holds 0 whole hours",
        "MISSING  2026-03-10T10:00:00Z to 2026-03-10T12:00:00Z: neither layer holds it",
        "ASSUMED  2026-03-10T09:00:00Z to 2026-03-10T10:00:00Z: quiet",
        "WARNING  speed_lagging: late",
    ]


def test_complete_report_says_that_nothing_is_missing() -> None:
    fine = {**REPORT["freshness"], "complete": True, "missing": [], "warnings": []}
    assert list(as_sentences({**REPORT, "freshness": fine}))[-1] == "nothing is missing and nothing is late"


def test_assumed_hours_and_syncs_without_news_are_told() -> None:
    idle = {**REPORT["speed"]["sentiment"], "as_of": "2026-03-10T10:00:00Z"}
    sentences = list(as_sentences({**REPORT, "speed": {"sentiment": idle}}))
    assert "ASSUMED  2026-03-10T09:00:00Z to 2026-03-10T10:00:00Z: quiet" in sentences
    assert (
        "speed layer, sentiment: synced, but no new hour since 2026-03-10T10:00:00Z, holds 6 whole hours" in sentences
    )
