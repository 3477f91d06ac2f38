"""How a movie is rated among those of its genre, from the columns of the catalogue. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from merger.catalogue.catalogue import Catalogue
from merger.contract.identity import genre_key

LEAST_VOTES: Final = 50
"""Votes from which a mean says something."""

LEAST_MOVIES: Final = 20
"""Movies with so many votes that a genre must have."""


@dataclass(frozen=True, slots=True)
class Rank:
    """A movie's place among those of its first genre with enough votes.

    Args:
        genre: the genre.
        percent: the best so many percent hold the movie, 1 to 100.
        movies: number of the movies compared.
    """

    genre: str
    percent: int
    movies: int


def rank_in_genre(catalogue: Catalogue, movie_id: int) -> Rank | None:
    """Returns a movie's rank; ``None`` without a genre, or if it or its genre has too few votes."""
    movies, row = catalogue.movies, catalogue.movies.row(movie_id)
    genres = () if row is None else movies.genres.at(row)
    if row is None or not genres:
        return None
    rating = movies.vote_average.at(row)
    if rating is None or movies.vote_count[row] < LEAST_VOTES:
        return None
    ratings = movies.vote_average.values
    compared = movies.genres.carrying(genre_key(genres[0])) & (movies.vote_count >= LEAST_VOTES) & (ratings == ratings)
    number, better = int(compared.sum()), int((compared & (ratings > rating)).sum())
    if number < LEAST_MOVIES:
        return None
    return Rank(genres[0], math.ceil(100 * (better + 1) / number), number)
