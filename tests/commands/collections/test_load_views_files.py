"""`manage.py load_views`: files as other tools write them, with ids of every kind."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from bson import Binary, Decimal128, Int64, ObjectId
from django.core.management import CommandError
from pyarrow import parquet
from pymongo.database import Database

from tests.commands.collections.view_documents import NOON, details, lines, manage, rejected

Stored = Database[dict[str, Any]]


IDS = {
    "a document": {"movie_id": 1, "view_type": "movie_details"},
    "a document in a document": {"of": {"movie": Int64(1), "at": NOON}, "n": [1]},
    "a UUID": Binary.from_uuid(UUID("becd7e5d-75e0-43fa-ab69-f16730d76d88")),
    "an ObjectId": ObjectId("6745a1b2c3d4e5f6a7b8c9d0"),
    "a date": NOON,
    "a decimal number": Decimal128("1.50"),
    "text like a number": "5",
}


@pytest.mark.parametrize("name", IDS)
def test_ids_of_every_kind_survive_export_and_load(database: Stored, tmp_path: Path, name: str) -> None:
    stored = {"_id": IDS[name], **details(), "computed_at": NOON}
    database.batch_views.insert_one(stored)
    path = str(tmp_path / "a")
    manage("export_views", kind="batch", output=path)
    for _ in range(2):
        assert manage("load_views", path, kind="batch") == f"{path}: 1 loaded\n"
    assert list(database.batch_views.find()) == [stored]
    database.batch_views.delete_many({})
    manage("load_views", path, kind="batch")
    assert list(database.batch_views.find()) == [stored]


ARRANGEMENTS = {
    "a byte order mark": lambda texts: "\ufeff" + "\n".join(texts),
    "an array": lambda texts: f"[{','.join(texts)}]",
    "an array of lines": lambda texts: "[" + ",\n".join(texts) + "]\n",
    "indented": lambda texts: "\n".join(json.dumps(json.loads(each), indent=4) for each in texts),
}


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_json_is_read_in_every_arrangement(database: Stored, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a"
    path.write_text(ARRANGEMENTS[name]([json.dumps(details(number)) for number in (1, 2, 3)]), encoding="utf-8")
    assert manage("load_views", str(path), kind="batch") == f"{path}: 3 loaded\n"
    assert not Path(f"{path}.rejects.jsonl").exists()


def test_a_folder_is_read_file_by_file_and_its_rejects_go_beside_it(database: Stored, tmp_path: Path) -> None:
    folder = tmp_path / "views"
    folder.mkdir()
    for number in (1, 2):
        lines(folder / f"part-{number}", details(number), b"{")
    (folder / "_SUCCESS").touch()
    for _ in range(2):
        output = manage("load_views", f"{folder}/", kind="batch")
        assert output == f"{folder}/: 2 loaded, 2 rejected, see {folder}.rejects.jsonl\n"
    assert [number for number, _ in rejected(str(folder))] == [2, 2]


def test_parquet_files_are_loaded(database: Stored, tmp_path: Path) -> None:
    path = tmp_path / "a"
    rows = [details() | {"computed_at": NOON, "version": 3}, details(2) | {"computed_at": NOON}]
    parquet.write_table(pa.Table.from_pylist(rows), path)
    assert "2 loaded" in manage("load_views", str(path), kind="batch")
    assert list(database.batch_views.find({}, {"_id": 0}).sort("movie_id")) == rows


def test_a_row_of_parquet_that_can_not_be_read_is_rejected(database: Stored, tmp_path: Path) -> None:
    path = tmp_path / "a"
    times = pa.array([NOON, None, None], pa.timestamp("us")).fill_null(pa.scalar(2**62, pa.timestamp("us")))
    titles = pa.array([{"title": each} for each in "ABC"])
    columns = {"movie_id": [1, 2, 3], "view_type": ["movie_details"] * 3, "computed_at": times, "data": titles}
    parquet.write_table(pa.table(columns), path)
    assert "1 loaded, 2 rejected" in manage("load_views", str(path), kind="batch")
    assert rejected(str(path)) == [(n, "computed_at: date value out of range") for n in (2, 3)]


def test_parquet_without_its_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "a").write_bytes(b"PAR1 and so on")
    with pytest.raises(CommandError, match="is Parquet, which needs a package: pip install pyarrow"):
        manage("load_views", str(tmp_path / "a"), kind="batch")


def test_a_damaged_parquet_file_is_a_clear_error(database: Stored, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PAR1 and so on")
    with pytest.raises(CommandError, match=r"a can't be read: .*; .*a: 0 loaded"):
        manage("load_views", str(tmp_path / "a"), kind="batch")
