"""The migrations of the two collections, in order; ``manage.py migrate_views`` runs them (O3).

A migration runs to the same end however often it is begun anew: it looks for what is still to be done. Its name never
changes once it is released, and nothing is put before it.
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
