"""Reads files of documents as a stream: JSON lines, the same compressed by gzip, and Parquet.

Requirement O3.
"""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

MAX_LINE_BYTES = 40_000_000
"""Longer lines are rejected: MongoDB takes documents of 16 MB, and JSON is longer than BSON."""


_SHOWN_BYTES = 1000
"""Bytes of a longer line that are passed on. They are no JSON document, so the reader rejects them."""


STDIN = "-"


_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"


class UnreadableFile(Exception):
    """A file can't be read, or not any further."""


@dataclass
class ViewFile:
    """An open file of documents.

    Attributes:
        name: the path, or ``-``.
        size: bytes of the file; 0: unknown.
        is_table: whether its items are rows instead of lines.
    """

    name: str
    size: int
    is_table: bool
    _raw: IO[bytes] = field(repr=False)
    _plain: IO[bytes] = field(repr=False)

    @property
    def share(self) -> float | None:
        """The share that has been read, 0 to 1; ``None``: the size is unknown."""
        return min(1.0, self._raw.tell() / self.size) if self.size else None

    def items(self) -> Iterator[tuple[int, Any]]:
        """Yields the items with their numbers from 1: lines as bytes, or rows as objects; long lines are cut off.

        Raises:
            UnreadableFile: the file is damaged.
        """
        try:
            yield from (self._rows() if self.is_table else self._lines())
        except (OSError, EOFError) as error:
            raise UnreadableFile(f"{self.name} can't be read any further: {error}") from error

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        for number, line in enumerate(iter(lambda: self._plain.readline(MAX_LINE_BYTES + 1), b""), start=1):
            if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
                while (rest := self._plain.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                    pass
                yield number, line[:_SHOWN_BYTES] + b"..."
            elif line.strip():
                yield number, line

    def _rows(self) -> Iterator[tuple[int, Any]]:
        from pyarrow import ArrowException, parquet

        try:
            batches = parquet.ParquetFile(self._raw).iter_batches(batch_size=1000)
            rows = (row for batch in batches for row in batch.to_pylist())
            yield from enumerate(map(_drop_nulls, rows), start=1)
        except ArrowException as error:
            raise UnreadableFile(f"{self.name} can't be read: {error}") from error


@contextmanager
def open_views(name: str) -> Iterator[ViewFile]:
    """Opens a file by its path, or standard input by ``-``; detects the format from the first bytes, not the name.

    Raises:
        UnreadableFile: it is missing, may not be read, or needs a package that is not installed.
    """
    if name == STDIN:
        yield _detect_format(name, 0, sys.stdin.buffer)
        return
    try:
        with Path(name).open("rb") as source:
            yield _detect_format(name, Path(name).stat().st_size, source)
    except OSError as error:
        raise UnreadableFile(f"{name} can't be read: {error.strerror or error}") from error


def _detect_format(name: str, size: int, source: IO[bytes]) -> ViewFile:
    first_bytes = cast("io.BufferedReader", source).peek(4)[:4]
    if first_bytes == _PARQUET:
        _require_pyarrow(name)
        return ViewFile(name, size, True, source, source)
    plain = gzip.GzipFile(fileobj=source) if first_bytes.startswith(_GZIP) else source
    return ViewFile(name, size, False, source, cast("IO[bytes]", plain))


def _require_pyarrow(name: str) -> None:
    if name == STDIN:
        raise UnreadableFile("Parquet can only be read from a file, not from standard input: it is read from its end")
    try:
        import pyarrow.parquet  # noqa: F401  # only to see whether it is installed
    except ImportError:
        raise UnreadableFile(f"{name} is Parquet, which needs a package: pip install pyarrow") from None


def _drop_nulls(row: Any) -> Any:
    """Removes null values: a table has every column in every row, so null means that the field was not written."""
    if isinstance(row, dict):
        return {key: _drop_nulls(value) for key, value in row.items() if value is not None}
    return [_drop_nulls(each) for each in row] if isinstance(row, list) else row
