"""Splits the cores between the server and the load, so that neither takes the other's time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Cores:
    """Cores of the measured server, and of the load generator and the stores; empty: any core."""

    server: frozenset[int] = frozenset()
    load: frozenset[int] = frozenset()

    @classmethod
    def split(cls, usable_cores: frozenset[int], workers: int) -> Self:
        """Gives each worker a core while one is left for the load; a single core is not split."""
        ordered = sorted(usable_cores)
        if len(ordered) < 2:
            return cls()
        servers = min(workers, len(ordered) - 1)
        return cls(frozenset(ordered[:servers]), frozenset(ordered[servers:]))

    def __str__(self) -> str:
        if not self.server:
            return "server, load and stores share one core"
        return f"server on {_describe(self.server)}, load and stores on {_describe(self.load)}"


def usable_cores() -> frozenset[int]:
    """Cores that this process may use; empty where the system does not say."""
    if sys.platform == "linux":
        return frozenset(os.sched_getaffinity(0))
    return frozenset()


@contextmanager
def pin(cores: frozenset[int]) -> Iterator[None]:
    """Runs the block, and every process that it starts, on these cores; on any core if there are none."""
    if sys.platform != "linux" or not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _describe(cores: frozenset[int]) -> str:
    numbers = ", ".join(map(str, sorted(cores)))
    return f"core{'s' if len(cores) > 1 else ''} {numbers}"
