"""Django system checks, which report a configuration that can't work before the first request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from merger.configuration import coverage_rule
from merger.contract.dialects.alias_faults import PARTS, alias_faults
from merger.hooks.faults import hook_faults
from merger.lineage.receiver import lineage_faults


@register
def check_boundary(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Checks that the time boundary's settings make sense."""
    found: list[CheckMessage] = []
    if settings.CUTOFF_HOURS < 1:
        found.append(Error("CUTOFF_HOURS takes a whole number of hours, 1 or more", id="merger.E001"))
    if timedelta() > settings.SPEED_TTL_GRACE:
        found.append(Error("SPEED_TTL_GRACE can't be negative", id="merger.E002"))
    return found


@register
def check_aliases(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Checks that every part of CONTRACT_ALIASES is one that the contract knows, and has an effect."""
    given: Any = settings.CONTRACT_ALIASES
    if not isinstance(given, Mapping):
        return [Error(f"CONTRACT_ALIASES takes a JSON object with any of {', '.join(PARTS)}", id="merger.E003")]
    return [Error(f"CONTRACT_ALIASES: {fault}", id="merger.E004") for fault in alias_faults(given)]


@register
def check_coverage(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Checks that BATCH_COVERAGE is a rule."""
    try:
        coverage_rule()
    except ValueError as error:
        return [Error(f"BATCH_COVERAGE: {error}", id="merger.E005")]
    return []


@register
def check_hook(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Checks that the settings of the hook fit each other."""
    return [Error(fault, id="merger.E006") for fault in hook_faults()]


@register
def check_lineage(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Checks that lineage can be recorded if it is to be."""
    return [Error(fault, id="merger.E007") for fault in lineage_faults()]
