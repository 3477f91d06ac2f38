"""Copies of the service that differ from it: a newer release, and a host whose clock is ahead."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.meta.repository import PRODUCT, ROOT

PARTS = (*PRODUCT, "static", "templates")

MORE_OUTCOME = "foreseen"
"""The kind of outcome that the newer release alone counts."""


def copy_release(target: Path) -> Path:
    """Copies the service; returns the folder."""
    for part in PARTS:
        shutil.copytree(ROOT / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", target)
    return target


def newer_release(target: Path) -> Path:
    """Copies the service and has the copy count one more kind of outcome, whenever an answer is computed."""
    copy_release(target)
    outcomes = target / "merger" / "cache" / "outcomes.py"
    _replace(outcomes, '    MISS = "miss"\n', f'    MISS = "miss"\n    FORESEEN = "{MORE_OUTCOME}"\n')
    counted = "            self._since_taken[view, outcome] += 1\n"
    _replace(outcomes, counted, counted + "            self._since_taken[view, Outcome.FORESEEN] += 1\n")
    return target


def release_ahead(target: Path, seconds: int) -> Path:
    """Copies the service and has the copy's clocks go ahead of this host's."""
    copy_release(target)
    _replace(
        target / "merger" / "configuration.py",
        "datetime.now(UTC)",
        f"datetime.fromtimestamp(datetime.now(UTC).timestamp() + {seconds}, UTC)",
    )
    package = target / "lambdaserve" / "__init__.py"
    ahead = f"import time\n\n_right = time.time\ntime.time = lambda: _right() + {seconds}\n"
    package.write_text(package.read_text(encoding="utf-8") + ahead, encoding="utf-8")
    return target


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise AssertionError(f"{file.name} has {text.count(old)} times {old!r}, not once")
    file.write_text(text.replace(old, new), encoding="utf-8")
