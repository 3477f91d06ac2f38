"""Tables of the pages: shown as HTML, drawn as a chart and downloaded as CSV from the same rows. Pure.

The browser draws the chart from the HTML table beside it, so each number is in the page only once.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

NOTHING: Final = "–"
"""Shown where a value is unknown."""

_SIGNS = "=+-@⁺⁻⁼₊₋₌−⩵⩶﬩﹢﹣﹦﹫＋－＝＠"
"""First characters by which a spreadsheet takes a text for a formula (OWASP, CSV injection), and their lookalikes."""

_FORMULA = re.compile(rf"^(?=[\t\r])|(^|[;,|\t\r\n])([\s\"\ufeff\u200b\u2060]*)(?=[{re.escape(_SIGNS)}])")
"""Where a formula may begin: also behind what another dialect of CSV takes for the end of a cell."""


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _date(value: str) -> str:
    return f"{datetime.fromisoformat(value):%d %b %Y}"


def _moment(value: str) -> str:
    return f"{datetime.fromisoformat(value):%d %b %Y %H:%M}"


def _source(value: str) -> str:
    return {"batch": "history", "speed": "live", "merged": "both"}.get(value, value)


FORMATS: Final[Mapping[str, Callable[[Any], str]]] = {
    "text": _text,
    "person": _text,
    "id": str,
    "count": lambda value: f"{value:,.0f}",
    "score": lambda value: f"{value:+.3f}",
    "rating": lambda value: f"{value:.2f}",
    "decimal": lambda value: f"{value:,.1f}",
    "share": lambda value: f"{100 * value:.1f} %",
    "error": lambda value: f"{round(100 * value, 1) + 0.0:+.1f} %",
    "change": lambda value: f"{value:+.2f}",
    "dollars": lambda value: f"${value:,.0f}",
    "minutes": lambda value: f"{value:,.0f} min",
    "year": str,
    "month": str,
    "date": _date,
    "hour": _moment,
    "source": _source,
}
"""Formats a value of each kind; times are UTC."""

_NUMBERS = frozenset({"count", "score", "rating", "decimal", "share", "error", "change", "dollars", "minutes"})


def format_value(value: Any, kind: str) -> str:
    """Formats a value for people."""
    if value is None:
        return NOTHING
    text = FORMATS[kind](value)
    return text.replace("-", "−") if kind in _NUMBERS else text


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Args:
        key: where a row holds its value.
        label: heading.
        kind: one of ``FORMATS``.
        draws: how the chart shows it: ``line``, ``bar``, ``x`` for the horizontal axis, or empty for not at all.
        axis: vertical axis of the chart, ``left`` or ``right``.
    """

    key: str
    label: str
    kind: str = "text"
    draws: str = ""
    axis: str = "left"

    @property
    def is_number(self) -> bool:
        return self.kind in _NUMBERS


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, and its text."""

    raw: Any
    text: str
    column: Column


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and what its chart needs besides.

    Args:
        name: used in URLs, file names and element ids.
        caption: what it shows.
        columns: the columns from left to right.
        rows: values by ``Column.key``.
        cutoff: ISO 8601, from where on live numbers have precedence; empty: outside the table.
        start: ISO 8601, where the horizontal axis begins; empty: at the first row.
        since: ISO 8601, the first row's time where that is later than the window asked for; else empty.
        gaps: half-open intervals that neither layer holds, as ``start`` and ``end``.
        least, most: bounds of the left axis; ``None``: as the values need.
        open_from: the first cell of the last row, if its interval is not over yet; else empty.
        is_fixed: whether the axis shows all between both bounds, instead of what the values need.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    cutoff: str = ""
    start: str = ""
    since: str = ""
    gaps: Sequence[Mapping[str, str | None]] = field(default_factory=tuple)
    least: float | None = None
    most: float | None = None
    open_from: str = ""
    is_fixed: bool = False

    @property
    def lines(self) -> list[list[Cell]]:
        """The rows as cells."""
        lines = [[_cell(row.get(column.key), column) for column in self.columns] for row in self.rows]
        if lines and self.open_from:
            first = lines[-1][0]
            lines[-1][0] = replace(first, text=f"{first.text}, so far")
        return lines

    @property
    def is_drawn(self) -> bool:
        """Whether the table has a chart."""
        return any(column.draws for column in self.columns)

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Where the rows come from, with a word for each: history, live and both, as far as they occur."""
        keys = [column.key for column in self.columns if column.kind == "source"]
        found = {row.get(key) for key in keys for row in self.rows}
        return [(name, _source(name)) for name in ("batch", "speed", "merged") if name in found]

    @property
    def gap_spans(self) -> str:
        """The gaps as one attribute: ``start/end start/end``; the start is empty for a gap since the beginning."""
        return " ".join(f"{gap['start'] or ''}/{gap['end']}" for gap in self.gaps)

    def as_csv(self) -> str:
        """The rows as CSV (RFC 4180), a heading first; numbers are not formatted, times are UTC."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.key for column in self.columns])
        writer.writerows([[_csv_value(cell.raw) for cell in line] for line in self.lines])
        return out.getvalue()


def _cell(value: Any, column: Column) -> Cell:
    return Cell(value, format_value(value, column.kind), column)


def _csv_value(value: Any) -> Any:
    """Escapes a value that a spreadsheet would take for a formula: titles come from outside."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        value = _text(value)
    return _FORMULA.sub(r"\g<0>'", value) if isinstance(value, str) else value
