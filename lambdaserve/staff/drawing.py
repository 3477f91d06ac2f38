"""Drawing of the freshness report: the hours that each layer holds, and the boundary, as shapes for an SVG. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from lambdaserve.ops.reports.freshness_text import sync_text
from merger.core.windows import parse_moment

WIDTH: Final = 960
LABEL_WIDTH: Final = 190
ROW_HEIGHT: Final = 26
HEAD_HEIGHT: Final = 34
"""Pixels of the drawing; it scales with the page."""


def draw_freshness(report: Mapping[str, Any]) -> dict[str, Any]:
    """Draws the report as shapes, in pixels.

    Args:
        report: what ``lambdaserve.ops.reports.freshness`` returned.

    Returns:
        ``width``, ``height``, ``rows`` (label, layer, y, bars, text), ``marks`` and ``ticks`` (label, x, anchor),
        ``holes`` (x, width, text), ``foot``.
    """
    since, until = parse_moment(report["since"]), parse_moment(report["open_hour"])
    scale = _Scale(since, max(until, since + timedelta(hours=1)))
    rows: list[dict[str, Any]] = []
    for name, view in report["batch"].items():
        covers = None if view is None else parse_moment(view["covers_until"])
        bars = [] if covers is None or covers <= since else [(since, min(covers, until))]
        text = "no document" if view is None else f"covers until {view['covers_until']}"
        rows.append(_row(name, "batch", bars, text, scale, len(rows)))
    for name, layer in report["speed"].items():
        bars = [(parse_moment(span["start"]), parse_moment(span["end"])) for span in layer["held"]]
        rows.append(_row(name, "speed", bars, sync_text(layer), scale, len(rows)))
    foot = HEAD_HEIGHT + ROW_HEIGHT * len(rows)
    freshness = report["freshness"]
    marks = {"cutoff": freshness["cutoff"], "batch until": freshness["batch_as_of"]}
    return {
        "width": WIDTH,
        "height": foot + 30,
        "foot": foot,
        "rows": rows,
        "marks": [
            {"label": label, **scale.place(parse_moment(at))}
            for label, at in marks.items()
            if at and since <= parse_moment(at) <= until
        ],
        "ticks": _ticks(scale),
        "holes": list(_holes(freshness["missing"], scale)),
    }


class _Scale:
    """Places times between ``since`` and ``until`` on the horizontal axis."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since, until

    def x(self, moment: datetime) -> float:
        share = (moment - self.since) / (self.until - self.since)
        return round(LABEL_WIDTH + (WIDTH - LABEL_WIDTH) * min(1.0, max(0.0, share)), 1)

    def place(self, moment: datetime) -> dict[str, Any]:
        """Places a word: centred, except near the edges."""
        x = self.x(moment)
        return {"x": x, "anchor": "end" if x > WIDTH - 40 else "start" if x < LABEL_WIDTH + 40 else "middle"}

    def span(self, start: datetime, end: datetime) -> dict[str, float]:
        left = self.x(start)
        return {"x": left, "width": round(max(1.0, self.x(end) - left), 1)}


def _row(
    name: str, layer: str, bars: Sequence[tuple[datetime, datetime]], text: str, scale: _Scale, number: int
) -> dict[str, Any]:
    top = HEAD_HEIGHT + ROW_HEIGHT * number
    return {
        "label": name,
        "layer": layer,
        "y": top,
        "middle": top + ROW_HEIGHT * 0.66,
        "bars": [scale.span(start, end) for start, end in bars],
        "text": text,
    }


def _holes(missing: Sequence[Mapping[str, Any]], scale: _Scale) -> Iterator[dict[str, Any]]:
    """Draws the intervals that neither layer holds, as far as they reach into the drawing."""
    for gap in missing:
        start, end = parse_moment(gap["start"]) if gap["start"] else scale.since, parse_moment(gap["end"])
        if end > scale.since:
            text = f"{gap['start'] or 'the beginning'} to {gap['end']}"
            yield {**scale.span(max(start, scale.since), end), "text": text}


def _ticks(scale: _Scale) -> list[dict[str, Any]]:
    """Marks midnights, noons too where there is room, and only some days on a long axis."""
    hours = (scale.until - scale.since) / timedelta(hours=1)
    step = timedelta(hours=12 if hours <= 120 else 24 * max(1, round(hours / 240)))
    moment = scale.since.replace(hour=0, minute=0)
    ticks = []
    while moment <= scale.until:
        if moment >= scale.since:
            ticks.append({**scale.place(moment), "label": f"{moment:%d %b %H:%M}"})
        moment += step
    return ticks
