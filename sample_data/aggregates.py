"""Computes the batch job's views over many movies: genres by month, trends by day, networks of actors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from statistics import fmean
from typing import Any

from merger.core.windows import Granularity, Window, buckets
from sample_data.facts import Movie
from sample_data.ledger import DayFigures, Ledger
from sample_data.replay import MovieState, Reviews
from sample_data.world import World

TOP_MOVIES = 5
"""Number of movies listed in a genre's month."""

MOVIES_WITH_TRENDS = 40
"""Number of the most popular movies with trends of their own; for others the speed layer is the only source."""

_Group = tuple[str, str | int] | None


def genre_months(states: Iterable[MovieState], ledger: Ledger, at: datetime) -> Iterator[dict[str, Any]]:
    """Yields ``genre_analytics`` payloads, one per genre, year and month of release.

    Averages are over movies, the sentiment's over reviews. Fields that no movie of the month has are absent.
    """
    months: dict[tuple[str, str], list[MovieState]] = defaultdict(list)
    for state in states:
        for genre in state.movie.genres:
            months[genre, state.movie.release_date[:7]].append(state)
    for (genre, month), members in sorted(months.items(), key=lambda entry: entry[0]):
        year, _, number = month.partition("-")
        yield {"genre": genre, "year": int(year), "month": int(number), **_statistics(members, ledger, at)}


def _statistics(members: Sequence[MovieState], ledger: Ledger, at: datetime) -> dict[str, Any]:
    movies = [state.movie for state in members]
    budgets = [movie.budget for movie in movies if movie.budget]
    runtimes = [movie.runtime for movie in movies if movie.runtime]
    reviews = Reviews()
    for movie in movies:
        reviews.include(ledger.reviews_of(movie.movie_id))
    statistics = {
        "total_movies": len(movies),
        "avg_rating": round(fmean(state.vote_average for state in members), 4),
        "avg_popularity": round(fmean(state.popularity(at) for state in members), 3),
        "total_revenue": sum(movie.revenue or 0 for movie in movies),
        "avg_sentiment": reviews.average if reviews.count else None,
        "avg_budget": round(fmean(budgets)) if budgets else None,
        "avg_runtime": round(fmean(runtimes), 1) if runtimes else None,
        "top_movies": [_top_movie(state, at) for state in _most_popular(members, at)],
    }
    return {name: value for name, value in statistics.items() if value is not None}


def _most_popular(members: Iterable[MovieState], at: datetime) -> list[MovieState]:
    ranked = sorted(members, key=lambda state: (-state.popularity(at), state.movie.movie_id))
    return ranked[:TOP_MOVIES]


def _top_movie(state: MovieState, at: datetime) -> dict[str, Any]:
    movie = state.movie
    entry = {
        "movie_id": movie.movie_id,
        "title": movie.title,
        "vote_average": state.vote_average,
        "vote_count": state.vote_count,
        "popularity": state.popularity(at),
        "revenue": movie.revenue,
        "release_date": movie.release_date,
    }
    return {name: value for name, value in entry.items() if value is not None}


def trend_points(world: World, ledger: Ledger, first_day: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """Yields ``temporal_analytics`` payloads from ``first_day`` on: of all movies, of each genre, of some movies.

    ``count`` is the number of reviews for ``sentiment``. For ``rating`` and ``popularity`` it is the number of hours in
    which a movie had events; each is one observation of the movie's average rating and popularity.
    """
    genres = {movie.movie_id: movie.genres for movie in world.movies}
    followed = {movie.movie_id for movie in world.movies[:MOVIES_WITH_TRENDS]}
    for day in buckets(Window(first_day, until), Granularity.DAY):
        groups: dict[_Group, DayFigures] = defaultdict(DayFigures)
        for movie_id, figures in ledger.day(day).items():
            for group in _groups(movie_id, genres[movie_id], followed):
                groups[group].include(figures)
        for group, figures in groups.items():
            labels = {} if group is None else {group[0]: group[1]}
            for point in _points(figures):
                yield {"date": f"{day:%Y-%m-%d}", **labels, **point}


def _groups(movie_id: int, genres: Sequence[str], followed: set[int]) -> Iterator[_Group]:
    yield None
    for genre in genres:
        yield "genre", genre
    if movie_id in followed:
        yield "movie_id", movie_id


def _points(figures: DayFigures) -> Iterator[dict[str, Any]]:
    seen = figures.observations
    yield {"metric": "rating", "value": figures.rating_sum / seen, "count": seen}
    yield {"metric": "popularity", "value": figures.popularity_sum / seen, "count": seen}
    if figures.reviews.count:
        yield {"metric": "sentiment", "value": figures.reviews.average, "count": figures.reviews.count}


def actor_networks(movies: Iterable[Movie]) -> Iterator[dict[str, Any]]:
    """Yields ``actor_collaboration`` payloads of actors with at least two movies; most frequent partners first."""
    appearances: Counter[str] = Counter()
    shared: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for movie in movies:
        appearances.update(movie.cast)
        for one, other in combinations(movie.cast, 2):
            shared[one][other].append(movie.title)
            shared[other][one].append(movie.title)
    for actor, count in sorted(appearances.items()):
        if count > 1:
            yield {"actor": actor, "collaborators": _partners(shared[actor])}


def _partners(titles: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    ranked = sorted(titles.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return [{"actor": actor, "movies": sorted(named), "count": len(named)} for actor, named in ranked]
