"""Takes the live figures of workers that ended out of the directory of meters; what they counted stays (O1)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead


def forget_dead_workers(directory: Path) -> None:
    """Removes the files of gauges whose process no longer runs.

    Args:
        directory: of the meters, of this host's processes alone.
    """
    for pid in {int(path.stem.rpartition("_")[2]) for path in directory.glob("gauge_live*_*.db")}:
        if not is_running(pid):
            with suppress(FileNotFoundError):  # another scrape was faster
                mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]  # the package's is untyped


def is_running(pid: int) -> bool:
    """Whether there is such a process; one that waits for its parent to take note of its end runs no more."""
    try:
        os.kill(pid, 0)
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] != "Z"
        )
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's process, or a system without /proc
