"""Reads files of documents as a stream: JSON in any arrangement, the same compressed by gzip, and Parquet.

Requirement O3.
"""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, cast

from merger.producers.json_text import split_documents

STDIN = "-"


_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"


_OTHER_FORMATS: Final = {
    b"PARE": "encrypted Parquet",
    b"ORC": "ORC",
    b"Obj\x01": "Avro",
    b"ARROW1": "Arrow",
    b"PK\x03\x04": "a ZIP archive",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by Zstandard",
    b"\x04\x22\x4d\x18": "compressed by LZ4",
    b"\xff\x06\x00\x00sNaPpY": "compressed by Snappy",
    b"\x6d\xe2\x99\x81": "an archive of mongodump, which mongorestore reads",
    b"\xff\xfe\x00\x00": "text in UTF-32",
    b"\x00\x00\xfe\xff": "text in UTF-32",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"{\x00": "text in UTF-16",
    b"[\x00": "text in UTF-16",
    b"\x00{": "text in UTF-16",
    b"\x00[": "text in UTF-16",
}
"""How files begin that can't be read, and what they are."""


_BEGINNING_BYTES: Final = 16
"""Bytes from which a format is told; text has no zero among them."""


class UnreadableFile(Exception):
    """A file can't be read, or not any further."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be read; ``reason`` says why.

    ``text`` is what could be read of it, to be shown.
    """

    reason: str
    text: str = ""


@dataclass
class ViewFile:
    """An open file of documents.

    Attributes:
        name: the path, or ``-``.
        size: bytes of the file; 0: unknown.
        is_table: whether its items are rows instead of JSON.
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
        """Yields the items: JSON as bytes with the number of its line, or rows as objects with their number, from 1.

        A row that can't be read is a ``BadRow``.

        Raises:
            UnreadableFile: the file is damaged.
        """
        try:
            yield from (self._rows() if self.is_table else split_documents(self._plain))
        except (OSError, EOFError) as error:
            raise UnreadableFile(f"{self.name} can't be read any further: {error}") from error

    def _rows(self) -> Iterator[tuple[int, Any]]:
        from merger.producers.parquet_rows import read_rows

        yield from enumerate(read_rows(self.name, self._raw), start=1)


def files_of(name: str) -> Sequence[str]:
    """Returns the files that a path names: a file itself, or the part files of a folder, as Spark writes them.

    Raises:
        UnreadableFile: the folder holds no files, or folders whose names are values of a column.
    """
    folder = Path(name)
    if name == STDIN or not folder.is_dir():
        return (name,)
    parts = sorted(each for each in folder.iterdir() if not each.name.startswith(("_", ".")))
    inner = next((each.name for each in parts if each.is_dir()), None)
    if inner is not None:
        advice = "write it without partitionBy, so that every column is in the files"
        raise UnreadableFile(f"{name} can't be read: it holds folders such as {inner}; {advice}")
    if not parts:
        raise UnreadableFile(f"{name} can't be read: the folder holds no files")
    return [str(each) for each in parts]


@contextmanager
def open_views(name: str) -> Iterator[ViewFile]:
    """Opens a file by its path, or standard input by ``-``; detects the format from the first bytes, not the name.

    Raises:
        UnreadableFile: it is missing, may not be read, is in a format that can't be read, or needs a package that is
            not installed.
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
    plain = cast("io.BufferedReader", source)
    beginning = plain.peek(_BEGINNING_BYTES)
    if beginning.startswith(_PARQUET):
        _require_pyarrow(name)
        return ViewFile(name, size, True, source, source)
    if beginning.startswith(_GZIP):
        unpacked = gzip.GzipFile(fileobj=source)
        plain = cast("io.BufferedReader", unpacked)
        try:
            beginning = unpacked.peek(_BEGINNING_BYTES)
        except (OSError, EOFError) as error:
            raise UnreadableFile(f"{name} can't be read: {error}") from error
        if beginning.startswith((_PARQUET, _GZIP)):
            what = "Parquet" if beginning.startswith(_PARQUET) else "gzip"
            raise UnreadableFile(f"{name} can't be read: it is {what}, compressed by gzip; unpack it first")
    _refuse_other_formats(name, beginning[:_BEGINNING_BYTES])
    return ViewFile(name, size, False, source, plain)


def _refuse_other_formats(name: str, beginning: bytes) -> None:
    what = next((what for mark, what in _OTHER_FORMATS.items() if beginning.startswith(mark)), None)
    if what is None and b"\x00" in beginning:
        what = "binary: compressed, or BSON, of which bsondump makes JSON"
    if what is not None:
        raise UnreadableFile(f"{name} can't be read: it is {what}; write JSON lines in UTF-8, or Parquet")


def _require_pyarrow(name: str) -> None:
    if name == STDIN:
        raise UnreadableFile("Parquet can only be read from a file, not from standard input: it is read from its end")
    try:
        import pyarrow.parquet  # noqa: F401  # only to see whether it is installed
    except ImportError:
        raise UnreadableFile(f"{name} is Parquet, which needs a package: pip install pyarrow") from None
