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
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

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
    reason = "movie_details.computed_at: Invalid isoformat string: '<value out of range: 4611686018427387904>'"
    assert rejected(str(path)) == [(n, reason) for n in (2, 3)]


def test_rejects_show_what_could_be_read_of_a_row(database: Stored, tmp_path: Path) -> None:
    path = tmp_path / "a"
    data = pa.array([[("title", "A"), ("title", "B")]], pa.map_(pa.string(), pa.string()))
    parquet.write_table(pa.table({"movie_id": [603], "data": data}), path)
    with pytest.raises(CommandError, match="nothing of it could be loaded"):
        manage("load_views", str(path), kind="batch")
    assert rejected(str(path)) == [(1, "data: a map has an entry twice: title")]
    assert "'movie_id': 603" in Path(f"{path}.rejects.jsonl").read_text()


def test_a_file_that_fails_does_not_keep_the_others_from_being_loaded(database: Stored, tmp_path: Path) -> None:
    folder = tmp_path / "views"
    folder.mkdir()
    for number in (1, 3):
        lines(folder / f"part-{number}", details(number))
    (folder / "part-2").write_bytes(b"PAR1 and so on")
    last = lines(tmp_path / "last", details(4))
    with pytest.raises(CommandError, match=r"part-2 can't be read: .*views: 2 loaded\n.*none can't be read"):
        manage("load_views", str(folder), str(tmp_path / "none"), last, kind="batch")
    assert sorted(each["movie_id"] for each in database.batch_views.find()) == [1, 3, 4]


@pytest.mark.parametrize("content", [b"movie_id,title\n1,Alien\n", b'{"movie_id": 1}\n'], ids=["a table", "no view"])
def test_a_file_of_which_nothing_can_be_loaded_is_a_failure(database: Stored, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(CommandError, match="a: nothing of it could be loaded"):
        manage("load_views", str(tmp_path / "a"), kind="batch", dry_run=True)


def test_whole_numbers_of_more_than_64_bits_cost_no_document(database: Stored, tmp_path: Path) -> None:
    number = 2**64 - 1
    row = details() | {"computed_at": NOON}
    parquet.write_table(
        pa.Table.from_pylist([row]).append_column("wide", pa.array([number], pa.uint64())), tmp_path / "a"
    )
    texts = [details(2) | {"wide": number}, details(3) | {"wide": {"$numberLong": str(number)}}]
    lines(tmp_path / "b", *texts)
    manage("load_views", str(tmp_path / "a"), str(tmp_path / "b"), kind="batch")
    assert [each["wide"] for each in database.batch_views.find()] == [float(number)] * 3


def test_a_document_that_mongodb_refuses_is_rejected_and_the_rest_is_loaded(
    database: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = {"index": 1, "code": 121, "errmsg": "Document failed validation"}

    def refusing(collection: Any, writes: Any, **options: Any) -> None:
        write(collection, [each for place, each in enumerate(writes) if place != 1], **options)
        raise BulkWriteError({"writeErrors": [refusal]})

    write = Collection.bulk_write
    monkeypatch.setattr(Collection, "bulk_write", refusing)
    path = lines(tmp_path / "a", details(1), details(2), details(3))
    assert "2 loaded, 1 rejected" in manage("load_views", path, kind="batch")
    assert rejected(path) == [(2, "MongoDB refused it: Document failed validation")]


def test_parquet_without_its_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "a").write_bytes(b"PAR1 and so on")
    with pytest.raises(CommandError, match="is Parquet, which needs a package: pip install pyarrow"):
        manage("load_views", str(tmp_path / "a"), kind="batch")


def test_a_damaged_parquet_file_is_a_clear_error(database: Stored, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PAR1 and so on")
    with pytest.raises(CommandError, match=r"a can't be read: .*; .*a: 0 loaded"):
        manage("load_views", str(tmp_path / "a"), kind="batch")
