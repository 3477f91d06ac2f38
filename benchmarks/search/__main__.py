"""``python -m benchmarks.search``: measures the search at any number of movies, beside another release's if wanted."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness.service import ROOT
from benchmarks.search.search_table import SearchRun, search_table

_SUBJECT = Path(__file__).with_name("subject.py")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures each checkout in turn and prints a table; returns the exit code."""
    options = _parser().parse_args(arguments)
    runs: dict[Path, list[SearchRun]] = {ROOT: []} | ({} if options.beside is None else {options.beside.resolve(): []})
    with tempfile.TemporaryDirectory(prefix="lambdaserve-bench-") as name:
        for number in range(options.rounds):
            for place, (root, found) in enumerate(runs.items()):
                print(f"Round {number + 1} of {options.rounds}: {options.movies:,} movies in {root}", flush=True)
                try:
                    found.append(_measure(root, options.movies, Path(name) / str(place)))
                except subprocess.CalledProcessError as error:
                    print(f"It stopped with exit code {error.returncode}.")
                    return 1
    print(search_table(*runs.values()))
    return 0


def _measure(root: Path, movies: int, folder: Path) -> SearchRun:
    had_index, found = folder.exists(), _run(root, movies, folder)
    # The run that makes the index takes memory of its own; each further process of a host opens it.
    return _run(root, movies, folder) if not had_index and folder.exists() else found


def _run(root: Path, movies: int, folder: Path) -> SearchRun:
    settings = {"SECRET_KEY": secrets.token_urlsafe(48), "DATA_DIR": str(folder.parent), "ENV_FILE": ""}
    settings |= {"PYTHONPATH": str(root)}
    command = [sys.executable, str(_SUBJECT), str(movies), str(folder)]
    done = subprocess.run(command, cwd=root, env=os.environ | settings, check=True, stdout=subprocess.PIPE, text=True)
    return SearchRun(**json.loads(done.stdout.splitlines()[-1]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.search",
        description="Measures search/movies without HTTP, cache and MongoDB over generated movies: milliseconds by "
        "kind of question, with and without filters, seconds until it is ready, and memory.",
    )
    parser.add_argument("--movies", type=int, default=50_000, help="their number (default: 50,000; takes a minute)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each checkout is measured (default: 1)")
    parser.add_argument("--beside", type=Path, metavar="FOLDER", help="another checkout, measured in turn with this")
    return parser


if __name__ == "__main__":
    sys.exit(main())
