"""The background thread of a worker."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from merger.invalidation.watcher import (
    TICK,
    Watcher,
)

_log = logging.getLogger(__name__)


def keep_watching(watcher: Watcher, others: Iterable[Callable[[], None]], ended: threading.Event) -> None:
    """Ticks until told to end.

    Args:
        watcher: looks once per ``TICK``.
        others: called after each look.
        ended: tells to end.
    """
    while not ended.wait(TICK):
        for task in (watcher.tick, *others):
            try:
                task()
            except Exception:  # noqa: BLE001 - nobody waits for this thread, and it must not end unheard
                _log.exception("the watcher met something unforeseen; it goes on")
    watcher.stop()
