"""Builds Markdown tables that read well as plain text too, and writes them into pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path


def align_table(head: Sequence[str], rows: Sequence[Sequence[str]], left: Collection[int] = (0,)) -> str:
    """Builds a table whose columns have one width each.

    Args:
        head: names of the columns.
        rows: cells, as many in each as there are columns.
        left: columns that are aligned to the left; the others hold numbers.
    """
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    rule = ["-" * width if column in left else "-" * (width - 1) + ":" for column, width in enumerate(widths)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "| " + " | ".join(padded) + " |"

    return "\n".join([line(head), line(rule), *map(line, rows)])


def markers(name: str) -> tuple[str, str]:
    """Returns the markers before and after a part of a page that a program writes."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def replace_part(page: str, name: str, new: str) -> str:
    """Returns the page with ``new`` between the markers of a part.

    Raises:
        ValueError: the page doesn't have both, in order.
    """
    begin, end = markers(name)
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the page needs the markers {begin} and {end}")
    return f"{before}{begin}\n{new}\n{end}{after}"


def write_part(path: Path, name: str, new: str) -> None:
    """Writes a text into its part of a page.

    Raises:
        OSError: the page can't be read or written.
        ValueError: see ``replace_part``.
    """
    path.write_text(replace_part(path.read_text(encoding="utf-8"), name, new), encoding="utf-8")
