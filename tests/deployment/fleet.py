"""Several copies of the service, as hosts behind a door have them, and clients that don't tire."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from lambdaserve.config.variables import VARIABLES
from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from tests.integration.serving.test_serve import ROOT, Served, descendants, served

DEADLINE = 20.0


@dataclass
class Host:
    """One copy of the service on a port that it keeps.

    Args:
        directory: of its own.
        port: where it serves.
        variables: of its environment.
        options: of its command.
    """

    directory: Path
    port: int
    variables: Mapping[str, str]
    options: Sequence[str] = ("--prepared",)
    copy: Served | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        """Address of the host itself, past the load balancer."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Starts it and waits until it serves."""
        bind = "LIVE_BIND" if "--streams" in self.options else "BIND"
        variables = {**self.variables, bind: f"{LOOPBACK}:{self.port}", "DATA_DIR": str(self.directory)}
        self.copy = self._stack.enter_context(served(self.directory, *self.options, **variables))
        self.copy.wait_until_it_serves()

    def stop(self) -> None:
        """Stops the host as an orderly restart does."""
        self._stack.close()

    def kill(self) -> None:
        """Kills all processes of the host at once, as a power cut does."""
        assert self.copy is not None
        pid = self.copy.process.pid
        for each in [pid, *descendants(pid)]:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self.copy.process.wait(timeout=10)
        self._stack.close()


@contextmanager
def hosts(directory: Path, number: int, variables: Mapping[str, str]) -> Iterator[list[Host]]:
    """Some copies, started together."""
    found = [Host(directory / f"host{each}", free_port(), variables) for each in range(number)]
    try:
        starting = [threading.Thread(target=host.start) for host in found]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        assert all(Client(host.url).ask("/api/v1/health/live").status == 200 for host in found)
        yield found
    finally:
        for host in found:
            host.stop()


def manage(variables: Mapping[str, str], *words: str) -> str:
    """Runs a command of `manage.py` and returns its output.

    Raises:
        CalledProcessError: it failed.
    """
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env={**environment, "ENV_FILE": "", **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@dataclass(frozen=True, slots=True)
class Answer:
    """Response to a client; ``status`` is 0 without a response."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Client:
    """A client at an address of its own.

    Args:
        url: of the door.
        address: its own, in 127.0.0.0/8.
        keeps: the connection, from one request to the next; ``close`` ends it.
    """

    def __init__(self, url: str, address: str = LOOPBACK, *, keeps: bool = False) -> None:
        parts = urlsplit(url)
        self._keeps = keeps
        self._connection = http.client.HTTPConnection(
            str(parts.hostname), parts.port, timeout=DEADLINE, source_address=(address, 0)
        )

    def ask(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Sends a GET and returns the response."""
        return self._asked("GET", path, None, headers or {})

    def post(self, path: str, body: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """Sends a POST of JSON and returns the response."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self._asked("POST", path, json.dumps(body).encode(), sent)

    def _asked(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        try:
            self._connection.request(method, path, body, dict(headers))
            got = self._connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        except (OSError, http.client.HTTPException):
            self.close()
            return Answer(0)
        finally:
            if not self._keeps:
                self.close()

    def close(self) -> None:
        """Closes the connection; the next request opens another."""
        self._connection.close()


class Load:
    """Clients that ask steadily, each from an address of its own, until the ``with`` is left.

    Args:
        url: of the door.
        paths: asked in turn.
        clients: how many.
        pause: seconds between two questions of one.
    """

    def __init__(self, url: str, paths: Sequence[str], clients: int = 4, pause: float = 0.02) -> None:
        self._url, self._paths, self._pause = url, paths, pause
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(clients)]
        self._lock = threading.Lock()
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        client = Client(self._url, f"127.0.1.{number + 1}", keeps=True)
        for path in itertools.cycle(self._paths):
            if self._enough.wait(self._pause):
                break
            began = time.monotonic()
            status = client.ask(path).status
            with self._lock:
                self.statuses[status] += 1
                self.slowest = max(self.slowest, time.monotonic() - began)
        client.close()
