"""Removes the live gauges of workers that have ended; their counters stay."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead


def forget_dead_workers(directory: Path) -> None:
    """Removes the files of gauges whose process no longer runs.

    Args:
        directory: where this host's processes keep their meters.
    """
    for pid in {int(path.stem.rpartition("_")[2]) for path in directory.glob("gauge_live*_*.db")}:
        if not is_running(pid):
            with suppress(FileNotFoundError):  # another scrape removed it first
                mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]  # the package's is untyped


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie, which only waits for its parent, does not."""
    try:
        os.kill(pid, 0)
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] != "Z"
        )
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's process, or a system without /proc
