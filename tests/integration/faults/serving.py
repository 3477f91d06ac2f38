"""Faults of servers under load: killed, without room on their disk, beside other hosts, and beside slow clients."""

from __future__ import annotations

import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.harness.servers import start_server
from benchmarks.harness.service import prepare, service_start
from lambdaserve.server.embedded_stores import LOOPBACK
from tests.integration.faults.figures import Key
from tests.integration.faults.load import Caller
from tests.integration.faults.stage import WORKERS, Stage
from tests.releases import newer_release, release_ahead

_PATIENCE = 20.0

_REACHES_ALL = 16
"""Connections of which at least one goes to each worker, but for one time in thirty thousand."""

AHEAD = 86_400
"""Seconds by which the other host's clock is ahead: it lives in the next day already."""

SLOW_BODIES = 40
"""More than both workers have places for."""

_ASKS_EVERY, _SENDS_EVERY = 0.05, 0.5
"""Seconds between two requests to the other host, and between two bytes of a slow body."""

_HEAD = (
    f"POST /api/v1/auth/token HTTP/1.1\r\nHost: {LOOPBACK}\r\n"
    "Content-Type: application/json\r\nContent-Length: 900\r\n\r\n"
)


class NotMended(Exception):
    """The server or a worker did not come back."""


def kill_a_worker(stage: Stage) -> None:
    os.kill(stage.worker_pids()[0], signal.SIGKILL)


def wait_for_workers(stage: Stage) -> None:
    """Waits until there are as many workers as before.

    Raises:
        NotMended: there are not.
    """
    deadline = time.monotonic() + _PATIENCE
    while len(stage.worker_pids()) < WORKERS:
        if stage.server.child.exit_code() is not None:
            raise NotMended(f"the server ended: {stage.server.child.log_tail()}")
        if time.monotonic() > deadline:
            raise NotMended(f"{len(stage.worker_pids())} of {WORKERS} workers after {_PATIENCE:g} s")
        time.sleep(0.05)


def fill_disk(stage: Stage) -> None:
    """Keeps all files of the server from growing, and asks for what has no meters yet; the stores have other disks."""
    for pid in stage.server_pids():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    for path in ("/", "/about/", "/api/schema/", "/api/v1/nothing", "/api/v1/trending/movies?wrong=1"):
        caller = Caller(stage.server.port)
        caller.ask(Key.CACHED, path)
        caller.close()


def make_room(stage: Stage) -> None:
    """Lets the files grow again.

    Raises:
        NotMended: a process ended meanwhile.
    """
    for pid in stage.server_pids():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if stage.server.child.exit_code() is not None or len(stage.worker_pids()) < WORKERS:
        raise NotMended(f"the full disk ended a process: {stage.server.child.log_tail()}")


def keep_requests_waiting(stage: Stage) -> None:
    """Keeps some requests in progress all the time."""
    stage.to_mongo.delay = 0.05


def give_everywhere(stage: Stage) -> None:
    """Has every worker serve every cached answer: separate connections reach each worker sooner or later."""
    for path in stage.questions.cached:
        for _ in range(_REACHES_ALL):
            caller = Caller(stage.server.port)
            caller.ask(Key.CACHED, path)
            caller.close()


def ask_to_end(stage: Stage) -> None:
    stage.server.child.process.terminate()


def wait_for_the_end(stage: Stage) -> None:
    """Waits until the server is gone.

    Raises:
        NotMended: it is not, or it did not end well.
    """
    try:
        code = stage.server.child.process.wait(_PATIENCE)
    finally:
        stage.to_mongo.delay = 0.0
    if code:
        raise NotMended(f"the server ended with exit code {code}: {stage.server.child.log_tail()}")


def start_newer_release(stage: Stage) -> None:
    _start_host(stage, newer_release)


def start_host_ahead(stage: Stage) -> None:
    _start_host(stage, lambda target: release_ahead(target, AHEAD))


def ask_other_host(stage: Stage) -> None:
    """Asks the other host what the server is asked, one request after another."""
    over = threading.Event()
    asking = threading.Thread(target=_ask_in_turn, args=(stage.other_port, stage.questions.cached, over), daemon=True)
    asking.start()
    stage.beside.callback(asking.join)
    stage.beside.callback(over.set)


def send_slow_bodies(stage: Stage) -> None:
    """Keeps many requests waiting for their bodies, from half as many addresses, and sends others as they are ended."""
    over = threading.Event()
    for number in range(SLOW_BODIES):
        source = f"127.0.1.{1 + number // 2}"
        threading.Thread(target=_send_slowly, args=(stage.server.port, source, over), daemon=True).start()
    stage.beside.callback(over.set)


def end_beside(stage: Stage) -> None:
    """Stops whatever runs beside the server."""
    stage.beside.close()


def _start_host(stage: Stage, make_release: Callable[[Path], Path]) -> None:
    """Starts a host of its own release over the server's stores."""
    directory = Path(mkdtemp(prefix="host-", dir=stage.directory))
    variables = {**stage.variables, "DATA_DIR": str(directory)}
    release = make_release(directory / "release")
    prepare(variables)
    start = service_start(directory, variables, 1)
    command = (stage.python, str(release / "manage.py"), "serve")
    stage.other_port = stage.beside.enter_context(start_server(replace(start, command=command))).port
    give_everywhere(stage)  # what was cached has expired meanwhile


def _ask_in_turn(port: int, paths: tuple[str, ...], over: threading.Event) -> None:
    caller, number = Caller(port), 0
    while not over.wait(_ASKS_EVERY):
        caller.ask(Key.CACHED, paths[number % len(paths)])
        number += 1
    caller.close()


def _send_slowly(port: int, source: str, over: threading.Event) -> None:
    while not over.wait(_SENDS_EVERY):
        with suppress(OSError), socket.create_connection((LOOPBACK, port), 5, (source, 0)) as connection:
            connection.sendall(_HEAD.encode())
            while not over.wait(_SENDS_EVERY):
                connection.sendall(b" ")
