"""The wiring: what runs beside the requests."""

from __future__ import annotations

from merger import wiring
from tests.memory_store import MemoryStore


def test_background_tasks_are_run_by_one_timer_each() -> None:
    assert all(callable(task) for task in wiring.background_tasks())


def test_answers_of_another_standpoint_are_not_sampled() -> None:
    assert wiring.service()._on_computed is not None
    assert wiring.service_apart(MemoryStore(), ())._on_computed is None
