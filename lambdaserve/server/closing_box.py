"""What `make run` says last: where the service is, who may log in, and how to stop it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

STOPPING = "Ctrl-C stops it."


def closing_lines(url: str, demo_password: str | None, base_dir: Path) -> list[str]:
    """The lines, without a frame.

    Args:
        url: where the service is.
        demo_password: of the demo user; ``None``: there is no such user; empty: it was shown at an earlier start.
        base_dir: the checkout.
    """
    rows = [("lambdaserve", f"{url}/"), ("API", f"{url}/api/docs/"), ("admin", f"{url}/admin/")]
    if demo_password is not None:
        if demo_password:
            rows.append(("log in as", f"demo, password {demo_password} (shown only now)"))
        else:
            rows.append(("log in as", "demo, with the password that the first start showed"))
        rows.append(("forgotten?", f"{_python(base_dir)} manage.py changepassword demo"))
    return [*(f"{label:12} {text}" for label, text in rows), STOPPING]


def framed(lines: Sequence[str]) -> list[str]:
    """The lines in a box."""
    width = max(map(len, lines))
    return [f"╭─{'─' * width}─╮", *(f"│ {line:{width}} │" for line in lines), f"╰─{'─' * width}─╯"]


def _python(base_dir: Path) -> str:
    """This Python as one calls it in the checkout."""
    program = Path(sys.executable)
    return str(program.relative_to(base_dir) if program.is_relative_to(base_dir) else program)
