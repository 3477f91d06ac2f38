"""The wiring: who shares keys in Redis with whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from merger import wiring
from merger.configuration import aliases, policy


def test_services_that_would_answer_differently_share_no_namespace(settings: Any) -> None:
    rules, names = policy(), aliases()
    found = {wiring._namespace(rules, names)}
    found.add(wiring._namespace(replace(rules, cutoff=2 * rules.cutoff), names))
    found.add(wiring._namespace(rules, names.with_extra({"payload": ["body"]})))
    for name in ("VERSION", "MONGODB_DATABASE"):
        setattr(settings, name, "another")
        found.add(wiring._namespace(rules, names))
    assert len(found) == 5
    assert all(name.startswith("lambdaserve:") for name in found)


def test_figures_outlive_a_version_and_differ_by_database(settings: Any) -> None:
    before = wiring._figures()
    settings.VERSION = "another"
    assert wiring._figures() == before
    settings.MONGODB_DATABASE = "another"
    assert wiring._figures() != before


def test_background_tasks_are_run_by_one_timer_each() -> None:
    assert all(callable(task) for task in wiring.background_tasks())
