"""Django's settings as the values that the merge takes."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from merger.configuration import aliases, configured_contract, data_prefix, policy, service_prefix, utc_now
from merger.contract.dialects.coverage_rule import CoverageRule
from merger.core.boundary import Strategy


def test_policy_follows_the_settings(settings: Any) -> None:
    settings.CUTOFF_HOURS, settings.MERGE_STRATEGY = 36, next(iter(Strategy)).value
    settings.SPEED_LAG_LIMIT, settings.BATCH_COVERAGE_DOUBT = timedelta(minutes=7), timedelta(hours=2)
    found = policy()
    assert found.cutoff == timedelta(hours=36)
    assert found.strategy is next(iter(Strategy))
    assert found.speed_lag_limit == timedelta(minutes=7)
    assert found.coverage_doubt == timedelta(hours=2)


def test_aliases_are_extended_by_the_settings(settings: Any) -> None:
    settings.CONTRACT_ALIASES = {"speed_type_keys": ["kind"]}
    assert "kind" in aliases().speed_type_keys
    assert "data_type" in aliases().speed_type_keys


def test_present_time_is_aware_utc() -> None:
    assert utc_now().tzinfo is UTC


def test_the_contract_has_the_deployments_names_and_its_rule_for_coverage(settings: Any) -> None:
    settings.CONTRACT_ALIASES, settings.BATCH_COVERAGE = {"payload": ["body"]}, "day"
    found = configured_contract()
    assert "body" in found.aliases.payload
    assert found.coverage == CoverageRule(to_day=True)
    settings.BATCH_COVERAGE = ""
    assert configured_contract().coverage is None


def test_services_that_would_answer_differently_share_no_prefix(settings: Any) -> None:
    found = {service_prefix()}
    changes = {
        "VERSION": "another",
        "MONGODB_DATABASE": "another",
        "CUTOFF_HOURS": 2 * settings.CUTOFF_HOURS,
        "CONTRACT_ALIASES": {"payload": ["body"]},
    }
    for name, value in changes.items():
        setattr(settings, name, value)
        found.add(service_prefix())
    assert len(found) == 5
    assert all(name.startswith("lambdaserve:") for name in found)


def test_data_prefix_outlives_a_version_and_differs_by_database(settings: Any) -> None:
    before = data_prefix()
    settings.VERSION = "another"
    assert data_prefix() == before
    settings.MONGODB_DATABASE = "another"
    assert data_prefix() != before
