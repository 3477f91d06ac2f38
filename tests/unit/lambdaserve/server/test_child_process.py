"""Child processes: output, exit code, and an end that includes all that they started."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from lambdaserve.server.child_process import Child


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip()) and not found.stdout.startswith("Z")


def run(script: str, log: Path, **environment: str) -> Child:
    """Runs a Python script as a child until it ends."""
    child = Child.start(
        "script", [sys.executable, "-c", script], environment=environment or None, directory=log.parent, log=log
    )
    child.process.wait(timeout=30)
    return child


def test_log_holds_the_output_of_this_start_only(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("an earlier start\n")
    child = run("import sys; print('out'); sys.stdout.flush(); print('error', file=sys.stderr); sys.exit(3)", log)
    assert child.exit_code() == 3
    assert log.read_text() == "out\nerror\n"
    assert child.log_tail(1) == "error"


def test_log_tail_shows_text_that_is_not_utf_8(tmp_path: Path) -> None:
    child = run(r"import sys; sys.stdout.buffer.write(b'a\n\xff\n')", tmp_path / "log")
    assert child.log_tail() == "a\n\ufffd"


def test_child_gets_its_environment_and_directory(tmp_path: Path) -> None:
    script = "import os; print(os.environ['NAME'], os.getcwd(), 'HOME' in os.environ)"
    child = run(script, tmp_path / "log", NAME="given")
    assert child.log_tail() == f"given {tmp_path} False"


def test_child_without_a_log_has_no_log_tail() -> None:
    child = Child.start("script", [sys.executable, "-c", ""])
    assert child.process.wait(timeout=30) == 0
    assert child.log_tail() == ""


def test_stop_kills_a_program_that_ignores_sigterm_and_all_that_it_started(tmp_path: Path) -> None:
    stubborn = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    log = tmp_path / "log"
    child = Child.start("stubborn", [sys.executable, "-c", stubborn], log=log)
    while not log.read_text():
        time.sleep(0.02)
    child.stop(patience=0.5)
    assert child.exit_code() == -9
    assert not is_running(int(log.read_text()))
