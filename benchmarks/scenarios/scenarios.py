"""The scenarios of the comparison: their requests, and what the answers must be. Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.harness.workload import path_of
from benchmarks.harness.zipf import mix
from sample_data.facts import Movie


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of load.

    Attributes:
        name: in tables.
        about: what it is, in words.
        paths: requested in turn, over and over.
        begins_empty: the cache is emptied before every run; otherwise every path is requested once before the first.
        lead: instead, the cache is emptied and this many paths are requested before the first run; each run
            continues where the one before it ended.
        conditional: every request sends the entity tag.
        expected: beginning of every right answer, as ``status X-Cache``.
        at_least: share of the answers that must be right.
    """

    name: str
    about: str
    paths: tuple[str, ...]
    begins_empty: bool = False
    lead: int = 0
    conditional: bool = False
    expected: str = "200 HIT"
    at_least: float = 0.999

    def violation(self, answered: Mapping[str, int]) -> str | None:
        """Says what is wrong with the answers of a run; ``None`` if enough are right."""
        total = sum(answered.values())
        good = sum(number for kind, number in answered.items() if kind.startswith(self.expected))
        # From an empty cache, a path that comes round again is a hit.
        asked_first = min(total, len(self.paths)) if self.begins_empty else total
        if total and good >= self.at_least * asked_first:
            return None
        return f"of {total:,} answers {good:,} were {self.expected!r}; at least {self.at_least:.1%} should be"


HOT, WARM, NOT_MODIFIED, COLD, ZIPF = "hot", "warm", "304", "cold", "Zipf"

_HOT_KEYS = 4


def scenarios(
    movies: Sequence[Movie], requests: int = 300_000, lead: int = 40_000, seed: int = 1
) -> tuple[Scenario, ...]:
    """Lists every scenario, in the order of the runs.

    Args:
        movies: that the services hold, most popular first.
        requests: length of the Zipf stream, after which it starts over.
        lead: how many of them are asked before it is measured.
        seed: another one asks in another order.
    """
    dice = random.Random(seed)
    hot = tuple(path_of("movies", movie.movie_id) for movie in movies[:_HOT_KEYS])
    warm = [path_of("movies", movie.movie_id, *part) for movie in movies for part in ((), ("stats",))]
    cold = [path for movie in movies for path in _questions(movie.movie_id)]
    dice.shuffle(warm)
    dice.shuffle(cold)
    return (
        Scenario(HOT, f"{_HOT_KEYS} keys over and over", hot),
        Scenario(NOT_MODIFIED, "the same, with the entity tag at hand", hot, conditional=True, expected="304"),
        Scenario(WARM, f"{len(warm):,} cached keys in turn", tuple(warm)),
        Scenario(
            COLD,
            f"{len(cold):,} keys of single movies in turn, none cached",
            tuple(cold),
            begins_empty=True,
            expected="200 MISS",
            at_least=0.99,
        ),
        Scenario(
            ZIPF,
            f"all endpoints, movies by Zipf's law (s = 1), after the first {lead:,} requests",
            tuple(mix(movies, requests, seed)),
            lead=lead,
            expected="200",
        ),
    )


def _questions(movie_id: int) -> tuple[str, ...]:
    """Lists several requests about one movie, so that there are enough uncached ones."""
    return (
        path_of("movies", movie_id),
        *(path_of("movies", movie_id, "stats", hours=hours) for hours in (24, 48)),
        *(path_of("movies", movie_id, "sentiment", window=window) for window in ("all", "7d", "30d")),
    )
