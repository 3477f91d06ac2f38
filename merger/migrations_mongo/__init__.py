"""Migrates batch_views and speed_views: the migrations in order, their log, the plan, and the runner.

What belongs here: a new migration as a module of its own, always last. Its name never changes after its release. It
must reach the same end however often it is restarted, so it selects only what is not done yet. Requirement
O3.
"""

from __future__ import annotations

from typing import Final

from merger.migrations_mongo import m0001_validators, m0002_schema_version, m0003_expiry_dates, m0004_temporal_names
from merger.migrations_mongo.migration import Migration

MIGRATIONS: Final[tuple[Migration, ...]] = (
    m0001_validators.MIGRATION,
    m0002_schema_version.MIGRATION,
    m0003_expiry_dates.MIGRATION,
    m0004_temporal_names.MIGRATION,
)
