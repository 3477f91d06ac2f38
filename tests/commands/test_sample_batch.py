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
    said = run("sample_batch")
    held = documents(database, "batch_views")
    read = Contract().read(batch=held.values())
    counts = Counter(document.view_type for document in read.batch)
    assert read.skipped == ()
    assert set(counts) == set(VIEWS)
    assert f"wrote {len(held):,} documents" in said
    assert all(f"{count:,} {view_type}" in said for view_type, count in counts.items())


def test_its_world_began_45_days_ago_at_midnight(database: Stored) -> None:
    run("sample_batch", "--seed", "5")
    world = database.sample_world.find_one({"_id": "world"})
    assert world is not None
    assert floor_day(timezone.now()) - world.pop("epoch") in (45 * DAY, 46 * DAY)
    assert world == {"_id": "world", "seed": 5, "scale": 0.02}


def test_a_second_run_with_nothing_new_does_nothing(database: Stored) -> None:
    run("sample_batch")
    held = documents(database, "batch_views")
    assert "already covers" in run("sample_batch")
    assert documents(database, "batch_views") == held


def test_a_later_run_moves_the_coverage_and_keeps_the_days_before(database: Stored) -> None:
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


def test_two_runs_end_where_one_does(database: Stored) -> None:
    first, second = yesterday_at(5), yesterday_at(21)
    run("sample_batch", "--covers-until", first.isoformat())
    run("sample_batch", "--covers-until", second.isoformat())
    in_two = {key: document["data"] for key, document in documents(database, "batch_views").items()}
    database.drop_collection("batch_views")
    run("sample_batch", "--covers-until", second.isoformat())
    assert in_two == {key: document["data"] for key, document in documents(database, "batch_views").items()}


def test_a_run_that_was_broken_off_is_made_up_for(database: Stored) -> None:
    run("sample_batch")
    whole = documents(database, "batch_views")
    database.sample_world.delete_one({"_id": "batch"})
    database.batch_views.delete_many({"view_type": {"$in": ["temporal_analytics", "actor_collaboration"]}})
    run("sample_batch")
    assert documents(database, "batch_views").keys() == whole.keys()


def test_ctrl_c_ends_it_without_a_traceback(database: Stored) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sample_batch", "--scale", "0.5"],
        cwd=ROOT,
        env=dict(os.environ),
        stderr=subprocess.PIPE,
        text=True,
    )
    # Its world is stored first; after that it reads the stream for seconds.
    assert eventually(lambda: database.sample_world.find_one({"_id": "world"}) is not None)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=15)
    assert process.returncode == 130
    assert "interrupted; run it again" in err
    assert "Traceback" not in err


def test_documents_of_others_are_left_alone(database: Stored) -> None:
    foreign = {"_id": "theirs", "movie_id": 11, "view_type": "movie_details", "data": {"title": "Other"}}
    database.batch_views.insert_one(foreign)
    run("sample_batch")
    assert documents(database, "batch_views")["theirs"] == foreign


@pytest.mark.parametrize("option", [("--seed", "9"), ("--scale", "0.5")])
def test_it_refuses_to_make_another_world_of_the_one_that_is_there(database: Stored, option: tuple[str, str]) -> None:
    run("sample_batch")
    with pytest.raises(CommandError, match="a database holds one world"):
        run("sample_batch", *option)
    run("sample_batch", "--seed", "1", "--scale", "0.02")


def test_it_refuses_to_take_coverage_away(database: Stored) -> None:
    run("sample_batch", "--covers-until", yesterday_at(12).isoformat())
    with pytest.raises(CommandError, match="would take something away"):
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
def test_it_says_what_is_wrong_with_a_time(time: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("sample_batch", "--covers-until", time)


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "11"])
def test_it_says_what_is_wrong_with_a_scale_and_stores_nothing(database: Stored, scale: str) -> None:
    with pytest.raises(CommandError, match="above 0 and at most 10"):
        run("sample_batch", "--scale", scale)
    assert database.list_collection_names() == []


def test_a_world_that_cannot_be_read_is_an_error_and_not_a_crash(database: Stored) -> None:
    database.sample_world.insert_one({"_id": "world", "epoch": "once upon a time", "seed": 1, "scale": 1})
    with pytest.raises(CommandError, match="no sample world like that"):
        run("sample_batch")


def test_the_nightly_run_takes_until_two_in_the_morning() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert nightly_cut(midnight + timedelta(hours=1, minutes=59)) == midnight - DAY
    assert nightly_cut(midnight + 2 * HOUR) == midnight
