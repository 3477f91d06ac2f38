"""The loops of a worker's background threads, and the timer of their periodic tasks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from merger.invalidation.watcher import TICK_SECONDS, Watcher

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Every:
    """Calls a task at most once per interval, however often it is called itself. One thread calls it.

    Args:
        seconds: the least time from the start of one run to the start of the next.
        task: runs on the first call, then once per interval; also after a run that raised.
        monotonic: seconds of a monotonic clock.
    """

    seconds: float
    task: Callable[[], None]
    monotonic: Callable[[], float] = time.monotonic
    _due: float = field(default=float("-inf"), init=False)

    def __call__(self) -> None:
        now = self.monotonic()
        if now >= self._due:
            self._due = now + self.seconds
            self.task()


def keep_watching(watcher: Watcher, tasks: Iterable[Callable[[], None]], ended: threading.Event) -> None:
    """Ticks the watcher and runs the tasks until the event is set.

    Args:
        watcher: looks once per ``TICK_SECONDS``.
        tasks: called after each look, ``Every`` for those that are due less often.
        ended: ends the loop.
    """
    keep_running([watcher.tick, *tasks], ended)
    watcher.stop()


def keep_running(tasks: Iterable[Callable[[], object]], ended: threading.Event) -> None:
    """Runs tasks in turn, with a pause of ``TICK_SECONDS`` after each round, until the event is set.

    No task begins after that.
    """
    tasks = list(tasks)
    while not ended.wait(TICK_SECONDS):
        for task in tasks:
            if ended.is_set():
                return
            try:
                task()
            except Exception:  # noqa: BLE001 - no caller sees this thread's errors, and it must go on
                _log.exception("a background task failed; the background thread goes on")
