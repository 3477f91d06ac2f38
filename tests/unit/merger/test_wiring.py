"""The wiring: who shares keys in Redis with whom."""

from __future__ import annotations

from typing import Any

from merger import wiring


def test_services_that_would_answer_differently_share_no_prefix(settings: Any) -> None:
    found = {wiring._service_prefix()}
    changes = {
        "VERSION": "another",
        "MONGODB_DATABASE": "another",
        "CUTOFF_HOURS": 2 * settings.CUTOFF_HOURS,
        "CONTRACT_ALIASES": {"payload": ["body"]},
    }
    for name, value in changes.items():
        setattr(settings, name, value)
        found.add(wiring._service_prefix())
    assert len(found) == 5
    assert all(name.startswith("lambdaserve:") for name in found)


def test_data_prefix_outlive_a_version_and_differ_by_database(settings: Any) -> None:
    before = wiring._data_prefix()
    settings.VERSION = "another"
    assert wiring._data_prefix() == before
    settings.MONGODB_DATABASE = "another"
    assert wiring._data_prefix() != before


def test_background_tasks_are_run_by_one_timer_each() -> None:
    assert all(callable(task) for task in wiring.background_tasks())
