"""Room on the disk of ``DATA_DIR``. Pure but for one question to the system.

Requirement F6.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

FULL_BELOW: Final = 16 * 1024 * 1024
"""Free bytes below which a disk counts as full: the next large write of a store may fail."""


def free_bytes(directory: Path) -> int | None:
    """Free bytes for this user on the disk of a directory; ``None`` where the system can't say."""
    try:
        return shutil.disk_usage(directory).free
    except OSError:
        return None


def is_full(free: int | None) -> bool:
    """Whether so few free bytes are a full disk; an unknown number is not."""
    return free is not None and free < FULL_BELOW
