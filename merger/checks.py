"""Django system checks, which report a configuration that can't work before the first request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_ALIAS_KEYS = {
    "payload": list,
    "flat_views": list,
    "view_types": Mapping,
    "speed_type_keys": list,
    "fields": Mapping,
}


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
    """Checks that CONTRACT_ALIASES has the parts and types that the contract knows."""
    given: Any = settings.CONTRACT_ALIASES
    known = ", ".join(_ALIAS_KEYS)
    if not isinstance(given, Mapping):
        return [Error(f"CONTRACT_ALIASES takes a JSON object with any of {known}", id="merger.E003")]
    return [
        Error(
            f"CONTRACT_ALIASES: {key!r} is {'of the wrong type' if key in _ALIAS_KEYS else 'unknown'}; "
            f"it takes any of {known}, lists and objects of strings",
            id="merger.E004",
        )
        for key, value in given.items()
        if key not in _ALIAS_KEYS or not _is_of(_ALIAS_KEYS[key], value)
    ]


def _is_of(kind: Any, value: Any) -> bool:
    if not isinstance(value, kind):
        return False
    parts = [*value.keys(), *value.values()] if isinstance(value, Mapping) else value
    return all(isinstance(part, str) for part in parts)
