"""A table that a page shows, draws as a chart and gives away as CSV: one dict of rows, three renderings. Pure.

The chart is drawn in the browser from the very table beside it, so that no number is in a page twice.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

NOTHING: Final = "–"
"""Shown where a number is not known."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes a text for a formula by (OWASP, CSV injection)."""


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _date(value: str) -> str:
    return f"{datetime.fromisoformat(value):%d %b %Y}"


def _moment(value: str) -> str:
    return f"{datetime.fromisoformat(value):%d %b %Y %H:%M}"


def _source(value: str) -> str:
    return {"batch": "batch layer", "speed": "speed layer", "merged": "both layers"}.get(value, value)


FORMATS: Final[Mapping[str, Callable[[Any], str]]] = {
    "text": _text,
    "id": str,
    "count": lambda value: f"{value:,.0f}",
    "score": lambda value: f"{value:+.3f}",
    "rating": lambda value: f"{value:.2f}",
    "decimal": lambda value: f"{value:,.1f}",
    "change": lambda value: f"{value:+.2f}",
    "dollars": lambda value: f"${value:,.0f}",
    "minutes": lambda value: f"{value:,.0f} min",
    "date": _date,
    "hour": _moment,
    "source": _source,
}
"""How values of each kind are shown; times are UTC."""

_NUMBERS = frozenset({"count", "score", "rating", "decimal", "change", "dollars", "minutes"})


def format_value(value: Any, kind: str) -> str:
    """A value as people read it."""
    if value is None:
        return NOTHING
    text = FORMATS[kind](value)
    return text.replace("-", "−") if kind in _NUMBERS else text


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Args:
        key: of the value in a row.
        label: its heading.
        kind: of ``FORMATS``.
        draws: how a chart shows it: ``line``, ``bar``, ``x`` for what the others are drawn over, or nothing.
        axis: of the chart, ``left`` or ``right``.
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
    """A value as it is and as it is shown; ``link`` leads to what it names."""

    raw: Any
    text: str
    column: Column
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what its chart needs beside it.

    Args:
        name: in addresses, names of files and ids.
        caption: what it shows.
        columns: from left to right.
        rows: by ``Column.key``; ``link`` leads from the first text of a row.
        cutoff: ISO 8601, from where the speed layer has precedence; empty: nowhere in it.
        covered: ISO 8601, until where the batch layer reaches; empty: nowhere in it.
        gaps: half-open intervals that neither layer holds, as ``start`` and ``end``.
        least, most: of the left axis, where that is known; ``None``: what the values need.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    cutoff: str = ""
    covered: str = ""
    gaps: Sequence[Mapping[str, str | None]] = field(default_factory=tuple)
    least: float | None = None
    most: float | None = None

    @property
    def lines(self) -> list[list[Cell]]:
        """The rows as cells."""
        first_text = next((column for column in self.columns if column.kind == "text"), None)
        return [
            [
                Cell(
                    row.get(column.key),
                    format_value(row.get(column.key), column.kind),
                    column,
                    row.get("link", "") if column is first_text else "",
                )
                for column in self.columns
            ]
            for row in self.rows
        ]

    @property
    def is_drawn(self) -> bool:
        """Whether there is a chart of it."""
        return any(column.draws for column in self.columns)

    @property
    def has_sources(self) -> bool:
        """Whether each row says which layer it is from."""
        return any(column.kind == "source" for column in self.columns)

    @property
    def gap_spans(self) -> str:
        """The gaps in one attribute: ``start/end start/end``; a gap since the beginning starts with nothing."""
        return " ".join(f"{gap['start'] or ''}/{gap['end']}" for gap in self.gaps)

    def as_csv(self) -> str:
        """The rows as RFC 4180 has them, a heading first; numbers as they are, times in UTC."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.key for column in self.columns])
        writer.writerows([[_plain(cell.raw) for cell in line] for line in self.lines])
        return out.getvalue()


def _plain(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula: titles come from anybody."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        value = _text(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
