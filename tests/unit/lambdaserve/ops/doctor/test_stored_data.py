"""Findings about indexes, migrations, layers, documents, expiry and drift."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from merger.contract.documents import Aliases
from merger.indexes.declared import compare, declared_indexes
from merger.migrations_mongo.plan import migration_statuses
from merger.operations.server_facts import ContractSample
from tests.unit.lambdaserve.ops.doctor.deployment import (
    APPLIED,
    INDEXES,
    MIGRATION,
    REAL,
    SYNCED,
    VIEW,
    assert_only_finding,
    report,
)

STALE = {"missing": [], "warnings": ["batch_stale: the newest batch run is from 2026-03-01T02:00:00Z"]}
HOLE = {"start": "2026-03-10T03:00:00Z", "end": "2026-03-10T04:00:00Z"}


@pytest.mark.parametrize(
    ("changes", "level", "about", "what", "advice"),
    [
        ({"indexes": "refused"}, "problem", "indexes", "refused", "rights"),
        (
            {"indexes": compare(INDEXES, {"batch_views": REAL["batch_views"]})},
            "problem",
            "indexes",
            "missing: speed_views.movie_hour, speed_views.data_type_hour",
            "manage.py create_indexes",
        ),
        (
            {"indexes": compare(declared_indexes(Aliases(), timedelta(hours=72)), REAL)},
            "warning",
            "indexes",
            "missing: speed_views.expiry; without it expired documents are never deleted",
            "manage.py create_indexes",
        ),
        (
            {"indexes": compare(INDEXES[:1], {"batch_views": [{**REAL["batch_views"][0], "sparse": True}]})},
            "problem",
            "indexes",
            "different from their declaration: batch_views.movie_view",
            "--rebuild",
        ),
        (
            {"indexes": compare(INDEXES[:1], {"batch_views": REAL["batch_views"][:2]})},
            "warning",
            "indexes",
            "not declared: batch_views.view_computed",
            "--prune",
        ),
        (
            {"migrations": migration_statuses([MIGRATION], {})},
            "warning",
            "migrations",
            "pending: 0001_first",
            "migrate_views",
        ),
        (
            {"migrations": migration_statuses([], APPLIED)},
            "warning",
            "migrations",
            "applied by another version: 0001_first",
            "the same version",
        ),
        (
            {"foreign_validators": ["batch_views"]},
            "warning",
            "validators",
            "batch_views has a validator that is not",
            "collMod",
        ),
        ({"freshness": report(batch={"sentiment": None})}, "problem", "batch layer", "no readable", "batch job"),
        (
            {"freshness": report(batch={"sentiment": VIEW, "movie_details": None})},
            "warning",
            "batch layer",
            "no document of movie_details",
            "empty",
        ),
        ({"freshness": report(freshness=STALE)}, "warning", "batch layer", "newest batch run is from", "nightly"),
        (
            {"freshness": report(speed={"sentiment": {**SYNCED, "lag_seconds": 7200, "is_lagging": True}})},
            "warning",
            "speed layer",
            "sentiment: synced 2:00:00 ago",
            "speed job",
        ),
        (
            {
                "freshness": report(
                    speed={"sentiment": {**SYNCED, "as_of": "2026-03-10T07:00:00Z", "is_lagging": True}},
                )
            },
            "warning",
            "speed layer",
            "sentiment: synced, but no new hour since 2026-03-10T07:00:00Z",
            "speed job",
        ),
        (
            {"freshness": report(speed={"sentiment": {**SYNCED, "synced_at": None}})},
            "problem",
            "speed layer",
            "no readable",
            "speed job",
        ),
        (
            {"freshness": report(freshness={"missing": [HOLE], "warnings": []})},
            "problem",
            "coverage",
            "neither layer holds 2026-03-10T03:00:00Z to 2026-03-10T04:00:00Z",
            "load_views",
        ),
        (
            {"freshness": report(freshness={"missing": [{**HOLE, "start": None}], "warnings": []})},
            "problem",
            "coverage",
            "neither layer holds anything before 2026-03-10T04:00:00Z",
            "load_views",
        ),
        (
            {"freshness": report(freshness={"missing": [HOLE] * 7, "warnings": []})},
            "problem",
            "coverage",
            "2 more intervals",
            "freshness",
        ),
        (
            {"samples": {"batch_views": ContractSample(100, {"sentiment.review_count": 3})}},
            "warning",
            "documents",
            "batch_views: 3 of 100 can't be read (3 × sentiment.review_count)",
            "check_views",
        ),
        (
            {"samples": {"speed_views": ContractSample(100, {"speed.data_type": 6})}},
            "problem",
            "documents",
            "6 of 100",
            "check_views",
        ),
        ({"without_expiry": True}, "warning", "expiry", "never deletes", "migrate_views 0003"),
        ({"drift": 0.02}, "warning", "drift", "differ in 2.00%", "alerts.md"),
    ],
)
def test_trouble_with_stored_data_is_reported_with_a_remedy(
    changes: dict[str, Any], level: str, about: str, what: str, advice: str
) -> None:
    assert_only_finding(changes, level, about, what, advice)
