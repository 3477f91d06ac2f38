"""Starts, pauses and stops the servers that are measured."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from lambdaserve.server.child_process import Child
from lambdaserve.server.embedded_stores import LOOPBACK


class ServerFailed(Exception):
    """A server can't be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server that this process started.

    Attributes:
        name: what it is called in messages and tables.
        child: its process, or the one that supervises it.
        port: where it listens on 127.0.0.1.
        headers: what every request must bring.
        database: number of its database in Redis.
        ready_after: seconds from its start until it could answer.
    """

    name: str
    child: Child
    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    database: int = 0
    ready_after: float = 0.0

    @property
    def host(self) -> str:
        return LOOPBACK

    def peak_memory(self) -> int | None:
        """Bytes that the largest of its processes ever had resident; ``None`` where the system doesn't say."""
        pids = (self.child.process.pid, *descendants(self.child.process.pid))
        return max(map(_peak_of, pids), default=0) or None


@dataclass(frozen=True, slots=True)
class Start:
    """Command and environment that start a server.

    Args:
        name: what it is called.
        command: program and arguments.
        port: where it will listen.
        environment: its whole environment.
        log: file for its output.
        is_ready: whether it answers as it should, at a port.
        patience: seconds that it may take.
    """

    name: str
    command: Sequence[str | Path]
    port: int
    environment: Mapping[str, str]
    log: Path
    is_ready: Callable[[int], bool]
    patience: float = 60.0


@contextmanager
def start_server(start: Start, headers: Mapping[str, str] | None = None, database: int = 0) -> Iterator[Server]:
    """Starts a server, waits until it is ready, and stops it after the block.

    Raises:
        ServerFailed: it did not get ready.
    """
    began = time.monotonic()
    child = Child.start(start.name, start.command, environment=start.environment, log=start.log)
    try:
        while not start.is_ready(start.port):
            if child.exit_code() is not None or time.monotonic() - began > start.patience:
                raise ServerFailed(f"{start.name} did not get ready:\n{child.log_tail(20)}")
            time.sleep(0.05)
        yield Server(start.name, child, start.port, headers or {}, database, time.monotonic() - began)
    finally:
        child.stop()


@contextmanager
def pause(servers: Sequence[Server]) -> Iterator[None]:
    """Suspends servers during the block, so that their background work does not slow the measured one."""
    groups = [server.child.process.pid for server in servers]
    _send(groups, signal.SIGSTOP)
    try:
        yield
    finally:
        _send(groups, signal.SIGCONT)


def _send(groups: Sequence[int], what: signal.Signals) -> None:
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, what)


def answers_get(path: str) -> Callable[[int], bool]:
    """Returns a check of a port: whether a GET of the path is answered with 200."""

    def ask(port: int) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask


def granian_command(target: str, port: int, *, workers: int, threads: int) -> list[str]:
    """Returns the command that serves a WSGI application with granian, as `make run` does."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"]
    command += ["--host", LOOPBACK, "--port", str(port), "--workers", str(workers)]
    return [*command, "--blocking-threads", str(threads), target]


def descendants(pid: int) -> list[int]:
    """Lists every process below this one; empty where the system doesn't say."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text(encoding="ascii").split()):
                found += [child, *descendants(child)]
    return found


def _peak_of(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
