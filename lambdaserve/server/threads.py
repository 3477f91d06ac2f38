"""Threads of a worker: those that answer, and those that wait for slow clients meanwhile."""

from __future__ import annotations

from typing import Final

BODY_PLACES: Final = 16
"""Requests of a worker whose bodies may be on their way at the same time."""

FILE_PLACES: Final = 4
"""Clients of a worker that may take long files at the same time."""


def threads_of_worker(answering: int) -> int:
    """Number of threads that a worker needs, so that ``answering`` of them answer while all places are taken."""
    return answering + BODY_PLACES + FILE_PLACES
