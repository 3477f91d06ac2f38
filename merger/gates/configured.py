"""The limits that this deployment's settings state."""

from __future__ import annotations

from django.conf import settings

from merger.gates.limits import Limits


def configured_limits() -> Limits:
    """The gates' thresholds from Django's settings."""
    return Limits(
        documents_lost=settings.GATE_DOCUMENTS_LOST,
        documents_gained=settings.GATE_DOCUMENTS_GAINED,
        nulls=settings.GATE_NULLS,
        violations=settings.GATE_VIOLATIONS,
        vanished=settings.GATE_VANISHED,
        distribution=settings.GATE_DISTRIBUTION,
        level=settings.GATE_LEVEL,
        facts=settings.GATE_FACTS,
        closed_days=settings.GATE_CLOSED_DAYS,
        coverage_lost=settings.GATE_COVERAGE_LOST,
    )
