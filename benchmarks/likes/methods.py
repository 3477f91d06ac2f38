"""The recommender as the service has it, and methods to hold it against; each returns ids, best first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.likes.taste import User
from recommendations.weighing import weigh
from sample_data.facts import Movie
from search.building import build
from search.reading import SearchIndex
from search.texts import MovieTexts

Method = Callable[[User, int], Sequence[int]]
"""Recommends a number of movies to a user."""

_SHARED, _RATED = 0.7, 0.3
"""Weights of the formula of shared genres: the share of the liked movies' genres, and a tenth of the rating."""


def methods(movies: Sequence[Movie], seed: int) -> Mapping[str, Method]:
    """The methods by name; the service's come first."""
    index = SearchIndex(*build(None, map(_texts, movies)))
    votes = {movie.movie_id: float(movie.vote_count) for movie in movies}
    dice = np.random.default_rng(seed)
    return {
        "this service": partial(_alike, index, votes, 0.0),
        "this service, novelty=0.5": partial(_alike, index, votes, 0.5),
        "this service, novelty=1": partial(_alike, index, votes, 1.0),
        "shared genres and rating": SharedGenres(movies),
        "votes alone": partial(_ordered, movies, np.array([-movie.vote_count for movie in movies], np.float64)),
        "by chance": lambda user, most: _ordered(movies, dice.random(len(movies)), user, most),
    }


def _texts(movie: Movie) -> MovieTexts:
    return MovieTexts(
        movie.movie_id,
        title=movie.title,
        cast=movie.cast,
        directors=movie.directors,
        genres=movie.genres,
        year=int(movie.release_date[:4] or 0),
        votes=movie.vote_count,
    )


def _alike(index: SearchIndex, votes: Mapping[int, float], novelty: float, user: User, most: int) -> Sequence[int]:
    found = index.likeness.find(user.given, by_votes=novelty < 0.5)
    counts = np.array([votes[each] for each in found.ids.tolist()])
    order = np.argsort(-weigh(found.scores, counts, max(votes.values()), novelty), kind="stable")
    ids: list[int] = found.ids[order[:most]].tolist()
    return ids


class SharedGenres:
    """Movies that share genres with the liked ones, the best rated first."""

    def __init__(self, movies: Sequence[Movie]) -> None:
        names = sorted({genre for movie in movies for genre in movie.genres})
        self._movies = movies
        self._has = np.array([[name in movie.genres for name in names] for movie in movies], np.float64)
        self._rating = np.array([movie.vote_average / 10 for movie in movies])
        self._row = {movie.movie_id: row for row, movie in enumerate(movies)}

    def __call__(self, user: User, most: int) -> Sequence[int]:
        """Recommends to a user."""
        liked = self._has[[self._row[movie_id] for movie_id in user.given]].any(axis=0)
        shared = self._has @ liked / max(1, int(liked.sum()))
        return _ordered(self._movies, -(_SHARED * shared + _RATED * self._rating), user, most)


def _ordered(movies: Sequence[Movie], values: NDArray[np.float64], user: User, most: int) -> Sequence[int]:
    given = set(user.given)
    ranked = (movies[place].movie_id for place in np.argsort(values, kind="stable").tolist())
    return [movie_id for movie_id in ranked if movie_id not in given][:most]
