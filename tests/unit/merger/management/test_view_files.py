"""Files of documents: their format is detected by content, and damage is a clear error."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from merger.management import view_files
from merger.management.view_files import UnreadableFile, open_views

LINES = b'{"a": 1}\n\n{"a": 2}'


def items_of(path: Path, content: bytes) -> list[tuple[int, Any]]:
    path.write_bytes(content)
    with open_views(str(path)) as file:
        return list(file.items())


@pytest.mark.parametrize("content", [LINES, gzip.compress(LINES)], ids=["plain", "gzip"])
def test_lines_keep_their_numbers_and_blank_ones_are_skipped(tmp_path: Path, content: bytes) -> None:
    assert items_of(tmp_path / "a.txt", content) == [(1, b'{"a": 1}\n'), (3, b'{"a": 2}')]


def test_rows_of_parquet_are_objects_without_nulls(tmp_path: Path) -> None:
    path = tmp_path / "a"
    parquet.write_table(pa.Table.from_pylist([{"a": 1, "b": None}, {"a": 2, "b": {"c": None, "d": [1]}}]), path)
    with open_views(str(path)) as file:
        assert file.is_table
        assert list(file.items()) == [(1, {"a": 1}), (2, {"a": 2, "b": {"d": [1]}})]


def test_overlong_line_is_cut_off_and_the_next_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_files, "MAX_LINE_BYTES", 20)
    monkeypatch.setattr(view_files, "_SHOWN_BYTES", 4)
    content = b"x" * 20 + b"\n" + b"y" * 77 + b"\nlast\n"
    assert items_of(tmp_path / "a", content) == [(1, b"x" * 20 + b"\n"), (2, b"yyyy..."), (3, b"last\n")]


def test_the_share_read_grows_to_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LINES)
    with open_views(str(tmp_path / "a")) as file:
        list(file.items())
        assert file.share == 1


def test_a_missing_a_truncated_and_a_damaged_file_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none can't be read: No such file"), open_views(str(tmp_path / "none")):
        pass
    with pytest.raises(UnreadableFile, match="can't be read any further"):
        items_of(tmp_path / "a", gzip.compress(LINES)[:-9])
    with pytest.raises(UnreadableFile, match="can't be read: "):
        items_of(tmp_path / "b", b"PAR1 and so on")
