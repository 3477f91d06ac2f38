"""A child that its supervisor watches, and starts again where a full disk has ended it.

Requirement F6.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lambdaserve.server.child_process import Child

LOOK_SECONDS: Final = 3.0
"""Time between two looks at whether a child works."""

FAILED_LOOKS: Final = 3
"""Looks in a row after which a child that runs counts as broken."""

FULL_SECONDS: Final = 120.0
"""Time after a full disk in which the end of a child is put down to it."""

RESTART_SECONDS: Final = 15.0
"""Shortest time between two starts of a broken child."""


class ChildEnded(Exception):
    """A child has ended by itself; the message names it and holds the end of its log."""


@dataclass(slots=True)
class WatchedChild:
    """A child, and how to start it again.

    Args:
        child: it, started.
        start_again: starts it with the same arguments, and waits until it answers if others need it.
        works: whether it does its work, as far as can be seen at once; ``None``: it does while it runs.
        outlives_full_disk: whether it is started again where it ended on a full disk, or no longer works; the end of
            any other child ends the service.
        monotonic: seconds of a monotonic clock.
    """

    child: Child
    start_again: Callable[[], Child]
    works: Callable[[], bool] | None = None
    outlives_full_disk: bool = False
    monotonic: Callable[[], float] = time.monotonic
    _full_at: float = field(default=float("-inf"), init=False)
    _looked_at: float = field(default=float("-inf"), init=False)
    _started_at: float = field(default=float("-inf"), init=False)
    _failed_looks: int = field(default=0, init=False)

    def stop(self) -> None:
        """Stops it."""
        self.child.stop()

    def check(self, is_disk_full: Callable[[], bool]) -> bool:
        """Starts it again if it is broken and its disk has room.

        Args:
            is_disk_full: asked about the disk that it writes to, only where it matters.

        Returns:
            Whether it was started again.

        Raises:
            ChildEnded: it ended, and not by a full disk.
            StoreDidNotStart, OSError: it could not be started again; a later check tries again.
        """
        code = self.child.exit_code()
        if code is None and not self._fails():
            return False
        now = self.monotonic()
        if self.outlives_full_disk and is_disk_full():
            self._full_at = now
            return False
        if code is not None and not (self.outlives_full_disk and now - self._full_at < FULL_SECONDS):
            tail = self.child.log_tail()
            message = f"the {self.child.name} ended by itself (exit code {code})" + (f":\n{tail}" if tail else "")
            raise ChildEnded(message)
        if now - self._started_at < RESTART_SECONDS:
            return False
        self._restart(now)
        return True

    def _fails(self) -> bool:
        """Whether it runs and has failed several looks in a row."""
        if self.works is None:
            return False
        now = self.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self._failed_looks = 0 if self.works() else self._failed_looks + 1
        return self._failed_looks >= FAILED_LOOKS

    def _restart(self, now: float) -> None:
        self._started_at = self._full_at = now  # a start that fails is tried again
        self._failed_looks = 0
        self.child.stop()
        self.child = self.start_again()
