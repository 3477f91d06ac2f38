"""Drawing of the freshness report."""

from __future__ import annotations

from typing import Any

from lambdaserve.staff.drawing import HEAD_HEIGHT, LABEL_WIDTH, ROW_HEIGHT, WIDTH, draw_freshness


def report(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "since": "2026-03-07T00:00:00Z",
        "open_hour": "2026-03-11T00:00:00Z",
        "batch": {"sentiment": {"covers_until": "2026-03-09T00:00:00Z"}, "movie_details": None},
        "speed": {
            "sentiment": {
                "synced_at": "2026-03-10T23:59:00Z",
                "as_of": "2026-03-10T23:59:00Z",
                "lag_seconds": 60,
                "held": [
                    {"start": "2026-03-09T00:00:00Z", "end": "2026-03-10T00:00:00Z"},
                    {"start": "2026-03-10T06:00:00Z", "end": "2026-03-11T00:00:00Z"},
                ],
            }
        },
        "freshness": {
            "cutoff": "2026-03-09T00:00:00Z",
            "batch_as_of": "2026-03-09T00:00:00Z",
            "missing": [{"start": "2026-03-10T00:00:00Z", "end": "2026-03-10T06:00:00Z"}],
        },
    }
    return {**found, **changes}


QUARTER = (WIDTH - LABEL_WIDTH) / 4


def test_each_layer_has_bars_over_the_hours_it_holds() -> None:
    rows = draw_freshness(report())["rows"]
    assert [(row["layer"], row["label"], row["text"]) for row in rows] == [
        ("batch", "sentiment", "covers until 2026-03-09T00:00:00Z"),
        ("batch", "movie_details", "no document"),
        ("speed", "sentiment", "synced 60 s ago"),
    ]
    assert rows[0]["bars"] == [{"x": LABEL_WIDTH, "width": 2 * QUARTER}]
    assert rows[1]["bars"] == []
    assert [bar["x"] for bar in rows[2]["bars"]] == [LABEL_WIDTH + 2 * QUARTER, round(LABEL_WIDTH + 3.25 * QUARTER, 1)]
    assert [row["y"] for row in rows] == [HEAD_HEIGHT, HEAD_HEIGHT + ROW_HEIGHT, HEAD_HEIGHT + 2 * ROW_HEIGHT]


def test_the_boundary_and_gaps_are_marked() -> None:
    drawn = draw_freshness(report())
    assert [(mark["label"], mark["x"]) for mark in drawn["marks"]] == [
        ("cutoff", LABEL_WIDTH + 2 * QUARTER),
        ("batch until", LABEL_WIDTH + 2 * QUARTER),
    ]
    (hole,) = drawn["holes"]
    assert (hole["x"], hole["width"]) == (LABEL_WIDTH + 3 * QUARTER, round(0.25 * QUARTER, 1))
    assert hole["text"] == "2026-03-10T00:00:00Z to 2026-03-10T06:00:00Z"


def test_times_before_the_drawing_are_cut_off() -> None:
    freshness = report()["freshness"]
    missing = [{"start": None, "end": "2026-03-08T00:00:00Z"}, {"start": None, "end": "2026-03-01T00:00:00Z"}]
    drawn = draw_freshness(report(freshness={**freshness, "batch_as_of": "2026-03-01T00:00:00Z", "missing": missing}))
    assert [mark["label"] for mark in drawn["marks"]] == ["cutoff"]
    assert [(hole["x"], hole["width"], hole["text"]) for hole in drawn["holes"]] == [
        (LABEL_WIDTH, QUARTER, "the beginning to 2026-03-08T00:00:00Z")
    ]


def test_labels_stay_within_the_drawing() -> None:
    ticks = draw_freshness(report())["ticks"]
    assert [tick["label"] for tick in ticks][:2] == ["07 Mar 00:00", "07 Mar 12:00"]
    assert [tick["anchor"] for tick in ticks] == ["start", *["middle"] * (len(ticks) - 2), "end"]


def test_a_long_time_has_few_ticks() -> None:
    ticks = draw_freshness(report(since="2026-01-11T00:00:00Z"))["ticks"]
    assert 4 <= len(ticks) <= 12
