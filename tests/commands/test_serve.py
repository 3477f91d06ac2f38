"""``manage.py serve`` says what keeps it from running, and goes on where nobody can read what it says.

Requirement F6.
"""

from __future__ import annotations

import errno
import io
import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from lambdaserve.server.supervisor import Supervisor


class Unwritable(io.StringIO):
    """An output on a full disk."""

    tries = 0

    def write(self, text: str) -> int:
        self.tries += 1
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serves nothing, from a directory of its own, and leaves this process's signals alone."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def test_a_full_disk_at_the_start_is_said_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Supervisor, "serve", fail)
    with pytest.raises(CommandError, match=r"^the service can't go on: .*No space left on device"):
        call_command("serve")


def test_it_goes_on_where_its_output_can_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[str] = []

    def serve(supervisor: Supervisor, **_: Any) -> None:
        supervisor.say("a line")
        served.append("on")

    monkeypatch.setattr(Supervisor, "serve", serve)
    output = Unwritable()
    call_command("serve", stdout=output)
    assert (served, output.tries) == (["on"], 1)
