"""Commands, as real processes: what they get, what they may print, and that nothing of them stays."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from merger.hooks.answers import HookFault
from merger.hooks.command_hook import CommandHook, passed_on


def ask(program: str, *arguments: str, seconds: float = 10, body: bytes = b"{}") -> bytes:
    hook = CommandHook((sys.executable, "-c", program, *arguments))
    return hook.ask("msg_1", body, time.monotonic() + seconds)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not reaped doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def gone(file: Path) -> bool:
    """Whether the process whose id a file holds ends within two seconds."""
    pid, until = int(file.read_text()), time.monotonic() + 2
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(pid)


def test_it_gets_the_event_and_its_output_is_the_answer() -> None:
    body = json.dumps({"data": "x" * 300_000}).encode()
    program = "import sys, json; print(len(json.load(sys.stdin)['data']))"
    assert ask(program, body=body) == b"300000\n"


def test_it_need_not_read_the_event() -> None:
    assert ask("", body=b"x" * 300_000) == b""


def test_words_reach_it_as_they_are_without_a_shell() -> None:
    assert ask("import sys; print(sys.argv[1])", "$(id); `id` > /dev/null") == b"$(id); `id` > /dev/null\n"


def test_its_environment_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "MONGODB_URI", "API_KEY_PEPPER", "RUN_HOOK_SECRET", "HTTPS_PROXY", "PYTHONPATH"):
        monkeypatch.setenv(name, "a secret")
    seen = json.loads(ask("import os, json; print(json.dumps(dict(os.environ)))"))
    assert "a secret" not in seen.values()
    assert seen["PATH"] == os.environ["PATH"]
    assert seen["WEBHOOK_ID"] == "msg_1"
    assert passed_on({"PATH": "/bin", "SECRET_KEY": "x"}) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("raise SystemExit(3)", "ended with 3"),
        ("import os; os.kill(os.getpid(), 9)", "ended with -9"),
        ("print('x' * 70_000)", "longer than 65,536 bytes"),
        ("while True: print('x' * 1000)", "longer than 65,536 bytes"),
    ],
)
def test_failures_are_faults(program: str, message: str) -> None:
    with pytest.raises(HookFault, match=message):
        ask(program)


@pytest.mark.parametrize("words", [("/nowhere/at-all",), ("/",)])
def test_a_command_that_cannot_be_started_is_a_fault(words: tuple[str, ...]) -> None:
    with pytest.raises(HookFault, match="can't be started"):
        CommandHook(words).ask("msg_1", b"{}", time.monotonic() + 5)


STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, 1); time.sleep(60)"])
open(sys.argv[1], "w").write(str(os.getpid()))
open(sys.argv[2], "w").write(str(child.pid))
{then}
"""


def test_at_the_timeout_it_and_what_it_started_are_killed(tmp_path: Path) -> None:
    began, files = time.monotonic(), (tmp_path / "own", tmp_path / "child")
    with pytest.raises(HookFault, match="did not answer in time"):
        ask(STUBBORN.format(then="time.sleep(60)"), *map(str, files), seconds=1.5)
    assert time.monotonic() - began < 4
    assert [gone(file) for file in files] == [True, True]


def test_what_it_leaves_behind_holds_nothing_and_is_killed(tmp_path: Path) -> None:
    began, files = time.monotonic(), (tmp_path / "own", tmp_path / "child")
    assert ask(STUBBORN.format(then="print('{}')"), *map(str, files), seconds=30) == b"{}\n"
    assert time.monotonic() - began < 10
    assert gone(files[1])


def test_a_command_that_closes_its_output_and_stays_is_killed() -> None:
    began: Any = time.monotonic()
    with pytest.raises(HookFault, match="in time"):
        ask("import os, time; os.close(1); time.sleep(60)", seconds=0.5)
    assert time.monotonic() - began < 4
