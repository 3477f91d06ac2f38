"""The freshness report for a terminal: a drawing of the hours, and sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from merger.core.windows import parse_moment

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Marks:
    """Characters for columns that are held wholly, partly or not at all, and for a moment in time."""

    held: str
    partly: str
    lacking: str
    moment: str


BLOCKS, ASCII = Marks("█", "▒", "·", "│"), Marks("#", "+", ".", "|")


def draw_hours(report: Mapping[str, Any], width: int, marks: Marks = BLOCKS) -> Iterator[str]:
    """Draws a row for each view type and speed data type over the hours of the report, then a legend.

    Args:
        report: what ``freshness_report`` returned.
        width: total columns; if they are too few, each stands for several hours.
        marks: characters to draw with.
    """
    since, ends = parse_moment(report["since"]), parse_moment(report["open_hour"])
    names = [f"batch {name}" for name in report["batch"]] + [f"speed {name}" for name in report["speed"]]
    label = max(map(len, names), default=0) + 2
    hours = max(1, round((ends - since) / HOUR))
    step = -(-hours // max(10, width - label))
    columns = [since + n * step * HOUR for n in range(-(-hours // step))]

    def row(name: str, holds: Callable[[datetime], bool]) -> str:
        cells = []
        for start in columns:
            hours_held = [holds(start + n * HOUR) for n in range(step) if start + n * HOUR < ends]
            cells.append(marks.held if all(hours_held) else marks.partly if any(hours_held) else marks.lacking)
        return f"{name:{label}}{''.join(cells)}"

    for name, view in report["batch"].items():
        until = None if view is None else parse_moment(view["covers_until"])
        yield row(f"batch {name}", lambda hour, until=until: until is not None and hour + HOUR <= until)  # type: ignore[misc]
    for name, layer in report["speed"].items():
        spans = [(parse_moment(span["start"]), parse_moment(span["end"])) for span in layer["held"]]
        yield row(f"speed {name}", lambda hour, spans=spans: any(a <= hour < b for a, b in spans))  # type: ignore[misc]
    cutoff = parse_moment(report["freshness"]["cutoff"])
    place = sum(start < cutoff for start in columns)
    yield f"{'':{label}}{'':{place}}{marks.moment} cutoff {_short(cutoff)}"
    unit = "1 hour" if step == 1 else f"{step} hours"
    yield f"{'':{label}}from {_short(since)} to {_short(ends)} UTC, {unit} per column"


def as_sentences(report: Mapping[str, Any]) -> Iterator[str]:
    """Describes the report in sentences, problems last."""
    freshness = report["freshness"]
    yield f"now {report['now']}; the time boundary follows the {_STRATEGIES[report['strategy']]}"
    batch = freshness["batch_as_of"]
    yield f"batch layer: complete up to {batch}" if batch else "batch layer: covers no sentiment"
    for name, layer in report["speed"].items():
        yield f"speed layer, {name}: {sync_text(layer)}, holds {layer['hours_held']} whole hours"
    for span in freshness["missing"]:
        yield f"MISSING  {span['start'] or 'the beginning'} to {span['end']}: neither layer holds it"
    for span in freshness["assumed"]:
        yield f"ASSUMED  {span['start'] or 'the beginning'} to {span['end']}: {span['reason']}"
    for warning in freshness["warnings"]:
        yield f"WARNING  {warning}"
    if freshness["complete"] and not freshness["warnings"]:
        yield "nothing is missing and nothing is late"


def sync_text(layer: Mapping[str, Any]) -> str:
    """Says when a speed data type of the report last had news."""
    if not layer["synced_at"]:
        return "never synced"
    if layer["as_of"] != layer["synced_at"]:
        return f"synced, but no new hour since {layer['as_of']}"
    return f"synced {layer['lag_seconds']} s ago"


_STRATEGIES = {"watermark": "batch layer's coverage", "fixed": "clock"}


def _short(moment: datetime) -> str:
    return f"{moment:%m-%d %H:%M}"
