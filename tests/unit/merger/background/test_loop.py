"""The background thread: its timer, and that it goes on after a task that failed."""

from __future__ import annotations

import logging
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from merger.background import loop
from merger.background.loop import Every, keep_running, keep_watching


def test_every_runs_at_once_and_then_once_per_interval() -> None:
    clock, ran = [0.0], list[float]()
    every = Every(60, lambda: ran.append(clock[0]), lambda: clock[0])
    for clock[0] in (0, 1, 59, 60, 61, 119, 200):
        every()
    assert ran == [0, 60, 200]


def test_every_waits_an_interval_after_a_run_that_raised() -> None:
    clock, calls = [0.0], list[float]()

    def fail() -> None:
        calls.append(clock[0])
        raise ValueError("unforeseen")

    every = Every(10, fail, lambda: clock[0])
    with pytest.raises(ValueError, match="unforeseen"):
        every()
    for clock[0] in (1, 9):
        every()
    assert calls == [0]


def test_loop_logs_a_task_that_failed_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "TICK_SECONDS", 0.001)
    ended, calls = threading.Event(), list[str]()

    def fail() -> None:
        calls.append("fail")
        raise ValueError("unforeseen")

    def end() -> None:
        calls.append("end")
        if len(calls) > 5:
            ended.set()

    watcher: Any = SimpleNamespace(tick=lambda: calls.append("tick"), stop=lambda: calls.append("stop"))
    with caplog.at_level(logging.ERROR, "merger.background.loop"):
        keep_watching(watcher, [fail, end], ended)
    assert calls == ["tick", "fail", "end"] * 2 + ["stop"]
    assert len(caplog.records) == 2


def test_no_task_begins_once_the_loop_shall_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "TICK_SECONDS", 0.001)
    ended, calls = threading.Event(), list[str]()
    keep_running([ended.set, lambda: calls.append("late")], ended)
    assert calls == []
