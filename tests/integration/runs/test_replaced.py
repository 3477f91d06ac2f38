"""Documents that newer runs have replaced, on a real store."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.core.windows import DAY
from merger.runs.replaced import ReplacedDocuments
from tests.unit.merger.documents import at, batch_view
from tests.unit.merger.examples import DETAILS

NOW = at("2026-03-10 10:30")


def test_only_what_a_newer_run_has_is_deleted(database: Database[dict[str, Any]]) -> None:
    for run_id, covers, movies in (("old", NOW - 2 * DAY, (1, 2, 3)), ("new", NOW - DAY, (1, 2, 4))):
        views = [batch_view("movie_details", DETAILS, covers, movie_id=each, batch_run_id=run_id) for each in movies]
        database["batch_views"].insert_many(views)
    replaced = ReplacedDocuments(database, Contract(), lambda: Boundary(NOW))
    assert sum(replaced.delete("old", ["new"], dry_run=True)) == 2
    assert database["batch_views"].count_documents({}) == 6
    assert sum(replaced.delete("new", ["old"], dry_run=False)) == 0, "an older document replaces nothing"
    assert sum(replaced.delete("old", ["new"], dry_run=False)) == 2
    assert [each["movie_id"] for each in database["batch_views"].find({"batch_run_id": "old"})] == [3]
