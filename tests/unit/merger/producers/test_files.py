"""Files of documents: their format is detected by content, and what can't be read is a clear error."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from merger.producers.files import STDIN, UnreadableFile, files_of, open_views

LINES = b'{"a": 1}\n\n{"a": 2}'


def items_of(path: Path, content: bytes) -> list[tuple[int, Any]]:
    path.write_bytes(content)
    with open_views(str(path)) as file:
        return list(file.items())


@pytest.mark.parametrize("content", [LINES, gzip.compress(LINES)], ids=["plain", "gzip"])
def test_documents_keep_the_numbers_of_their_lines(tmp_path: Path, content: bytes) -> None:
    assert items_of(tmp_path / "a.txt", content) == [(1, b'{"a": 1}\n'), (3, b'{"a": 2}')]


def test_rows_of_parquet_are_objects_without_nulls(tmp_path: Path) -> None:
    path = tmp_path / "a"
    parquet.write_table(pa.Table.from_pylist([{"a": 1, "b": None}, {"a": 2, "b": {"c": None, "d": [1]}}]), path)
    with open_views(str(path)) as file:
        assert file.is_table
        assert list(file.items()) == [(1, {"a": 1}), (2, {"a": 2, "b": {"d": [1]}})]


def test_the_share_read_grows_to_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LINES)
    with open_views(str(tmp_path / "a")) as file:
        list(file.items())
        assert file.share == 1


DAMAGED = {
    "gzip that is cut off": (gzip.compress(LINES)[:-9], "can't be read any further: Compressed file ended"),
    "gzip of rubbish": (b"\x1f\x8b and so on", "can't be read: Unknown compression method"),
    "damaged Parquet": (b"PAR1 and so on", "can't be read: "),
    "Parquet in gzip": (gzip.compress(b"PAR1 and so on"), "it is Parquet, compressed by gzip; unpack it first"),
    "an array that is cut off": (b"[" + LINES, "the JSON array in it has no end"),
    "Avro": (b"Obj\x01 and so on", "it is Avro; write JSON lines in UTF-8, or Parquet"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "it is text in UTF-16; write JSON lines in UTF-8, or Parquet"),
    "UTF-16 without a mark": ('{"a": 1}'.encode("utf-16-le"), "it is text in UTF-16"),
    "UTF-32": ('{"a": 1}'.encode("utf-32"), "it is text in UTF-32"),
    "Snappy": (b"\xff\x06\x00\x00sNaPpY and so on", "it is compressed by Snappy"),
    "BSON": (
        b"\x16\x00\x00\x00\x02hello\x00\x06\x00\x00\x00world\x00\x00",
        "it is binary: compressed, or BSON, of which bsondump",
    ),
    "gzip in gzip": (gzip.compress(gzip.compress(LINES)), "it is gzip, compressed by gzip; unpack it first"),
    "Avro in gzip": (gzip.compress(b"Obj\x01 and so on"), "it is Avro"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_file_that_can_not_be_read_is_a_clear_error(tmp_path: Path, name: str) -> None:
    content, expected = DAMAGED[name]
    with pytest.raises(UnreadableFile, match=expected):
        items_of(tmp_path / "a", content)


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none can't be read: No such file"), open_views(str(tmp_path / "none")):
        pass


def test_a_folder_stands_for_its_part_files(tmp_path: Path) -> None:
    for name in ("part-1.json", "part-0.json", "_SUCCESS", ".part-0.json.crc"):
        (tmp_path / name).write_bytes(LINES)
    assert files_of(str(tmp_path)) == [str(tmp_path / "part-0.json"), str(tmp_path / "part-1.json")]
    assert files_of(str(tmp_path / "part-0.json")) == (str(tmp_path / "part-0.json"),)
    assert files_of(STDIN) == (STDIN,)


def test_a_folder_without_files_and_one_of_partitions_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="the folder holds no files"):
        files_of(str(tmp_path))
    (tmp_path / "view_type=sentiment").mkdir()
    with pytest.raises(UnreadableFile, match="folders such as view_type=sentiment; write it without partitionBy"):
        files_of(str(tmp_path))
