"""Gauges of ended workers are removed, their counters are not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lambdaserve.ops.metrics.dead_workers import forget_dead_workers, is_running


def test_process_counts_as_running_until_it_ends_even_as_a_zombie() -> None:
    assert is_running(os.getpid())
    assert is_running(1)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_running(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and still in the process table
    assert sys.platform != "linux" or not is_running(child.pid)
    child.communicate()
    assert not is_running(child.pid)


def test_only_live_gauges_of_ended_processes_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    dead, own = int(ended.stdout), os.getpid()
    kept = {
        f"counter_{dead}.db",
        f"histogram_{dead}.db",
        f"counter_{own}.db",
        f"gauge_livesum_{own}.db",
    }
    for name in (*kept, f"gauge_livesum_{dead}.db", f"gauge_livemax_{dead}.db"):
        (tmp_path / name).touch()
    forget_dead_workers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == kept
    forget_dead_workers(tmp_path)
