"""Django's settings, as the values that the merge takes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from django.conf import settings

from merger.contract.dialects.aliases import Aliases
from merger.contract.dialects.coverage_rule import CoverageRule
from merger.contract.documents import Contract
from merger.core.boundary import Policy, Strategy


def policy() -> Policy:
    """The time boundary's rules."""
    return Policy(
        cutoff=timedelta(hours=settings.CUTOFF_HOURS),
        strategy=Strategy(settings.MERGE_STRATEGY),
        grace=settings.SPEED_TTL_GRACE,
        speed_lag_limit=settings.SPEED_LAG_LIMIT,
        batch_stale_after=settings.BATCH_STALE_AFTER,
        coverage_doubt=settings.BATCH_COVERAGE_DOUBT,
    )


def aliases() -> Aliases:
    """The contract's aliases, with the deployment's own."""
    return Aliases().with_extra(settings.CONTRACT_ALIASES)


def coverage_rule() -> CoverageRule | None:
    """How far a batch covers that names no ``covers_until``; ``None``: nobody knows.

    Raises:
        ValueError: the setting is no rule.
    """
    return CoverageRule.parse(settings.BATCH_COVERAGE) if settings.BATCH_COVERAGE else None


def configured_contract() -> Contract:
    """The contract by which this deployment reads documents."""
    return Contract(aliases(), coverage_rule())


def utc_now() -> datetime:
    """The present time, aware UTC."""
    return datetime.now(UTC)


def service_prefix() -> str:
    """Prefix of entries; services with other code, data, rules or aliases never share one."""
    rules = policy(), aliases(), coverage_rule()
    return _prefix(settings.VERSION, settings.MONGODB_URI, settings.MONGODB_DATABASE, *rules)


def data_prefix() -> str:
    """Prefix of figures, which all services of the same data share, and which outlive a version."""
    return _prefix(settings.MONGODB_URI, settings.MONGODB_DATABASE)


def _prefix(*identity: object) -> str:
    return f"lambdaserve:{hashlib.blake2b(repr(identity).encode(), digest_size=6).hexdigest()}:"
