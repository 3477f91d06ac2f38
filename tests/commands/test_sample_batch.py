"""`manage.py sample_batch`: complete, repeatable, and careful with other producers' documents."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.utils import timezone

from merger.contract.documents import Contract
from merger.contract.payloads import VIEWS
from merger.core.windows import DAY, HOUR, floor_day
from sample_data.management.commands.sample_batch import nightly_cut
from tests.commands.sample import ROOT, Stored, documents, eventually, run


@pytest.fixture(autouse=True)
def _small_world(settings: Any) -> None:
    settings.SAMPLE_SCALE = 0.02


def yesterday_at(hour: int) -> datetime:
    return floor_day(timezone.now()) - DAY + hour * HOUR


def test_it_fills_an_empty_database_with_all_five_view_types(database: Stored) -> None:
    output = run("sample_batch")
    stored = documents(database, "batch_views")
    read = Contract().read(batch=stored.values())
    counts = Counter(document.view_type for document in read.batch)
    assert read.skipped == ()
    assert set(counts) == set(VIEWS)
    assert f"wrote {len(stored):,} documents" in output
    assert all(f"{count:,} {view_type}" in output for view_type, count in counts.items())


def test_its_world_began_45_days_ago_at_midnight(database: Stored) -> None:
    run("sample_batch", "--seed", "5")
    world = database.sample_world.find_one({"_id": "world"})
    assert world is not None
    assert floor_day(timezone.now()) - world.pop("epoch") in (45 * DAY, 46 * DAY)
    assert world == {"_id": "world", "seed": 5, "scale": 0.02, "favours_people": True}


def test_a_second_run_with_nothing_new_does_nothing(database: Stored) -> None:
    run("sample_batch")
    stored = documents(database, "batch_views")
    assert "already covers" in run("sample_batch")
    assert documents(database, "batch_views") == stored


def test_a_later_run_extends_the_coverage_and_keeps_earlier_days(database: Stored) -> None:
    first, second = yesterday_at(0) - DAY, yesterday_at(7)
    run("sample_batch", "--covers-until", first.isoformat())
    before = documents(database, "batch_views")
    run("sample_batch", "--covers-until", second.isoformat())
    after = documents(database, "batch_views")
    assert before.keys() <= after.keys()
    moved = {document["covers_until"] for document in after.values() if "date" not in document["data"]}
    assert moved == {second}
    kept = {key for key, document in after.items() if document["covers_until"] == first}
    assert kept == {key for key, document in before.items() if "date" in document["data"]}


def test_two_runs_write_the_same_as_one(database: Stored) -> None:
    first, second = yesterday_at(5), yesterday_at(21)
    run("sample_batch", "--covers-until", first.isoformat())
    run("sample_batch", "--covers-until", second.isoformat())
    in_two = {key: document["data"] for key, document in documents(database, "batch_views").items()}
    database.drop_collection("batch_views")
    run("sample_batch", "--covers-until", second.isoformat())
    assert in_two == {key: document["data"] for key, document in documents(database, "batch_views").items()}


def test_an_interrupted_run_is_completed_by_the_next(database: Stored) -> None:
    run("sample_batch")
    whole = documents(database, "batch_views")
    database.sample_world.delete_one({"_id": "batch"})
    database.batch_views.delete_many({"view_type": {"$in": ["temporal_analytics", "actor_collaboration"]}})
    run("sample_batch")
    assert documents(database, "batch_views").keys() == whole.keys()


def test_ctrl_c_ends_the_command_without_a_traceback(database: Stored) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sample_batch", "--scale", "0.5"],
        cwd=ROOT,
        env=dict(os.environ),
        stderr=subprocess.PIPE,
        text=True,
    )
    # The command stores its world first, and then reads the stream for seconds.
    assert eventually(lambda: database.sample_world.find_one({"_id": "world"}) is not None)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=15)
    assert process.returncode == 130
    assert "interrupted; run the command again" in err
    assert "Traceback" not in err


def test_documents_of_other_producers_are_left_alone(database: Stored) -> None:
    foreign = {"_id": "theirs", "movie_id": 11, "view_type": "movie_details", "data": {"title": "Other"}}
    database.batch_views.insert_one(foreign)
    run("sample_batch")
    assert documents(database, "batch_views")["theirs"] == foreign


@pytest.mark.parametrize("option", [("--seed", "9"), ("--scale", "0.5")])
def test_another_seed_or_scale_is_refused(database: Stored, option: tuple[str, str]) -> None:
    run("sample_batch")
    with pytest.raises(CommandError, match="a database can hold only one world"):
        run("sample_batch", *option)
    run("sample_batch", "--seed", "1", "--scale", "0.02")


def test_an_earlier_cut_than_the_last_is_refused(database: Stored) -> None:
    run("sample_batch", "--covers-until", yesterday_at(12).isoformat())
    with pytest.raises(CommandError, match="would cover less"):
        run("sample_batch", "--covers-until", yesterday_at(11).isoformat())


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("2999-01-01", "not in the future"),
        ("2001-01-01T00:00Z", "when the stream begins"),
        ("2026-11-24T10:30", "not on the hour"),
        ("soon", "not a time"),
    ],
)
def test_a_wrong_time_is_refused_with_the_reason(time: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("sample_batch", "--covers-until", time)


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "11"])
def test_a_wrong_scale_is_refused_and_nothing_is_stored(database: Stored, scale: str) -> None:
    with pytest.raises(CommandError, match="above 0 and at most 10"):
        run("sample_batch", "--scale", scale)
    assert database.list_collection_names() == []


def test_an_unreadable_world_is_a_clear_error(database: Stored) -> None:
    database.sample_world.insert_one({"_id": "world", "epoch": "once upon a time", "seed": 1, "scale": 1})
    with pytest.raises(CommandError, match="the sample world in this database can't be read"):
        run("sample_batch")


def test_the_nightly_run_counts_from_two_in_the_morning() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert nightly_cut(midnight + timedelta(hours=1, minutes=59)) == midnight - DAY
    assert nightly_cut(midnight + 2 * HOUR) == midnight
