"""Django's settings as the values that the merge takes."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from merger.configuration import aliases, policy, utc_now
from merger.core.boundary import Strategy


def test_policy_follows_the_settings(settings: Any) -> None:
    settings.CUTOFF_HOURS, settings.MERGE_STRATEGY = 36, next(iter(Strategy)).value
    settings.SPEED_LAG_LIMIT = timedelta(minutes=7)
    found = policy()
    assert found.cutoff == timedelta(hours=36)
    assert found.strategy is next(iter(Strategy))
    assert found.speed_lag_limit == timedelta(minutes=7)


def test_aliases_are_extended_by_the_settings(settings: Any) -> None:
    settings.CONTRACT_ALIASES = {"speed_type_keys": ["kind"]}
    assert "kind" in aliases().speed_type_keys
    assert "data_type" in aliases().speed_type_keys


def test_present_time_is_aware_utc() -> None:
    assert utc_now().tzinfo is UTC
