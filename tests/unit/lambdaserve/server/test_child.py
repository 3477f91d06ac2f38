"""``child.py`` becomes the given program and ends it with the process that started it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lambdaserve.server import child
from tests.unit.lambdaserve.server.test_child_process import is_running

ROOT = Path(__file__).resolve().parents[4]
CHILD = str(Path(child.__file__))
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")


def test_program_gets_its_arguments_and_its_exit_code_is_passed_on() -> None:
    script = "import sys; print(sys.argv[1:]); sys.exit(3)"
    command = [sys.executable, "-I", CHILD, str(os.getpid()), sys.executable, "-c", script, "a b", "-x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "['a b', '-x']\n")


@linux_only
def test_program_is_not_started_for_a_parent_that_has_ended() -> None:
    command = [sys.executable, "-I", CHILD, "1", sys.executable, "-c", "print('started')"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


@linux_only
def test_child_ends_when_its_parent_is_killed() -> None:
    parent = (
        "import sys, time\n"
        "from lambdaserve.server.child_process import Child\n"
        "child = Child.start('sleeper', [sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert is_running(pid)
        process.kill()
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(pid)
