"""Faults of the server itself under load: stopped and killed."""

from __future__ import annotations

import os
import resource
import signal
import time

from tests.integration.faults.figures import Key
from tests.integration.faults.load import Caller
from tests.integration.faults.stage import WORKERS, Stage

_PATIENCE = 20.0

_REACHES_ALL = 16
"""Connections of which at least one goes to each worker, but for one time in thirty thousand."""


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
