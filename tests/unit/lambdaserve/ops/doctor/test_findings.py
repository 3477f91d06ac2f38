"""What `doctor` makes of what was found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lambdaserve.ops.doctor.findings import Examination, Finding, Level, diagnose, worse_than
from merger.contract.documents import Aliases
from merger.indexes.declared import compare, declared
from merger.migrations_mongo.migration import Migration
from merger.migrations_mongo.plan import Record, statuses
from merger.operations.server_facts import CacheFacts, ContractSample, StoreFacts

INDEXES = declared(Aliases())
REAL = {
    name: [
        {"name": index.name, "key": dict(index.keys), "sparse": index.sparse}
        for index in INDEXES
        if index.collection == name
    ]
    for name in ("batch_views", "speed_views")
}


def nothing(_: Any) -> None:
    """Does nothing."""


MIGRATION = Migration("0001_first", "for a test", nothing, nothing)
APPLIED = {"0001_first": Record("0001_first", ended=True)}
VIEW = {"computed_at": "2026-03-10T02:00:00Z", "covers_until": "2026-03-10T00:00:00Z"}
SYNCED = {"synced_at": "2026-03-10T10:29:00Z", "lag_seconds": 60, "is_lagging": False}


def report(**changes: Any) -> dict[str, Any]:
    return {
        "batch": {"sentiment": VIEW},
        "speed": {"sentiment": SYNCED},
        "freshness": {"missing": [], "warnings": []},
        **changes,
    }


def store(**changes: Any) -> StoreFacts:
    facts: dict[str, Any] = {
        "version": "8.0.4",
        "replica_set": "rs0",
        "latency": timedelta(milliseconds=1),
        "clock_ahead": timedelta(milliseconds=3),
    }
    return StoreFacts(**{**facts, **changes})


def cache(**changes: Any) -> CacheFacts:
    facts: dict[str, Any] = {"version": "9", "latency": timedelta(milliseconds=1), "used": 10**6, "most": 0}
    return CacheFacts(**{**facts, "policy": "noeviction", **changes})


def examined(**changes: Any) -> list[Finding]:
    """Findings about a healthy deployment with some things changed."""
    healthy: dict[str, Any] = {
        "store": store(),
        "cache": cache(),
        "indexes": compare(INDEXES, REAL),
        "migrations": statuses([MIGRATION], APPLIED),
        "freshness": report(),
        "samples": {"batch_views": ContractSample(600), "speed_views": ContractSample(300)},
        "without_expiry": False,
        "drift": 0.0001,
        "disk_used": 40 * 10**9,
        "disk_total": 100 * 10**9,
    }
    return diagnose(Examination(**{**healthy, **changes}))


def test_nothing_is_wrong_with_a_healthy_deployment() -> None:
    found = examined()
    assert worse_than(Level.OK, found) == []
    assert {each.about for each in found} >= {
        "settings",
        "SQL database",
        "MongoDB",
        "Redis",
        "indexes",
        "migrations",
        "batch layer",
        "speed layer",
        "coverage",
        "documents",
        "drift",
        "disk of DATA_DIR",
    }


STALE = {"missing": [], "warnings": ["batch_stale: the newest batch run is from 2026-03-01T02:00:00Z"]}
HOLE = {"start": "2026-03-10T03:00:00Z", "end": "2026-03-10T04:00:00Z"}


@pytest.mark.parametrize(
    ("changes", "level", "about", "what", "advice"),
    [
        ({"checks": [(True, "a bad one (x.E1)")]}, "problem", "settings", "a bad one", "configuration.md"),
        ({"checks": [(False, "a weak one (x.W1)")]}, "warning", "settings", "a weak one", "configuration.md"),
        ({"sql": ["access.0002"]}, "problem", "SQL database", "not migrated: access.0002", "manage.py migrate"),
        ({"sql": "refused"}, "problem", "SQL database", "does not answer: refused", "DATABASE_URL"),
        ({"store": "MongoDB is away"}, "problem", "MongoDB", "MongoDB is away", "MONGODB_URI"),
        ({"store": store(latency=timedelta(seconds=0.03))}, "warning", "MongoDB", "answers in 30.0 ms", "sooner"),
        ({"store": store(replica_set=None)}, "warning", "MongoDB", "no change streams", "edits and deletions"),
        ({"store": store(clock_ahead=timedelta(seconds=-9))}, "warning", "clock", "9 s behind this host's", "NTP"),
        ({"store": store(clock_ahead=timedelta(hours=1))}, "problem", "clock", "3600 s ahead of this", "NTP"),
        ({"store": store(disk_used=9, disk_total=10)}, "warning", "disk of MongoDB", "free of", "make room"),
        ({"cache": "Redis is away"}, "warning", "Redis", "Redis is away", "REDIS_URL"),
        ({"cache": cache(latency=timedelta(seconds=0.03))}, "warning", "Redis", "answers in 30.0 ms", "sooner"),
        ({"cache": cache(most=10**9)}, "warning", "Redis", "953.7 MB are full it refuses", "allkeys-lfu"),
        ({"indexes": "refused"}, "problem", "indexes", "refused", "rights"),
        (
            {"indexes": compare(INDEXES, {"batch_views": REAL["batch_views"]})},
            "problem",
            "indexes",
            "missing: speed_views.movie_hour, speed_views.data_type_hour",
            "manage.py create_indexes",
        ),
        (
            {"indexes": compare(declared(Aliases(), timedelta(hours=72)), REAL)},
            "warning",
            "indexes",
            "missing: speed_views.expiry; nothing that has expired is deleted",
            "manage.py create_indexes",
        ),
        (
            {"indexes": compare(INDEXES[:1], {"batch_views": [{**REAL["batch_views"][0], "sparse": True}]})},
            "problem",
            "indexes",
            "different: batch_views.movie_view",
            "--rebuild",
        ),
        (
            {"indexes": compare(INDEXES[:1], {"batch_views": REAL["batch_views"][:2]})},
            "warning",
            "indexes",
            "nobody declared batch_views.view_computed",
            "--prune",
        ),
        ({"migrations": statuses([MIGRATION], {})}, "warning", "migrations", "pending: 0001_first", "migrate_views"),
        (
            {"migrations": statuses([], APPLIED)},
            "warning",
            "migrations",
            "applied by another version: 0001_first",
            "one version",
        ),
        ({"foreign_validators": ["batch_views"]}, "warning", "validators", "batch_views has one of", "collMod"),
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
            "and 2 more intervals",
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
        ({"drift": 0.02}, "warning", "drift", "differ by 2.00%", "alerts.md"),
        ({"disk_used": 96 * 10**9}, "problem", "disk of DATA_DIR", "3.7 GB free of 93.1 GB", "make room"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(
    changes: dict[str, Any], level: str, about: str, what: str, advice: str
) -> None:
    bad = worse_than(Level.OK, examined(**changes))
    matching = [each for each in bad if each.about == about and what in each.what]
    assert [each.level.value for each in matching] == [level], bad
    assert advice in matching[0].advice
    assert all(each.about == about for each in bad)


def test_nothing_is_said_of_what_lies_behind_a_store_that_is_away() -> None:
    found = examined(store="MongoDB is away", indexes="x", freshness="x", samples="x")
    assert [each.about for each in worse_than(Level.OK, found)] == ["MongoDB"]


def test_a_finding_is_plain_data() -> None:
    assert Finding("Redis", Level.OK, "fine").as_dict() == {
        "about": "Redis",
        "level": "ok",
        "what": "fine",
        "advice": "",
    }
