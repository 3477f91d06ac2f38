"""Shelves: the best of a page of movies, by one number each. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

LEAST_VOTES: Final = 50
"""Votes from which a mean says something."""

MOST_SHOWN: Final = 8

Movie = Mapping[str, Any]


def best_rated(movies: Sequence[Movie]) -> list[Movie]:
    """Returns those with the best ratings, of those with enough votes."""
    known = [each for each in movies if each["vote_average"] is not None and (each["vote_count"] or 0) >= LEAST_VOTES]
    return sorted(known, key=lambda each: (-each["vote_average"], -each["vote_count"], each["movie_id"]))[:MOST_SHOWN]


def most_voted(movies: Sequence[Movie]) -> list[Movie]:
    """Returns those with most votes."""
    known = [each for each in movies if each["vote_count"]]
    return sorted(known, key=lambda each: (-each["vote_count"], each["movie_id"]))[:MOST_SHOWN]
