"""The wiring: what runs beside the requests."""

from __future__ import annotations

from merger import wiring


def test_background_tasks_are_run_by_one_timer_each() -> None:
    assert all(callable(task) for task in wiring.background_tasks())
