"""The settings state a receiver, and none by default; loads are recorded, and no secret is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pymongo.database import Database

from merger.lineage import receiver as receiver_module
from merger.lineage.receiver import lineage_faults, run_steps, store_address
from tests.integration.lineage.events import Receiver, versions
from tests.unit.merger.documents import at, batch_view
from tests.unit.merger.examples import DETAILS

NOW = at("2026-03-10 10:30")


def test_a_load_is_recorded_with_its_files_and_how_much_was_stored(
    indexed_database: Database[dict[str, Any]], receiver: Receiver, tmp_path: Path
) -> None:
    file = tmp_path / "views.jsonl"
    lines = [{**batch_view("movie_details", DETAILS, NOW, movie_id=each), "_id": each} for each in (1, 2)]
    file.write_text("".join(json.dumps(line, default=str) + "\n" for line in lines), encoding="utf-8")
    call_command("load_views", str(file), kind="batch", dry_run=True)
    assert receiver.events == []
    call_command("load_views", str(file), kind="batch")
    assert receiver.states() == [("load_views", "START"), ("load_views", "COMPLETE")]
    loaded = receiver.events[-1]
    assert versions(loaded, "inputs") == [("file", str(file), None)]
    assert versions(loaded, "outputs") == [(store_address(), f"{indexed_database.name}.batch_views", None)]
    assert loaded["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == 2
    with pytest.raises(CommandError):
        call_command("load_views", str(tmp_path / "none.jsonl"), kind="batch")
    assert receiver.states()[-1] == ("load_views", "FAIL")


def test_no_secret_reaches_a_receiver_but_its_own_key(
    runs: Database[dict[str, Any]], receiver: Receiver, settings: Any
) -> None:
    settings.OPENLINEAGE_API_KEY = "its-own-key"
    settings.MONGODB_URI = f"mongodb://me:hunter2@{settings.MONGODB_URI.removeprefix('mongodb://')}/?authSource=admin"
    assert store_address().count("@") == 0
    run_steps().publish("new")
    assert receiver.keys == ["Bearer its-own-key"] * 2
    assert "hunter2" not in json.dumps(receiver.events)
    assert "its-own-key" not in json.dumps(receiver.events)


def test_nothing_is_recorded_by_default(runs: Database[dict[str, Any]]) -> None:
    assert type(run_steps()).__name__ == "RunSteps"
    assert lineage_faults() == []


def test_a_missing_package_is_named(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OPENLINEAGE_URL = "https://lineage.example.org"
    monkeypatch.setattr(receiver_module, "find_spec", lambda _: None)
    (fault,) = lineage_faults()
    assert "pip install 'lambdaserve[lineage]'" in fault
    assert receiver_module.configured_recorder() is None
