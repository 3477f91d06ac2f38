"""Listing batch runs, on a real store."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from merger.contract.documents import Contract
from merger.core.windows import DAY, HOUR
from merger.layers.publication import PUBLISHED
from merger.runs.listing import RunLister
from tests.unit.merger.documents import at, batch_view
from tests.unit.merger.examples import DETAILS

NOW = at("2026-03-10 10:30")


def test_runs_are_listed_newest_first_with_what_they_hold(database: Database[dict[str, Any]]) -> None:
    for run_id, covers, movies in ((7, NOW - 2 * DAY, (1, 2, 3)), ("new", NOW - DAY, (1, 2))):
        views = [batch_view("movie_details", DETAILS, covers, movie_id=each, batch_run_id=run_id) for each in movies]
        database["batch_views"].insert_many(views)
    records = [{"batch_run_id": "new", "status": PUBLISHED}, {"batch_run_id": "empty", "status": "running"}]
    runs = RunLister(database, Contract()).list(records)
    assert [(run.run_id, run.status, run.is_visible, run.total, run.computed_at) for run in runs] == [
        ("new", "published", True, 2, NOW - DAY + HOUR),
        (7, None, False, 3, NOW - 2 * DAY + HOUR),
        ("empty", "running", False, 0, None),
    ]
