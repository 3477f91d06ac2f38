"""`manage.py migrate_views`: forward, back, from two hosts at once, and killed half-way.

Requirements O3 and D3.
"""

from __future__ import annotations

import io
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import WriteError

from lambdaserve.server.embedded_stores import free_port
from merger.migrations_mongo.log import COLLECTION, LOCK
from tests.unit.merger.examples import EXAMPLES

Stored = Database[dict[str, Any]]

ROOT = Path(__file__).parents[3]
HOUR = datetime(2026, 5, 4, 12, tzinfo=UTC)


def migrate(*arguments: str, **options: Any) -> str:
    output = io.StringIO()
    call_command("migrate_views", *arguments, stdout=output, stderr=output, **options)
    return output.getvalue()


def start_process(*arguments: str) -> subprocess.Popen[str]:
    """Starts the command in a process of its own, as another host would."""
    command = [sys.executable, "manage.py", "migrate_views", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def trend_documents(number: int) -> list[dict[str, Any]]:
    payload = {"metric": "rating", "date": "2026-03-01", "value": 6.5, "count": 4}
    return [{"view_type": "temporal_trends", "data": payload, "computed_at": HOUR} for _ in range(number)]


def buckets(number: int) -> list[dict[str, Any]]:
    return [{"movie_id": 1, "data_type": "trending", "hour": HOUR + timedelta(hours=n)} for n in range(number)]


def records(database: Stored) -> dict[str, dict[str, Any]]:
    return {each["_id"]: each for each in database[COLLECTION].find()}


def content(database: Stored) -> list[dict[str, Any]]:
    found = [*database["batch_views"].find(), *database["speed_views"].find()]
    return sorted(found, key=lambda each: str(each["_id"]))


def test_collections_get_validators_that_warn(database: Stored) -> None:
    assert "applied  0001_validators" in migrate()
    options = {each["name"]: each["options"] for each in database.list_collections()}
    for name in ("batch_views", "speed_views"):
        assert options[name]["validationAction"] == "warn"
        assert options[name]["validator"]["$jsonSchema"]["title"] == "what lambdaserve can read"
    database["batch_views"].insert_one({"view_type": "nonsense"})


def test_setting_switches_validators_to_refuse_or_removes_them(database: Stored, settings: Any) -> None:
    migrate()
    database["batch_views"].insert_one({"_id": 1, "view_type": "nonsense"})
    settings.CONTRACT_VALIDATION = "error"
    assert "applied  0001_validators" in migrate()
    with pytest.raises(WriteError, match="failed validation"):
        database["batch_views"].insert_one({"view_type": "nonsense"})
    database["batch_views"].update_one({"_id": 1}, {"$set": {"note": "an existing document may be changed"}})
    database["batch_views"].insert_one({**EXAMPLES[0]})
    settings.CONTRACT_VALIDATION = "off"
    migrate()
    database["batch_views"].insert_one({"view_type": "nonsense"})
    assert migrate() == "4 migrations: up to date\n"


def test_a_dropped_collection_is_created_again(database: Stored) -> None:
    migrate()
    database.drop_collection("speed_views")
    assert "0001_validators      outdated" in migrate("--list")
    assert "applied  0001_validators" in migrate()
    assert "speed_views" in database.list_collection_names()


def test_the_optional_migration_renames_trends_and_back(database: Stored) -> None:
    database["batch_views"].insert_many(
        [*trend_documents(3), {**trend_documents(1)[0], "view_type": "temporal_analytics"}]
    )
    assert "0004_temporal_names  optional" in migrate("--list")
    migrate()
    assert database["batch_views"].count_documents({"view_type": "temporal_trends"}) == 3
    assert "applied  0004_temporal_names" in migrate("--with", "0004")
    assert database["batch_views"].count_documents({"view_type": "temporal_analytics"}) == 4
    assert "rolled back  0004_temporal_names" in migrate("0003")
    assert database["batch_views"].count_documents({"view_type": "temporal_trends"}) == 3
    assert database["batch_views"].count_documents({"renamed_from": {"$exists": True}}) == 0


def test_zero_restores_the_collections_as_they_were(database: Stored) -> None:
    database["batch_views"].insert_many(trend_documents(3))
    database["speed_views"].insert_many([{**each, "ttl_expires_at": HOUR} for each in buckets(3)])
    before = content(database)
    migrate("--with", "0004")
    assert content(database) != before
    migrate("zero")
    assert content(database) == before
    assert records(database) == {}
    assert not any(each["options"].get("validator") for each in database.list_collections())


def test_a_run_is_recorded(database: Stored) -> None:
    database["batch_views"].insert_many(trend_documents(3))
    migrate()
    found = records(database)["0002_schema_version"]
    assert found["ended"] is True
    assert found["documents"] == 3
    assert found["host"]
    assert found["seconds"] > 0
    assert len(found["checksum"]) == 16
    assert abs(found["began_at"] - datetime.now(UTC)) < timedelta(minutes=5)
    assert LOCK not in records(database)
    assert "3 documents in" in migrate("--list")


def test_without_rewrites_leaves_out_long_work_unless_there_are_no_documents(database: Stored) -> None:
    database["batch_views"].insert_many(trend_documents(3))
    output = migrate("--without-rewrites")
    assert "pending: 0002_schema_version, 0003_expiry_dates (run manage.py migrate_views)" in output
    assert database["batch_views"].count_documents({"schema_version": 1}) == 0
    database["batch_views"].delete_many({})
    assert "4 migrations: 2 steps done; up to date\n" in migrate("--without-rewrites")


def test_a_plan_changes_nothing_and_a_check_fails_while_any_is_pending(database: Stored) -> None:
    assert "would apply 0001_validators" in migrate("--plan")
    with pytest.raises(CommandError, match="not up to date: 0001_validators, 0002"):
        migrate("--check")
    assert database.list_collection_names() == []
    migrate()
    assert migrate("--plan") == "Nothing to do\n"
    migrate("--check")
    assert "would roll back 0002_schema_version" in migrate("--plan", "0001")


def test_a_fake_run_is_only_recorded(database: Stored) -> None:
    assert "recorded  0001_validators" in migrate("--fake")
    assert database.list_collection_names() == [COLLECTION]
    assert records(database)["0002_schema_version"]["faked"] is True
    assert "faked 20" in migrate("--list")


def test_a_migration_of_another_version_is_reported(database: Stored) -> None:
    migrate()
    database[COLLECTION].insert_one({"_id": "0009_later", "ended": True})
    assert "0009_later was applied by another version" in migrate()
    with pytest.raises(CommandError, match="0009_later"):
        migrate("--check")


def test_a_wrong_name_and_an_unreachable_server_are_clear_errors(database: Stored, monkeypatch: Any) -> None:
    with pytest.raises(CommandError, match="known names are 0001_validators"):
        migrate("5")
    assert database.list_collection_names() == []
    with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=200) as unreachable:
        monkeypatch.setattr("merger.wiring.database", lambda: unreachable["x"])
        with pytest.raises(CommandError, match="MongoDB is not reachable"):
            migrate()


def test_two_hosts_at_once_run_each_migration_once(database: Stored) -> None:
    database["batch_views"].insert_many(trend_documents(1500))
    hosts = [start_process("--with", "0004") for _ in range(2)]
    outputs = [host.communicate(timeout=60)[0] for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0], outputs
    for number in ("0001", "0002", "0003", "0004"):
        assert sum(each.count(f"applied  {number}_") for each in outputs) == 1, outputs
    assert database["batch_views"].count_documents({"view_type": "temporal_analytics", "schema_version": 1}) == 1500


def test_a_killed_run_continues_to_the_same_end(database: Stored) -> None:
    database["batch_views"].insert_many(trend_documents(1500))
    before = content(database)
    host = start_process("--with", "0004")
    give_up = time.monotonic() + 30
    while not database["batch_views"].find_one({"renamed_from": {"$exists": True}}):
        assert time.monotonic() < give_up
        assert host.poll() is None
    host.kill()
    host.communicate()
    assert records(database)["0004_temporal_names"]["ended"] is False
    assert "0004_temporal_names  half done" in migrate("--list")
    with pytest.raises(CommandError, match="is running migrations"):
        migrate("--wait", "0.1")
    # Half a minute later:
    database[COLLECTION].update_one({"_id": LOCK}, {"$set": {"until": datetime.now(UTC) - timedelta(seconds=1)}})
    assert "applied  0004_temporal_names" in migrate()
    marks = {"view_type": "temporal_analytics", "renamed_from": "temporal_trends", "schema_version": 1}
    assert content(database) == [{**each, **marks} for each in before]
