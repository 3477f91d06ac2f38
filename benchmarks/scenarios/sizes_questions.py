"""Requests whose cost might grow with the size of the world. Pure."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.harness.workload import ANALYTICS_MS, DETAILS_MS, SEARCH_MS, TRENDING_MS, Endpoint, path_of
from merger.catalogue.title_text import normalise_words
from sample_data.facts import Movie

HOT = "hot hit"

_BEGINNING = 3
"""Letters of a word that the user has typed."""

_SORTS = ("relevance", "popularity", "rating", "release_date", "title")


def questions(movies: Sequence[Movie], most: int = 30, seed: int = 1) -> tuple[Endpoint, ...]:
    """Lists every kind of request.

    Args:
        movies: some that the service holds, most popular first.
        most: requests of each cold kind.
        seed: another one asks for other movies and words.
    """
    dice = random.Random(seed)
    asked = dice.sample(movies, k=min(most, len(movies)))
    genres = sorted({genre for movie in movies for genre in movie.genres})

    def cold(name: str, target: float, paths: Iterator[str]) -> Endpoint:
        found = list(dict.fromkeys(paths))[:most]
        return Endpoint(name, target, tuple(found), cold_requests=min(len(found), most))

    return (
        Endpoint(HOT, DETAILS_MS, (path_of("movies", movies[0].movie_id),)),
        cold("movies/{id}", DETAILS_MS, (path_of("movies", m.movie_id) for m in asked)),
        cold("movies/{id}/sentiment", DETAILS_MS, (path_of("movies", m.movie_id, "sentiment") for m in asked)),
        cold("movies/{id}/stats", DETAILS_MS, (path_of("movies", m.movie_id, "stats") for m in asked)),
        cold("trending/movies, 6 h", TRENDING_MS, (_trending("6h", limit=limit) for limit in range(1, 101))),
        cold("trending/movies, 48 h", TRENDING_MS, (_trending("48h", limit=limit) for limit in range(1, 101))),
        cold("trending/genres/{genre}, 6 h", TRENDING_MS, (path_of("trending", "genres", each) for each in genres)),
        *(cold(f"search: {name}", SEARCH_MS, paths) for name, paths in _searches(movies, genres, dice).items()),
        cold("search/genres", SEARCH_MS, (path_of("search", "genres", q=each[:3]) for each in genres)),
        cold("analytics/trends", ANALYTICS_MS, (_trend(window) for window in range(2, 90))),
        # There is only one such request, so each waits until the cache has been emptied.
        Endpoint("analytics/overview", ANALYTICS_MS, (path_of("analytics", "overview"),), cold_requests=min(most, 10)),
        cold("comparison", ANALYTICS_MS, (path_of("analytics", "sentiment", "comparison", genre=g) for g in genres)),
    )


def _searches(movies: Sequence[Movie], genres: Sequence[str], dice: random.Random) -> dict[str, Iterator[str]]:
    words = Counter(word for movie in movies for word in normalise_words(movie.title) if len(word) >= _BEGINNING)
    common = [word for word, _ in words.most_common(60)]
    titles = [folded for movie in movies if len(folded := normalise_words(movie.title)) > 1]

    def search(**query: str | float) -> str:
        return path_of("search", "movies", **query)

    return {
        "a common word's beginning": (search(q=word[:_BEGINNING]) for word in common),
        "two words": (search(q=" ".join(dice.choice(titles)[:2])) for _ in range(60)),
        "one letter": (search(q=letter) for letter in "abcdefghijklmnopqrstuvwxyz"),
        "genre and years": (search(genre=genre, year_from=1990, year_to=2010) for genre in genres),
        "range of ratings": (search(rating_min=low / 10, rating_max=low / 10 + 1) for low in range(20, 80)),
        "deep pages": (search(sort_by="popularity", limit=100, offset=4_000 + 100 * page) for page in range(60)),
        **{f"by {order}": (search(sort_by=order, year_from=year) for year in range(1930, 1990)) for order in _SORTS},
    }


def _trending(window: str, limit: int) -> str:
    return path_of("trending", "movies", window=window, limit=limit)


def _trend(days: int) -> str:
    return path_of("analytics", "trends", metric="popularity", window=f"{days}d")
