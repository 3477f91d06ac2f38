"""Finds out what ``doctor`` judges: asks every part of a deployment, and goes on where one does not answer (O3)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from lambdaserve.ops.doctor.findings import Examination
from lambdaserve.ops.reports.freshness import current_report
from merger import wiring
from merger.errors import StoreError
from merger.indexes import server as indexing
from merger.operations import server_facts as storefacts
from merger.stores.redis.link import RedisTrouble

T = TypeVar("T")


def examine() -> Examination:
    """Everything; some seconds where something does not answer."""
    disk = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR)
    found = Examination(
        checks=_checks(),
        sql=_or_reason(_pending),
        store=_or_reason(storefacts.store_facts),
        cache=_or_reason(storefacts.cache_facts),
        drift=_drift(),
        disk_used=disk.total - disk.free,
        disk_total=disk.total,
    )
    if isinstance(found.store, str):
        return found  # what follows would wait for it again and again
    migrator = wiring.migrator()
    return replace(
        found,
        indexes=_or_reason(indexing.index_statuses),
        migrations=_or_reason(migrator.statuses),
        foreign_validators=_else(migrator.foreign_validators, []),
        freshness=_or_reason(current_report),
        samples=_or_reason(storefacts.contract_samples),
        without_expiry=_else(storefacts.any_without_expiry, None) if settings.SPEED_EXPIRY else None,
    )


def _checks() -> list[tuple[bool, str]]:
    found = checks.run_checks(include_deployment_checks=settings.HTTPS_ONLY)
    return [(each.level >= checks.ERROR, f"{each.msg} ({each.id})") for each in found if not each.is_silenced()]


def _pending() -> Sequence[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _drift() -> float | None:
    try:
        last = wiring.shared_drift_results().last()
    except RedisTrouble:
        return None
    return None if last is None else last.drift.ratio


def _or_reason(ask: Callable[[], T]) -> T | str:
    try:
        return ask()
    except (StoreError, RedisTrouble, DatabaseError) as error:
        return str(error) or type(error).__name__


def _else(ask: Callable[[], T], otherwise: T) -> T:
    found = _or_reason(ask)
    return otherwise if isinstance(found, str) else found
