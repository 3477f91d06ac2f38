"""``python -m benchmarks.likes``: evaluates recommendations beside simpler methods, on simulated likes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.harness.service import ROOT
from benchmarks.likes.methods import methods
from benchmarks.likes.scores import Score, score_lists, score_table
from benchmarks.likes.taste import GIVEN, LIKED, SEEN, simulate_users
from benchmarks.reports.tables import write_part
from sample_data.facts import load_movies

PAGE, PART = ROOT / "docs" / "recommendations.md", "evaluation"
MOST = 20
"""Movies that are recommended to each user."""


SHARES = (0.25, 0.5, 0.75)
"""Shares of a movie's style that its features hold."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluates each method and prints a table; returns the exit code."""
    options = _parser().parse_args(arguments)
    movies = load_movies()
    votes = {movie.movie_id: movie.vote_count for movie in movies}
    scores: dict[str, dict[float, Score]] = {}
    for share in SHARES:
        print(f"Simulating {options.users:,} users whose likes follow features to {share:.0%}", flush=True)
        users = list(simulate_users(movies, share, options.users, options.seed))
        for name, method in methods(movies, options.seed).items():
            print(f"  asking: {name}", flush=True)
            started = time.perf_counter()
            lists = [method(user, MOST) for user in users]
            took = time.perf_counter() - started
            scores.setdefault(name, {})[share] = score_lists(users, lists, votes, MOST, took)
    text = (
        f"{datetime.now(UTC):%Y-%m-%d}, `make evaluate`: {options.users:,} simulated users (seed {options.seed}) over "
        f"the sample's {len(movies):,} movies. Each saw {SEEN}, likes {LIKED}, of which the recommender gets {GIVEN}; "
        f"the others are to be found. Percentages: how much of a movie's style its features hold."
        f"\n\n{score_table(scores)}"
    )
    print(text)
    if options.write:
        write_part(PAGE, PART, text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.likes",
        description="Evaluates recommendations offline beside simpler methods: recall, precision, coverage and novelty "
        "on likes that are simulated from hidden factors. Nothing is sent anywhere; it takes about a minute.",
    )
    parser.add_argument("--users", type=int, default=500, help="simulated users (default: 500)")
    parser.add_argument("--seed", type=int, default=1, help="of the simulation (default: 1)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/recommendations.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
