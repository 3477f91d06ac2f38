"""Builds the findings about a healthy deployment with some things changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lambdaserve.ops.doctor.diagnosis import Examination, diagnose
from lambdaserve.ops.doctor.findings import Finding, Level, worse_than
from merger.contract.documents import Aliases
from merger.indexes.declared import compare, declared_indexes
from merger.migrations_mongo.migration import Migration
from merger.migrations_mongo.plan import Record, migration_statuses
from merger.operations.server_facts import CacheFacts, ContractSample, StoreFacts

INDEXES = declared_indexes(Aliases())
REAL = {
    name: [
        {"name": index.name, "key": dict(index.keys), "sparse": index.sparse}
        | ({"partialFilterExpression": index.only_where} if index.only_where else {})
        for index in INDEXES
        if index.collection == name
    ]
    for name in ("batch_views", "speed_views")
}


def do_nothing(_: Any) -> None:
    """Stands in for a step of a migration."""


MIGRATION = Migration("0001_first", "for a test", do_nothing, do_nothing)
APPLIED = {"0001_first": Record("0001_first", ended=True)}
VIEW = {"computed_at": "2026-03-10T02:00:00Z", "covers_until": "2026-03-10T00:00:00Z"}
SYNCED = {"synced_at": "2026-03-10T10:29:00Z", "as_of": "2026-03-10T10:29:00Z", "lag_seconds": 60, "is_lagging": False}


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
    facts: dict[str, Any] = {"version": "9", "latency": timedelta(milliseconds=1), "used": 10**6, "limit": 10**9}
    return CacheFacts(**{**facts, "policy": "allkeys-lfu", **changes})


def diagnose_with(**changes: Any) -> list[Finding]:
    """Findings about a healthy deployment with some things changed."""
    healthy: dict[str, Any] = {
        "store": store(),
        "cache": cache(),
        "indexes": compare(INDEXES, REAL),
        "migrations": migration_statuses([MIGRATION], APPLIED),
        "freshness": report(),
        "samples": {"batch_views": ContractSample(600), "speed_views": ContractSample(300)},
        "without_expiry": False,
        "drift": 0.0001,
        "disk_used": 40 * 10**9,
        "disk_total": 100 * 10**9,
    }
    return diagnose(Examination(**{**healthy, **changes}))


def assert_only_finding(changes: dict[str, Any], level: str, about: str, what: str, advice: str) -> None:
    """Asserts that the changes cause findings about one thing alone, one of them with these texts."""
    bad = worse_than(Level.OK, diagnose_with(**changes))
    matching = [each for each in bad if each.about == about and what in each.what]
    assert [each.level.value for each in matching] == [level], bad
    assert advice in matching[0].advice
    assert all(each.about == about for each in bad)
