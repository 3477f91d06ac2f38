"""Files of meters that survive a full disk: their space is taken before they are mapped.

prometheus_client maps files that are longer than the space they have. Where the disk is full, the first write to such a
page ends the process (SIGBUS). Requirement O1.
"""

from __future__ import annotations

import os
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

FIRST_BYTES: Final = 1 << 16
"""Size of a new file; it is doubled when it is full."""

RETRY_SECONDS: Final = 1.0
"""Time between two tries to get space for what has none."""

_PAIR: Final = struct.Struct("dd").pack


class MeterFile(MmapedDict):
    """The values of one kind of meter of this process, in prometheus_client's format; other processes read it.

    A value that gets no space is not shown until there is some: its meter keeps it and counts on. Not thread-safe.

    Args:
        filename: where to make the file; it appears when it has its space.
    """

    def __init__(self, filename: str) -> None:
        self._path = Path(filename)
        self._positions: dict[str, int] = {}
        self._is_open = False
        self._retry_at = float("-inf")

    def read_value(self, key: str) -> tuple[float, float]:
        """Value and time of a key; zeros where it has no space."""
        if key in self._positions or self._place(key):
            pair: tuple[float, float] = super().read_value(key)  # type: ignore[no-untyped-call]  # the package's is untyped
            return pair
        return 0.0, 0.0

    def write_value(self, key: str, value: float, timestamp: float) -> None:
        """Writes a value; takes less than half a microsecond."""
        try:
            at = self._positions[key]
        except KeyError:
            if not self._place(key):
                return
            at = self._positions[key]
        self._m[at : at + 16] = _PAIR(value, timestamp)

    def close(self) -> None:
        """Closes the file, if there is one."""
        if self._is_open:
            super().close()  # type: ignore[no-untyped-call]  # the package's is untyped

    def _place(self, key: str) -> bool:
        """Gives a key its place; ``False`` where there is no space."""
        now = time.monotonic()
        if now < self._retry_at:
            return False
        try:
            if not self._is_open:
                self._open()
            self._grow(len(key.encode()) + 32)
        except OSError:
            self._retry_at = now + RETRY_SECONDS
            return False
        self._init_value(key)  # type: ignore[no-untyped-call]  # the package's is untyped
        return True

    def _open(self) -> None:
        if not self._path.exists():  # else it is of an ended process of the same id, whose counts go on
            _make_file(self._path)
        super().__init__(str(self._path))  # type: ignore[no-untyped-call]  # the package's is untyped
        self._is_open = True

    def _grow(self, needed: int) -> None:
        """Takes space for the next ``needed`` bytes, before ``_init_value`` lengthens the file."""
        capacity = self._capacity
        while self._used + needed > capacity:
            take_space(self._f.fileno(), capacity, capacity)
            capacity *= 2


def _make_file(path: Path) -> None:
    """Makes a file that has its space as soon as it can be seen."""
    made = path.with_suffix(".new")
    try:
        with made.open("wb") as file:
            take_space(file.fileno(), 0, FIRST_BYTES)
        made.replace(path)
    except OSError:
        with suppress(OSError):
            made.unlink()
        raise


def take_space(descriptor: int, start: int, length: int) -> None:
    """Takes space on the disk for bytes at the end of a file.

    Raises:
        OSError: there is too little.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, start, length)
    else:
        os.pwrite(descriptor, bytes(length), start)


def use_meter_files() -> None:
    """Has the meters of processes that share a directory kept in files that survive a full disk."""
    replaceable: Any = values
    replaceable.MmapedDict = MeterFile
