"""`manage.py export_views`: documents of a collection into a file, all or a selection."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId, json_util
from django.core.management import CommandError
from pymongo.database import Database

from tests.commands.collections.view_documents import NOON, details, manage

Stored = Database[dict[str, Any]]

BATCH: list[dict[str, Any]] = [
    {"_id": ObjectId(), **details(), "computed_at": NOON, "odd": Decimal128("1.10"), "nothing": None},
    {"_id": 7, **details(2), "computed_at": NOON + timedelta(hours=1), "big": Int64(2**60), "nested": [{"a": 1.0}]},
    {"_id": "x", **details(3), "computed_at": NOON, "batch_run_id": "r"},
]


def exported(path: Path, *arguments: str) -> list[int]:
    manage("export_views", "--kind", "batch", "--output", str(path), *arguments)
    return [json_util.loads(line)["movie_id"] for line in gzip.open(path, "rt")]


def test_exported_documents_are_loaded_back_unchanged(database: Stored, tmp_path: Path) -> None:
    database.batch_views.insert_many(BATCH)
    for name in ("all.jsonl", "all.jsonl.gz"):
        path = str(tmp_path / name)
        manage("export_views", "--kind", "batch", "--output", path)
        database.batch_views.delete_many({})
        manage("load_views", path, kind="batch")
        assert list(database.batch_views.find().sort("movie_id")) == BATCH
    assert not list(tmp_path.glob("*.part"))


def test_movies_times_and_runs_select_documents(database: Stored, tmp_path: Path) -> None:
    database.batch_views.insert_many(BATCH)
    path = tmp_path / "some.gz"
    assert exported(path, "--movie", "1", "3") == [1, 3]
    assert exported(path, "--since", "2026-05-04T12:30:00Z") == [2]
    assert exported(path, "--run", "r") == [3]


def test_times_select_documents_whatever_the_form_of_their_stamps(database: Stored, tmp_path: Path) -> None:
    stamps = ["2026-05-04T19:29:00+07:00", "2026-05-04T19:31:00+07:00", "2026-05-04 12:31", "soon", None]
    numbers = [1_777_897_740_000, 1_777_897_860_000, 1_777_897_860, Int64(1_777_897_860_000)]
    for movie_id, stamp in enumerate([*stamps, *numbers], start=1):
        database.batch_views.insert_one({**details(movie_id), "computed_at": stamp})
    database.batch_views.insert_one({**details(10), "movie_id": "10", "computed_at": NOON + timedelta(hours=1)})
    found = exported(tmp_path / "some.gz", "--since", "2026-05-04T12:30:00Z")
    assert sorted(map(int, found)) == [2, 3, 4, 5, 7, 8, 9, 10], "those that can't be told are not left out"
    assert list(map(str, exported(tmp_path / "some.gz", "--movie", "10"))) == ["10"]


def test_speed_documents_cannot_be_selected_by_run(database: Stored) -> None:
    with pytest.raises(CommandError, match="--run goes with --kind batch"):
        manage("export_views", "--kind", "speed", "--run", "r")
