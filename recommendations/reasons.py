"""Says in words why a movie is recommended. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from search.likeness import Shared

_MOST_NAMES, _MOST_WORDS = 3, 3
_LEAST_TREND, _LEAST_FEELING = 50.0, 0.2
"""Trending scores and sentiments from which on they are a reason."""


def likeness_reasons(shared: Shared) -> Iterator[str]:
    """Yields what a movie shares with the liked ones, the strongest first."""
    if shared.directors:
        several = "s" if len(shared.directors) > 1 else ""
        yield f"same director{several}: {_listed(shared.directors, _MOST_NAMES)}"
    others = [name for name in shared.people if name not in shared.directors]
    if others:
        yield f"with {_listed(others, _MOST_NAMES)}"
    alike = (*shared.genres, *map(str, shared.years[:1]))
    if alike:
        yield f"shares {', '.join(alike)}"
    if shared.words:
        yield f"about {_listed(shared.words, _MOST_WORDS)}, too"


def rating_reasons(genre: str, rating: float | None, votes: int | None) -> Iterator[str]:
    """Yields what speaks for a movie of a genre."""
    yield genre
    if rating and votes:
        yield f"rated {rating:g} by {votes:,} vote{'' if votes == 1 else 's'}"


def live_reasons(trend: float, feeling: float) -> Iterator[str]:
    """Yields what happens now; NaN where it is unknown or does not count."""
    if trend >= _LEAST_TREND:
        yield f"trending now, score {trend:.0f}"
    if not math.isnan(feeling) and feeling >= _LEAST_FEELING:
        yield "liked by its reviewers"


def _listed(names: Sequence[str], most: int) -> str:
    return ", ".join(names[:most])
