"""The requests that measure each endpoint, and its target p95 (requirements §5). Pure and seeded."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from urllib.parse import quote, urlencode

from merger.catalogue.title_text import normalise_words
from sample_data.facts import Movie
from search.language.names import fold_name

API = "/api/v1/"

HEALTH_MS, DETAILS_MS, TRENDING_MS, SEARCH_MS, ANALYTICS_MS = 50.0, 100.0, 100.0, 200.0, 500.0
"""p95 targets in milliseconds. The other endpoints of a movie are held to the one of its details, those of people and
recommendations to that of the search."""

REQUESTS_PER_SECOND = 100.0
"""Least throughput of one worker."""

_COLD_AT_LEAST, _DISTINCT_AT_MOST = 60, 100


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint and the requests that stand for it.

    Attributes:
        name: as the README's table writes it.
        target_ms: the p95 that it must keep to.
        paths: distinct paths with queries; of a POST each with a blank and its body.
        cached: its answers say by ``X-Cache`` where they are from.
        cold_requests: how many requests make a cold run, at least one for each path.
        pause: seconds before each of them, for an endpoint that keeps its answer in the process.
    """

    name: str
    target_ms: float
    paths: tuple[str, ...]
    cached: bool = True
    cold_requests: int = _COLD_AT_LEAST
    pause: float = 0.0


def workload(movies: Sequence[Movie], seed: int = 1) -> tuple[Endpoint, ...]:
    """Lists every measured endpoint with its requests.

    Args:
        movies: those that the service holds, most popular first.
        seed: another one chooses other movies, actors and words.
    """
    dice = random.Random(seed)
    genres = sorted({genre for movie in movies for genre in movie.genres})
    years = sorted({movie.release_date[:4] for movie in movies}, reverse=True)
    # Half are among the most popular movies, of which the speed layer holds most documents.
    popular = min(len(movies), 500)
    asked = _distinct(
        [*dice.sample(movies[:popular], k=min(popular, 50)), *dice.sample(movies, k=min(len(movies), 50))]
    )

    def endpoint(name: str, target_ms: float, paths: Iterable[str]) -> Endpoint:
        chosen = sorted(set(paths))
        dice.shuffle(chosen)
        return Endpoint(name, target_ms, tuple(chosen[:_DISTINCT_AT_MOST]))

    return (
        # A report is kept for a second, so every request of the cold run waits until the last one is over.
        Endpoint("health", HEALTH_MS, (API + "health",), cached=False, cold_requests=20, pause=1.05),
        Endpoint("health/live", HEALTH_MS, (API + "health/live",), cached=False),
        Endpoint("health/ready", HEALTH_MS, (API + "health/ready",), cached=False),
        endpoint("movies/{id}", DETAILS_MS, (path_of("movies", movie.movie_id) for movie in asked)),
        endpoint("movies/{id}/sentiment", DETAILS_MS, _sentiment(asked)),
        endpoint("movies/{id}/stats", DETAILS_MS, (path_of("movies", movie.movie_id, "stats") for movie in asked)),
        endpoint("trending/movies", TRENDING_MS, _trending(genres)),
        endpoint("trending/genres/{genre}", TRENDING_MS, _trending_genre(genres)),
        endpoint("trending/history", TRENDING_MS, _trending_history(genres)),
        endpoint("search/movies", SEARCH_MS, _search(asked, genres, dice)),
        endpoint("search/genres", SEARCH_MS, _genre_search(genres)),
        endpoint("analytics/genre/{genre}", ANALYTICS_MS, _genre_analytics(genres, years)),
        endpoint("analytics/trends", ANALYTICS_MS, _trends(asked, genres)),
        # There is only one such request, so each waits until the cache has been emptied.
        Endpoint("analytics/overview", ANALYTICS_MS, (API + "analytics/overview",), cold_requests=20),
        endpoint("analytics/sentiment/comparison", ANALYTICS_MS, _comparison(genres, years)),
        endpoint("analytics/actors/{name}", ANALYTICS_MS, _actors(movies, dice)),
        *(endpoint(name, SEARCH_MS, paths) for name, paths in _about_people_and_likes(asked, genres, dice)),
    )


def path_of(*parts: str | int, **query: str | float) -> str:
    """Builds a path of the API and its query, encoded."""
    path = API + "/".join(quote(str(part), safe="") for part in parts)
    return f"{path}?{urlencode(query)}" if query else path


def _distinct(movies: Iterable[Movie]) -> list[Movie]:
    return list({movie.movie_id: movie for movie in movies}.values())


def _sentiment(movies: Sequence[Movie]) -> Iterator[str]:
    """Yields each movie once, with the windows in turn: a second, cheaper request would hide the first one's cost."""
    for place, movie in enumerate(movies):
        yield path_of("movies", movie.movie_id, "sentiment", window=("all", "7d", "30d", "48h")[place % 4])


def _trending(genres: Sequence[str]) -> Iterator[str]:
    for window, limit in product(("1h", "3h", "6h", "12h", "24h", "48h"), (10, 20, 50, 100)):
        yield path_of("trending", "movies", window=window, limit=limit)
    for genre, window in product(genres, ("6h", "24h", "48h")):
        yield path_of("trending", "movies", window=window, genre=genre)


def _trending_genre(genres: Sequence[str]) -> Iterator[str]:
    for genre, window in product(genres, ("6h", "12h", "24h", "48h")):
        yield path_of("trending", "genres", genre, window=window)


def _trending_history(genres: Sequence[str]) -> Iterator[str]:
    for window, limit in product(("1h", "6h", "24h", "48h"), (5, 10, 20)):
        yield path_of("trending", "history", window=window, limit=limit)
    for genre, window in product(genres, ("6h", "24h", "48h")):
        yield path_of("trending", "history", window=window, genre=genre)


def _search(movies: Sequence[Movie], genres: Sequence[str], dice: random.Random) -> Iterator[str]:
    for movie in islice(movies, 40):
        # Folded: the service treats two spellings of a word as one request and would answer the second from the cache.
        yield path_of("search", "movies", q=dice.choice(normalise_words(movie.title) or ("movie",)))
    for movie in islice(movies, 20):
        title, name = normalise_words(movie.title), normalise_words(" ".join((*movie.directors, *movie.cast)[:1]))
        yield path_of("search", "movies", q=" ".join((*title[:1], *name)) or "movie")
    for letter in "abcdefghilmnoprst":
        yield path_of("search", "movies", q=letter, limit=50, sort_by="title")
    for genre in genres:
        yield path_of("search", "movies", genre=genre, year_from=1990, rating_min=6, sort_by="rating")
    for page in range(10):
        yield path_of("search", "movies", sort_by="popularity", limit=100, offset=100 * page)
    yield path_of("search", "movies")


def _genre_search(genres: Sequence[str]) -> Iterator[str]:
    yield path_of("search", "genres")
    for genre in genres:
        for length in (1, 2, 3, len(genre)):
            yield path_of("search", "genres", q=genre[:length].strip())


def _genre_analytics(genres: Sequence[str], years: Sequence[str]) -> Iterator[str]:
    for genre in genres:
        yield path_of("analytics", "genre", genre)
        for year in years[:2]:
            yield path_of("analytics", "genre", genre, year=year)
        yield path_of("analytics", "genre", genre, year=years[0], month=1)


def _trends(movies: Sequence[Movie], genres: Sequence[str]) -> Iterator[str]:
    for metric, window in product(("rating", "sentiment", "popularity"), ("7d", "30d", "90d", "all")):
        yield path_of("analytics", "trends", metric=metric, window=window)
        for genre in islice(genres, 4):
            yield path_of("analytics", "trends", metric=metric, window=window, genre=genre)
    for movie in islice(movies, 40):
        yield path_of("analytics", "trends", metric="sentiment", window="30d", movie_id=movie.movie_id)


def _comparison(genres: Sequence[str], years: Sequence[str]) -> Iterator[str]:
    yield path_of("analytics", "sentiment", "comparison")
    for genre in genres:
        yield path_of("analytics", "sentiment", "comparison", genre=genre)
    for year in islice(years, 50):
        yield path_of("analytics", "sentiment", "comparison", year=year)


def _about_people_and_likes(
    movies: Sequence[Movie], genres: Sequence[str], dice: random.Random
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yields the endpoints of people and recommendations, each with its paths."""
    yield "people", _people(movies)
    yield "people/{name}", (path_of("people", name) for name in _names(movies))
    yield "people/{name}/movies", _works(movies)
    similar = (path_of("recommendations", "movies", movie.movie_id, "similar") for movie in movies)
    yield "recommendations/movies/{id}/similar", similar
    yield "recommendations/genres/{genre}", _recommended(genres)
    yield "recommendations/personalized", _liked(movies, dice)


def _names(movies: Sequence[Movie]) -> list[str]:
    """People of the movies, in one spelling of each: small letters, without signs."""
    return list(dict.fromkeys(fold_name(name) for movie in movies for name in (*movie.directors, *movie.cast[:2])))


def _people(movies: Sequence[Movie]) -> Iterator[str]:
    for place, name in enumerate(_names(movies)):
        words = name.split()
        # In turn the whole name, a word, its beginning, and a typing error.
        yield path_of("people", q=(name, words[-1], words[0][:3], f"{words[-1]}x")[place % 4])


def _works(movies: Sequence[Movie]) -> Iterator[str]:
    for place, name in enumerate(_names(movies)):
        yield path_of("people", name, "movies", sort_by=("release_date", "rating", "popularity", "title")[place % 4])


def _recommended(genres: Sequence[str]) -> Iterator[str]:
    for genre, order in product(genres, ("hybrid", "rating", "trending", "sentiment")):
        yield path_of("recommendations", "genres", genre, sort_by=order)


def _liked(movies: Sequence[Movie], dice: random.Random) -> Iterator[str]:
    for _ in range(_DISTINCT_AT_MOST):
        liked = sorted(movie.movie_id for movie in dice.sample(movies, k=min(len(movies), 5)))
        yield f"{path_of('recommendations', 'personalized')} {json.dumps({'liked_movie_ids': liked})}"


def _actors(movies: Sequence[Movie], dice: random.Random) -> Iterator[str]:
    appearances = Counter(actor for movie in movies for actor in movie.cast)
    # Only actors of more than one movie have a network.
    known = sorted(actor for actor, count in appearances.items() if count > 1)
    for actor in dice.sample(known, k=min(len(known), _DISTINCT_AT_MOST)):
        yield path_of("analytics", "actors", actor)
