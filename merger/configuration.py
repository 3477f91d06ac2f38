"""Django's settings, as the values that the merge takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from merger.contract.documents import Aliases
from merger.core.boundary import Policy, Strategy


def policy() -> Policy:
    """The time boundary's rules."""
    return Policy(
        cutoff=timedelta(hours=settings.CUTOFF_HOURS),
        strategy=Strategy(settings.MERGE_STRATEGY),
        grace=settings.SPEED_TTL_GRACE,
        speed_lag_limit=settings.SPEED_LAG_LIMIT,
        batch_stale_after=settings.BATCH_STALE_AFTER,
    )


def aliases() -> Aliases:
    """The contract's aliases, with the deployment's own."""
    return Aliases().with_extra(settings.CONTRACT_ALIASES)


def utc_now() -> datetime:
    """The present time, aware UTC."""
    return datetime.now(UTC)
