"""The report of ``freshness`` as a drawing and in words, for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from merger.core.windows import parse_moment

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn for columns that are held wholly, in part and not at all, and for a moment."""

    held: str
    partly: str
    lacking: str
    moment: str


BLOCKS, ASCII = Marks("█", "▒", "·", "│"), Marks("#", "+", ".", "|")


def draw_hours(report: Mapping[str, Any], width: int, signs: Marks = BLOCKS) -> Iterator[str]:
    """A row for each type of view and of speed data, over the hours of the report; below them what the marks mean.

    Args:
        report: of ``freshness_report``.
        width: columns in all; few of them take several hours each.
        signs: what to draw with.
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
            of = [holds(start + n * HOUR) for n in range(step) if start + n * HOUR < ends]
            cells.append(signs.held if all(of) else signs.partly if any(of) else signs.lacking)
        return f"{name:{label}}{''.join(cells)}"

    for name, view in report["batch"].items():
        until = None if view is None else parse_moment(view["covers_until"])
        yield row(f"batch {name}", lambda hour, until=until: until is not None and hour + HOUR <= until)  # type: ignore[misc]
    for name, layer in report["speed"].items():
        spans = [(parse_moment(span["start"]), parse_moment(span["end"])) for span in layer["held"]]
        yield row(f"speed {name}", lambda hour, spans=spans: any(a <= hour < b for a, b in spans))  # type: ignore[misc]
    cutoff = parse_moment(report["freshness"]["cutoff"])
    place = sum(start < cutoff for start in columns)
    yield f"{'':{label}}{'':{place}}{signs.moment} cutoff {_short(cutoff)}"
    unit = "an hour" if step == 1 else f"{step} hours"
    yield f"{'':{label}}from {_short(since)} to {_short(ends)} UTC, {unit} a column"


def as_sentences(report: Mapping[str, Any]) -> Iterator[str]:
    """The same in sentences, what is wrong last."""
    told = report["freshness"]
    yield f"now {report['now']}; the boundary follows the {_STRATEGIES[report['strategy']]}"
    batch = told["batch_as_of"]
    yield f"batch layer: complete up to {batch}" if batch else "batch layer: no sentiment is covered"
    for name, layer in report["speed"].items():
        synced = f"synced {layer['lag_seconds']} s ago" if layer["synced_at"] else "never synced"
        yield f"speed layer, {name}: {synced}, {layer['hours_held']} whole hours held"
    for span in told["missing"]:
        yield f"MISSING  {span['start'] or 'the beginning'} to {span['end']}: neither layer holds it"
    for warning in told["warnings"]:
        yield f"WARNING  {warning}"
    if told["complete"] and not told["warnings"]:
        yield "nothing is missing, nothing is late"


_STRATEGIES = {"watermark": "batch layer's coverage", "fixed": "clock"}


def _short(moment: datetime) -> str:
    return f"{moment:%m-%d %H:%M}"
