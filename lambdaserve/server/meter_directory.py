"""The directory in memory where the workers of one start keep their meters, out of reach of a full disk.

Requirement O1.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - what is made there is private
"""A file system in memory; Linux has it, also in containers."""

NEEDED_BYTES: Final = 32 * 1024 * 1024
"""Free memory that the file system must have; ten workers of a busy service take about half of it."""

_PREFIX: Final = "lambdaserve-meters-"
_LOCK: Final = "lock"
_YOUNG_SECONDS: Final = 60.0
"""Age until which a directory without a lock is being made at this moment."""


@contextmanager
def meter_directory(fallback: Callable[[], Path], memory: Path = MEMORY) -> Iterator[Path]:
    """Makes an empty directory that only this user may use, and removes it at the end.

    What killed copies of the service left in memory is removed as well.

    Args:
        fallback: makes a directory on disk, where memory has too little room or is no file system here.
        memory: the file system in memory.
    """
    _remove_left(memory)
    made = _make(memory)
    if made is None:
        yield fallback()
        return
    directory, lock = made
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(lock)


def _make(memory: Path) -> tuple[Path, int] | None:
    """Makes a directory and locks it for this process; ``None`` where that is not possible."""
    try:
        if shutil.disk_usage(memory).free < NEEDED_BYTES:
            return None
        directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=memory))  # mode 0700
    except OSError:
        return None
    try:
        return directory, _lock(directory)
    except OSError:
        shutil.rmtree(directory, ignore_errors=True)
        return None


def _lock(directory: Path) -> int:
    """Locks a directory; the system releases the lock when the process ends, however it ends.

    Returns:
        The descriptor that keeps the lock.

    Raises:
        OSError: another process has locked it, or it is not this user's.
    """
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_left(memory: Path) -> None:
    """Removes directories of this user whose process has ended."""
    with suppress(OSError):
        for directory in memory.glob(f"{_PREFIX}*"):
            with suppress(OSError):  # another user's, another copy's, or gone meanwhile
                _remove_if_left(directory)


def _remove_if_left(directory: Path) -> None:
    seen = directory.lstat()
    is_young = time.time() - seen.st_mtime < _YOUNG_SECONDS
    if seen.st_uid != os.getuid() or (is_young and not (directory / _LOCK).exists()):
        return
    lock = _lock(directory)
    try:
        shutil.rmtree(directory)
    finally:
        os.close(lock)
