"""A hook that is a command: without a shell, in a process group of its own, with few variables and a bounded output."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from merger.hooks.answers import LARGEST_ANSWER, HookFault

_PASSED_ON: Final = ("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER")
"""Variables of the environment that a command gets; none of them holds a secret of the service."""

_LOOK_AGAIN: Final = 0.05


@dataclass(frozen=True, slots=True)
class CommandHook:
    """A hook that is a command.

    Attributes:
        words: the program and its arguments.
    """

    words: tuple[str, ...]

    def ask(self, event_id: str, body: bytes, deadline: float) -> bytes:
        """Runs the command with an event on its standard input; returns what it printed.

        Args:
            event_id: the same for each attempt; in the variable ``WEBHOOK_ID``.
            body: the event as JSON.
            deadline: of the whole, by ``time.monotonic``; then the whole process group is killed.

        Raises:
            HookFault: it can't be started, fails, prints too much, or takes too long.
        """
        environment = {**passed_on(os.environ), "WEBHOOK_ID": event_id}
        with tempfile.TemporaryFile() as event:  # a pipe would wait for a command that doesn't read
            event.write(body)
            event.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 - no shell, and the command is the operator's setting
                    self.words, stdin=event, stdout=subprocess.PIPE, env=environment, start_new_session=True
                )
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or type(error).__name__
                raise HookFault(f"the command can't be started: {reason}") from error
        with process:
            try:
                printed = _read(process, deadline)
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)  # with all that it started
        if process.returncode:
            raise HookFault(f"the command ended with {process.returncode}")
        return printed


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that a command gets."""
    return {name: environment[name] for name in _PASSED_ON if name in environment}


def _read(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """What a command prints until it ends, even if what it started holds its output open."""
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    output, printed, is_open = process.stdout.fileno(), b"", True
    while True:
        has_ended = process.poll() is not None
        if is_open and select.select([output], [], [], 0 if has_ended else _LOOK_AGAIN)[0]:
            part = os.read(output, LARGEST_ANSWER)
            printed, is_open = printed + part, bool(part)
        elif has_ended:
            return printed
        elif not is_open:
            time.sleep(_LOOK_AGAIN)
        if len(printed) > LARGEST_ANSWER:
            raise HookFault(f"its answer is longer than {LARGEST_ANSWER:,} bytes")
        if time.monotonic() >= deadline:
            raise HookFault("it did not answer in time")
