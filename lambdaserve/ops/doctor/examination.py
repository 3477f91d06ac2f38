"""Examination for the doctor: examines every part of a deployment, and continues if one does not answer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from lambdaserve.config.private_files import find_open
from lambdaserve.ops.doctor.diagnosis import Examination
from lambdaserve.ops.reports.freshness import current_report
from merger import wiring
from merger.errors import StoreError
from merger.indexes import server as indexing
from merger.operations import server_facts
from merger.stores.redis.link import RedisTrouble

T = TypeVar("T")


def examine() -> Examination:
    """Examines everything; takes some seconds if a part does not answer."""
    disk = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR)
    seen = Examination(
        checks=_run_checks(),
        sql=_value_or_reason(_pending_migrations),
        store=_value_or_reason(server_facts.store_facts),
        cache=_value_or_reason(server_facts.cache_facts),
        drift=_value_or(_drift_ratio, None),
        disk_used=disk.total - disk.free,
        disk_total=disk.total,
        open_files=[str(path) for path in find_open(settings.DATA_DIR)],
    )
    if isinstance(seen.store, str):
        return seen  # each further part would wait for MongoDB again
    migrator = wiring.migrator()
    return replace(
        seen,
        indexes=_value_or_reason(indexing.index_statuses),
        migrations=_value_or_reason(migrator.statuses),
        foreign_validators=_value_or(migrator.foreign_validators, []),
        freshness=_value_or_reason(current_report),
        samples=_value_or_reason(server_facts.contract_samples),
        without_expiry=_value_or(server_facts.any_without_expiry, None) if settings.SPEED_EXPIRY else None,
    )


def _run_checks() -> list[tuple[bool, str]]:
    messages = checks.run_checks(include_deployment_checks=settings.HTTPS_ONLY)
    return [(each.level >= checks.ERROR, f"{each.msg} ({each.id})") for each in messages if not each.is_silenced()]


def _pending_migrations() -> Sequence[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _drift_ratio() -> float | None:
    last = wiring.shared_drift_results().last()
    return None if last is None else last.drift.ratio


def _value_or_reason(ask: Callable[[], T]) -> T | str:
    try:
        return ask()
    except (StoreError, RedisTrouble, DatabaseError) as error:
        return str(error) or type(error).__name__


def _value_or(ask: Callable[[], T], default: T) -> T:
    value = _value_or_reason(ask)
    return default if isinstance(value, str) else value
