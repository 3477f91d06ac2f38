"""Child processes that never outlive the process that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Child:
    """A running program in a process group of its own, so that Ctrl-C reaches only its parent.

    Attributes:
        name: its name in messages.
        process: the program.
        log: file that holds its output; ``None`` if it shares its parent's.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        log: Path | None = None,
    ) -> Self:
        """Starts a program.

        Args:
            name: its name in messages.
            command: program and arguments.
            environment: its whole environment; ``None``: this process's.
            directory: its working directory; ``None``: this process's.
            log: file for its output, emptied first.

        Raises:
            OSError: the log can't be written.
        """
        if log:
            log.write_bytes(b"")
        with log.open("ab") if log else nullcontext() as output:  # appending, so that no other writer is overwritten
            process = subprocess.Popen(  # noqa: S603 - no shell, and every command is the project's own
                [sys.executable, "-I", _CHILD, str(os.getpid()), *command],
                env=environment,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
            )
        return cls(name, process, log)

    def exit_code(self) -> int | None:
        """Its exit code; ``None`` while it runs."""
        return self.process.poll()

    def log_tail(self, lines: int = 5) -> str:
        """The last lines of its log; empty if it has none."""
        if self.log is None:
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def stop(self, patience: float = 15.0) -> None:
        """Terminates it and kills what is left of its group after ``patience`` seconds."""
        if self.process.poll() is None:
            self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=patience)
        with suppress(ProcessLookupError, PermissionError):  # the group has ended, as it should
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
