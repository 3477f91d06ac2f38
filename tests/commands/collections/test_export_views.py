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


def test_speed_documents_cannot_be_selected_by_run(database: Stored) -> None:
    with pytest.raises(CommandError, match="--run goes with --kind batch"):
        manage("export_views", "--kind", "speed", "--run", "r")
