"""Replaces itself with another program that ends when its parent process ends, however that happens.

Run as ``python -I child.py PARENT_PID PROGRAM ARGUMENT…``. Only Linux supports this; elsewhere the program just runs.
It is a module of its own because a ``preexec_fn`` is unsafe in a process with threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _end_with(parent: int) -> None:
    """Asks the kernel for SIGTERM when the parent ends; exits at once if the parent has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)


if __name__ == "__main__":
    _end_with(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is wanted; the arguments are the caller's own
