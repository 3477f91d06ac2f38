"""Files of documents, read as a stream: JSON lines, gzip of such, and Parquet (O3)."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

LONGEST_LINE = 40_000_000
"""Bytes: MongoDB takes documents of 16 MB."""


_BEGINNING = 1000
"""Bytes of a longer one that are shown. They are no JSON, since they don't end."""


STDIN = "-"


_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"


class UnreadableFile(Exception):
    """A file that can't be read at all, or not on."""


@dataclass
class ViewFile:
    """One file that is being read.

    Attributes:
        name: as it was given.
        size: bytes in all; 0: not known.
        is_table: whether its items are rows rather than lines.
    """

    name: str
    size: int
    is_table: bool
    _raw: IO[bytes] = field(repr=False)
    _plain: IO[bytes] = field(repr=False)

    @property
    def share(self) -> float | None:
        """How much of it has been read, 0 to 1; ``None``: nobody knows how much there is."""
        return min(1.0, self._raw.tell() / self.size) if self.size else None

    def items(self) -> Iterator[tuple[int, Any]]:
        """Numbers from 1, and lines as bytes or rows as objects; of a line that is too long the beginning.

        Raises:
            UnreadableFile: it is damaged.
        """
        try:
            yield from (self._rows() if self.is_table else self._lines())
        except (OSError, EOFError) as error:
            raise UnreadableFile(f"{self.name} can't be read any further: {error}") from error

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        number = 0
        while line := self._plain.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                while (rest := self._plain.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                yield number, line[:_BEGINNING] + b"..."
            elif line.strip():
                yield number, line

    def _rows(self) -> Iterator[tuple[int, Any]]:
        from pyarrow import ArrowException, parquet

        try:
            number = 0
            for batch in parquet.ParquetFile(self._raw).iter_batches(batch_size=1000):
                for row in batch.to_pylist():
                    number += 1
                    yield number, _without_nulls(row)
        except ArrowException as error:
            raise UnreadableFile(f"{self.name} can't be read: {error}") from error


@contextmanager
def opened(name: str) -> Iterator[ViewFile]:
    """A file by its path, or standard input by ``-``. What it is, is seen by how it begins, not by its name.

    Raises:
        UnreadableFile: it isn't there, may not be read, or needs a package that is missing.
    """
    if name == STDIN:
        yield _of(name, 0, sys.stdin.buffer)
        return
    try:
        with Path(name).open("rb") as source:
            yield _of(name, Path(name).stat().st_size, source)
    except OSError as error:
        raise UnreadableFile(f"{name} can't be read: {error.strerror or error}") from error


def _of(name: str, size: int, source: IO[bytes]) -> ViewFile:
    begins = cast("io.BufferedReader", source).peek(4)[:4]
    if begins == _PARQUET:
        _need_pyarrow(name)
        return ViewFile(name, size, True, source, source)
    plain = gzip.GzipFile(fileobj=source) if begins.startswith(_GZIP) else source
    return ViewFile(name, size, False, source, cast("IO[bytes]", plain))


def _need_pyarrow(name: str) -> None:
    if name == STDIN:
        raise UnreadableFile("Parquet is read from a file, not from standard input: its end comes first")
    try:
        import pyarrow.parquet  # noqa: F401  # only whether it is there
    except ImportError:
        raise UnreadableFile(f"{name} is Parquet, which needs a package: pip install pyarrow") from None


def _without_nulls(row: Any) -> Any:
    """Tables have every column in every row: what is null was not written."""
    if isinstance(row, dict):
        return {key: _without_nulls(value) for key, value in row.items() if value is not None}
    return [_without_nulls(each) for each in row] if isinstance(row, list) else row
