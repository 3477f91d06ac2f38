"""A realistic stream of requests: a few movies are requested often, many rarely. Pure and seeded."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from benchmarks.harness.workload import path_of, workload
from sample_data.facts import Movie

EXPONENT = 1.0
"""s: the movie at rank r is requested in proportion to 1 / r^s."""

SHARES: Mapping[str, float] = {
    "movies/{id}": 0.40,
    "movies/{id}/sentiment": 0.20,
    "movies/{id}/stats": 0.08,
    "trending/movies": 0.08,
    "search/movies": 0.07,
    "trending/genres/{genre}": 0.04,
    "analytics/genre/{genre}": 0.04,
    "analytics/trends": 0.03,
    "search/genres": 0.02,
    "analytics/actors/{name}": 0.02,
    "analytics/overview": 0.01,
    "analytics/sentiment/comparison": 0.01,
}
"""Share of all requests, by endpoint."""

_WINDOWS = ("all", "all", "all", "7d", "30d")


def mix(movies: Sequence[Movie], requests: int, seed: int = 1) -> list[str]:
    """Draws paths with queries, in the order of the requests.

    Movies are drawn by popularity; of the endpoints that don't name one, the questions of the workload are drawn the
    same way, since of those too some are asked far more often than others.

    Args:
        movies: most popular first.
        requests: how many.
        seed: another one draws other requests.
    """
    dice = random.Random(seed)
    cumulative = _cumulative(len(movies))
    others = {endpoint.name: endpoint.paths for endpoint in workload(movies, seed)}
    weights = {name: _cumulative(len(paths)) for name, paths in others.items()}

    def movie() -> int:
        return dice.choices(movies, cum_weights=cumulative)[0].movie_id

    ways: dict[str, Callable[[], str]] = {
        "movies/{id}": lambda: path_of("movies", movie()),
        "movies/{id}/sentiment": lambda: path_of("movies", movie(), "sentiment", window=dice.choice(_WINDOWS)),
        "movies/{id}/stats": lambda: path_of("movies", movie(), "stats"),
    }

    def ask(name: str) -> str:
        way = ways.get(name)
        return way() if way else dice.choices(others[name], cum_weights=weights[name])[0]

    return [ask(name) for name in dice.choices(list(SHARES), weights=list(SHARES.values()), k=requests)]


def _cumulative(size: int) -> list[float]:
    return list(accumulate(1 / rank**EXPONENT for rank in range(1, size + 1)))
