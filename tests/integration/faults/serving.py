"""Faults of the server itself under load: stopped and killed."""

from __future__ import annotations

import os
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
