"""`manage.py sample_speed`: past hours, and following the open one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.utils import timezone

from merger.contract.documents import Contract
from merger.contract.payloads import SPEED_TYPES
from merger.core.windows import HOUR, floor_hour
from tests.commands.sample import ROOT, Stored, documents, eventually, run


@pytest.fixture(autouse=True)
def _small_world(settings: Any) -> None:
    settings.SAMPLE_SCALE = 0.02


@pytest.fixture
def following(database: Stored) -> Iterator[subprocess.Popen[str]]:
    """``sample_speed --follow`` in a process of its own, after it has caught up."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sample_speed", "--hours", "2", "--follow", "--interval", "1"],
        cwd=ROOT,
        env={**os.environ, "SAMPLE_SCALE": "0.02", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Following"):
            break
    yield process
    process.kill()
    process.communicate()


def newest_stamp(database: Stored) -> Any:
    return max(document["synced_at"] for document in documents(database, "speed_views").values())


def test_it_writes_two_days_of_all_three_data_types_up_to_now(database: Stored) -> None:
    before = timezone.now()
    output = run("sample_speed")
    stored = documents(database, "speed_views")
    read = Contract().read(speed=stored.values())
    assert read.skipped == ()
    assert f"Wrote {len(stored):,} documents" in output
    for data_type in SPEED_TYPES:
        hours = {document.hour for document in read.speed_of(data_type)}
        assert min(hours) in (floor_hour(before) - 48 * HOUR, floor_hour(before) - 47 * HOUR)
        assert len(hours) >= 48
    assert newest_stamp(database) >= before.replace(microsecond=0)


def test_past_hours_are_stamped_after_their_end(database: Stored) -> None:
    before = timezone.now()
    run("sample_speed", "--hours", "5")
    stored = documents(database, "speed_views").values()
    newest = max(document["hour"] for document in stored)
    assert all(d["synced_at"] >= d["hour"] + HOUR for d in stored if d["hour"] < newest)
    assert all(d["synced_at"] >= before.replace(microsecond=0) for d in stored if d["hour"] == newest)


def test_a_second_run_leaves_complete_hours_alone(database: Stored) -> None:
    run("sample_speed", "--hours", "6")
    before = documents(database, "speed_views")
    run("sample_speed", "--hours", "6")
    after = documents(database, "speed_views")
    newest = max(document["hour"] for document in before.values())
    assert before.keys() <= after.keys()
    assert all(after[key] == document for key, document in before.items() if document["hour"] < newest)


def test_it_uses_the_world_of_the_batch_job(database: Stored) -> None:
    run("sample_batch", "--seed", "7", "--scale", "0.01")
    run("sample_speed", "--hours", "3")
    movies = {
        document["movie_id"]
        for document in documents(database, "batch_views").values()
        if document["view_type"] == "movie_details"
    }
    stored = documents(database, "speed_views").values()
    assert {document["movie_id"] for document in stored if "heartbeat" not in document} <= movies


def test_documents_of_other_producers_are_left_alone(database: Stored) -> None:
    foreign = {"_id": "theirs", "movie_id": 11, "hour": "today"}
    database.speed_views.insert_one(foreign)
    run("sample_speed", "--hours", "1")
    assert documents(database, "speed_views")["theirs"] == foreign


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [("--hours", "0", "from 1 to 1080"), ("--hours", "1081", "from 1 to 1080"), ("--interval", "0.5", "at least 1")],
)
def test_a_wrong_option_is_refused_with_the_reason(option: str, value: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("sample_speed", option, value)


def test_an_unreachable_mongodb_is_a_clear_error() -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "sample_speed"],
        cwd=ROOT,
        env={**os.environ, "MONGODB_URI": "mongodb://127.0.0.1:1", "MONGODB_TIMEOUT": "0.5"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "MongoDB is not reachable" in ended.stderr
    assert "MONGODB_URI" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_following_keeps_the_layer_current(database: Stored, following: subprocess.Popen[str]) -> None:
    first = newest_stamp(database)
    assert eventually(lambda: newest_stamp(database) > first)
    assert following.poll() is None


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_following_cleanly(following: subprocess.Popen[str], stop: signal.Signals) -> None:
    following.send_signal(stop)
    out, err = following.communicate(timeout=15)
    assert following.returncode == 0
    assert "Stopped" in out
    assert "Traceback" not in err
