"""Indexes, declared and real ones, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from merger.indexes.declared import Index, IndexStatus
from merger.operations.collection_sizes import CollectionSizes

_HEADS = ("state", "index", "keys", "size", "used")


_NUMBERS = ("size", "used")


def table(standings: Sequence[IndexStatus], measured: Mapping[str, CollectionSizes]) -> Iterator[str]:
    """A line for each index: state, name, keys, size, uses since the server started, purpose or what is different.

    Args:
        standings: as ``merger.indexes.declared.compared``.
        measured: collections by name, as far as the server tells.
    """
    rows = [_row(standing, measured.get(standing.collection, CollectionSizes())) for standing in standings]
    widths = [max(map(len, column)) for column in zip(_HEADS, *(row[:-1] for row in rows), strict=True)]
    for *cells, note in [[*_HEADS, ""], *rows]:
        shown = [
            cell.rjust(width) if head in _NUMBERS else cell.ljust(width)
            for head, cell, width in zip(_HEADS, cells, widths, strict=True)
        ]
        yield "  ".join([*shown, note]).rstrip()


def described(index: Index) -> str:
    """One line: collection, name, keys, purpose."""
    return f"{index.collection}.{index.name} ({_ways(index.keys)}): {index.purpose}"


def _row(standing: IndexStatus, measured: CollectionSizes) -> list[str]:
    keys = standing.index.keys if standing.index else tuple((standing.real or {}).get("key", {}).items())
    note = "; ".join(standing.differs) or (standing.index.purpose if standing.index else "nobody declared it")
    size, used = "", ""
    if standing.real is not None:
        size = _size(measured.index_sizes.get(standing.name))
        # A server that never counted any use keeps no count.
        used = f"{measured.index_uses.get(standing.name, 0):,}" if any(measured.index_uses.values()) else "unknown"
    return [standing.state, f"{standing.collection}.{standing.name}", _ways(keys), size, used, note]


def _ways(keys: Sequence[tuple[str, Any]]) -> str:
    return ", ".join(f"{field} {way:+.0f}" if isinstance(way, int | float) else f"{field} {way}" for field, way in keys)


def _size(size: int | None) -> str:
    return f"{size / 2**20:,.1f} MB" if size else "unknown"
