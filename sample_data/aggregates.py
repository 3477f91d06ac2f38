"""The batch job's views over many movies: genres by month, trends by day, networks of actors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from statistics import fmean
from typing import Any

from merger.core.windows import DAY
from sample_data.facts import Movie
from sample_data.ledger import DayFigures, Ledger
from sample_data.replay import MovieState, Reviews
from sample_data.world import World

TOP_MOVIES = 5
"""Movies named in a genre's month."""

MOVIES_WITH_TRENDS = 40
"""The most popular movies have series of their own; a reader computes the others' from the speed layer."""

_Group = tuple[str, str | int] | None


def genre_months(standings: Iterable[MovieState], ledger: Ledger, at: datetime) -> Iterator[dict[str, Any]]:
    """``genre_analytics`` payloads, one per genre, year and month of release.

    Averages are over movies, the sentiment's over reviews; what no movie of the month has is absent.
    """
    months: dict[tuple[str, str], list[MovieState]] = defaultdict(list)
    for standing in standings:
        for genre in standing.movie.genres:
            months[genre, standing.movie.release_date[:7]].append(standing)
    for (genre, month), members in sorted(months.items(), key=lambda entry: entry[0]):
        year, _, number = month.partition("-")
        yield {"genre": genre, "year": int(year), "month": int(number), **_statistics(members, ledger, at)}


def _statistics(members: Sequence[MovieState], ledger: Ledger, at: datetime) -> dict[str, Any]:
    movies = [standing.movie for standing in members]
    budgets = [movie.budget for movie in movies if movie.budget]
    runtimes = [movie.runtime for movie in movies if movie.runtime]
    reviews = Reviews()
    for movie in movies:
        reviews.include(ledger.reviews_of(movie.movie_id))
    found: dict[str, Any] = {
        "total_movies": len(movies),
        "avg_rating": round(fmean(standing.vote_average for standing in members), 4),
        "avg_popularity": round(fmean(standing.popularity(at) for standing in members), 3),
        "total_revenue": sum(movie.revenue or 0 for movie in movies),
    }
    if reviews.count:
        found["avg_sentiment"] = reviews.average
    if budgets:
        found["avg_budget"] = round(fmean(budgets))
    if runtimes:
        found["avg_runtime"] = round(fmean(runtimes), 1)
    found["top_movies"] = [_top_movie(standing, at) for standing in _most_popular(members, at)]
    return found


def _most_popular(members: Iterable[MovieState], at: datetime) -> list[MovieState]:
    ranked = sorted(members, key=lambda standing: (-standing.popularity(at), standing.movie.movie_id))
    return ranked[:TOP_MOVIES]


def _top_movie(standing: MovieState, at: datetime) -> dict[str, Any]:
    movie = standing.movie
    entry = {
        "movie_id": movie.movie_id,
        "title": movie.title,
        "vote_average": standing.vote_average,
        "vote_count": standing.vote_count,
        "popularity": standing.popularity(at),
        "revenue": movie.revenue,
        "release_date": movie.release_date,
    }
    return {name: value for name, value in entry.items() if value is not None}


def trend_points(world: World, ledger: Ledger, first_day: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """``temporal_analytics`` payloads from ``first_day`` on: of all movies, of each genre, of some movies.

    ``count`` is the number of reviews for ``sentiment``; for ``rating`` and ``popularity`` that of the hours
    in which a movie had events, each being one observation of the movie's average rating and popularity.
    """
    genres = {movie.movie_id: movie.genres for movie in world.movies}
    followed = {movie.movie_id for movie in world.movies[:MOVIES_WITH_TRENDS]}
    day = first_day
    while day < until:
        groups: dict[_Group, DayFigures] = defaultdict(DayFigures)
        for movie_id, figures in ledger.day(day).items():
            for group in _groups(movie_id, genres[movie_id], followed):
                groups[group].include(figures)
        for group, figures in groups.items():
            labels = {} if group is None else {group[0]: group[1]}
            for point in _points(figures):
                yield {"date": f"{day:%Y-%m-%d}", **labels, **point}
        day += DAY


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
    """``actor_collaboration`` payloads of actors with two movies or more; most frequent partners first."""
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
