"""Formats declared and real indexes as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from merger.indexes.declared import Index, IndexStatus
from merger.operations.collection_sizes import CollectionSizes

_HEADINGS = ("state", "index", "keys", "size", "used")


_RIGHT_ALIGNED = ("size", "used")


def format_table(statuses: Sequence[IndexStatus], sizes: Mapping[str, CollectionSizes]) -> Iterator[str]:
    """Yields a line per index: state, name, keys, size, uses since the server started, purpose or differences.

    Args:
        statuses: as ``merger.indexes.declared.compare`` returns them.
        sizes: by collection, as far as the server reports them.
    """
    rows = [_row(status, sizes.get(status.collection, CollectionSizes())) for status in statuses]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *(row[:-1] for row in rows), strict=True)]
    for *cells, note in [[*_HEADINGS, ""], *rows]:
        shown = [
            cell.rjust(width) if head in _RIGHT_ALIGNED else cell.ljust(width)
            for head, cell, width in zip(_HEADINGS, cells, widths, strict=True)
        ]
        yield "  ".join([*shown, note]).rstrip()


def describe(index: Index) -> str:
    """Describes a declared index in one line: collection, name, keys, purpose."""
    return f"{index.collection}.{index.name} ({_format_keys(index.keys)}): {index.purpose}"


def _row(status: IndexStatus, measured: CollectionSizes) -> list[str]:
    keys = status.index.keys if status.index else tuple((status.real or {}).get("key", {}).items())
    note = "; ".join(status.differs) or (status.index.purpose if status.index else "not declared")
    size, used = "", ""
    if status.real is not None:
        size = _format_size(measured.index_sizes.get(status.name))
        # A server that reports no use of any index does not count uses at all.
        used = f"{measured.index_uses.get(status.name, 0):,}" if any(measured.index_uses.values()) else "unknown"
    return [status.state, f"{status.collection}.{status.name}", _format_keys(keys), size, used, note]


def _format_keys(keys: Sequence[tuple[str, Any]]) -> str:
    return ", ".join(
        f"{field} {order:+.0f}" if isinstance(order, int | float) else f"{field} {order}" for field, order in keys
    )


def _format_size(size: int | None) -> str:
    return f"{size / 2**20:,.1f} MB" if size else "unknown"
