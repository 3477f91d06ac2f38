"""The files of the repository, for tests that read them."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = (
    "analytics",
    "lambdaserve",
    "merger",
    "movies",
    "pages",
    "people",
    "recommendations",
    "sample_data",
    "search",
    "trending",
)


def tracked_files() -> list[Path]:
    """Files of the repository, or, without one, every text that an archive of it holds."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    return [path for pattern in ("*.py", "*.md", "*.html", "*.toml") for path in ROOT.rglob(pattern) if path.is_file()]


def sources(*packages: str) -> dict[str, str]:
    """Python sources below these folders by path, ``merger/core/windows.py``."""
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in tracked_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in packages
    }
