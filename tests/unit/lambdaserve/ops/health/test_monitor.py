"""Probes: one run at a time, results that are kept, and no waiting after a failure."""

from __future__ import annotations

import threading
import time

from lambdaserve.ops.health.monitor import Probe


def test_kept_result_is_not_checked_again() -> None:
    answers = iter(["first", "second"])
    probe = Probe(lambda: next(answers), keep=60.0)
    assert [probe.wait(10), probe.wait(10)] == ["first", "first"]
    assert probe.last == "first"


def test_result_without_a_lifetime_is_computed_each_time() -> None:
    answers = iter(["first", "second"])
    probe = Probe(lambda: next(answers))
    assert [probe.wait(10), probe.wait(10)] == ["first", "second"]


def test_slow_probe_runs_once_for_all_who_wait() -> None:
    started, finish = threading.Semaphore(0), threading.Event()

    def ask() -> str:
        started.release()
        finish.wait(10)
        return "done"

    probe = Probe(ask, keep=60.0)
    assert [probe.wait(0.01) for _ in range(3)] == [None] * 3
    finish.set()
    assert probe.wait(10) == "done"
    assert started.acquire(timeout=10)
    assert not started.acquire(blocking=False), "it ran twice"


def test_after_a_failure_nothing_waits_until_the_next_success() -> None:
    """Each waiting thread could serve a cached answer instead."""
    failed, back = threading.Event(), threading.Event()

    def ask() -> str | None:
        if not failed.is_set():
            failed.set()
            return None
        back.wait(10)
        return "well"

    probe = Probe(ask)
    assert probe.wait(10) is None
    began = time.monotonic()
    assert [probe.wait(10) for _ in range(5)] == [None] * 5
    assert time.monotonic() - began < 5
    back.set()
    assert probe.start().result(10) == "well"
    assert probe.wait(10) == "well"
