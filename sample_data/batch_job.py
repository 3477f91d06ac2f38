"""The nightly batch job: turns the whole stream up to a cut into ``batch_views`` documents of all five view types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from merger.core.windows import Granularity, Window, buckets, floor_day
from sample_data.aggregates import actor_networks, genre_months, trend_points
from sample_data.facts import Movie
from sample_data.ledger import Ledger
from sample_data.replay import MovieState, Replay
from sample_data.world import World

ID_PREFIX = "sample:"
"""Prefix of the ``_id`` of every document of the sample world, in both collections."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of the job: its input ends at ``covers_until``, and it finished at ``computed_at``."""

    covers_until: datetime
    computed_at: datetime
    version: int = 1

    @property
    def run_id(self) -> str:
        """``batch_YYYY_MM_DD`` of the day on which the run finished, in UTC."""
        return f"batch_{self.computed_at:%Y_%m_%d}"


@dataclass(frozen=True, slots=True)
class Digest:
    """A world's stream read up to a cut: the state of every movie then, and figures by day."""

    world: World
    states: Mapping[int, MovieState]
    ledger: Ledger


def digest(world: World, until: datetime, on_hour: Callable[[datetime], None] | None = None) -> Digest:
    """Reads the events from the epoch to ``until``; calls ``on_hour`` after each hour."""
    replay, ledger = Replay(world), Ledger()
    for hour, seen in replay.until(until):
        ledger.enter(hour, seen)
        if on_hour is not None:
            on_hour(hour)
    return Digest(world, replay.states, ledger)


def batch_documents(read: Digest, run: JobRun, since: datetime | None = None) -> Iterator[Document]:
    """Yields everything a run writes; the same arguments give the same documents with the same ``_id``.

    Args:
        read: the stream up to the run's ``covers_until``.
        run: its cut and stamps.
        since: an earlier run's ``covers_until``; points of days it covered completely are left out, since they can't
            have changed.
    """
    world, ledger = read.world, read.ledger
    first_day = world.epoch if since is None else floor_day(since)
    yield from _details(read, run)
    yield from _sentiment_totals(read, run)
    yield from _sentiment_days(ledger, first_day, run)
    for month in genre_months(read.states.values(), ledger, run.covers_until):
        key = f"{month['genre']}:{month['year']}-{month['month']:02}"
        yield _document(run, "genre_analytics", key, month)
    for point in trend_points(world, ledger, first_day, run.covers_until):
        key = ":".join(str(point[name]) for name in ("metric", "date", "genre", "movie_id") if name in point)
        yield _document(run, "temporal_analytics", key, point, point.get("movie_id"))
    for network in actor_networks(world.movies):
        yield _document(run, "actor_collaboration", network["actor"], network)


def _details(read: Digest, run: JobRun) -> Iterator[Document]:
    for movie in read.world.movies:
        data = movie_details(read.states[movie.movie_id], run.covers_until)
        yield _document(run, "movie_details", str(movie.movie_id), data, movie.movie_id)


def _sentiment_totals(read: Digest, run: JobRun) -> Iterator[Document]:
    """Yields a total for every movie, also for those without reviews, to distinguish "no review" from "not known"."""
    for movie in read.world.movies:
        data = read.ledger.reviews_of(movie.movie_id).payload()
        yield _document(run, "sentiment", str(movie.movie_id), data, movie.movie_id)


def _sentiment_days(ledger: Ledger, first_day: datetime, run: JobRun) -> Iterator[Document]:
    for day in buckets(Window(first_day, run.covers_until), Granularity.DAY):
        date = f"{day:%Y-%m-%d}"
        for movie_id, figures in ledger.day(day).items():
            if figures.reviews.count:
                data = {"date": date, **figures.reviews.payload()}
                yield _document(run, "sentiment", f"{movie_id}:{date}", data, movie_id)


def movie_details(state: MovieState, at: datetime) -> dict[str, Any]:
    """Returns the ``movie_details`` payload: TMDB's facts, with the numbers as changed by the stream until ``at``.

    Facts TMDB does not have are absent.
    """
    movie = state.movie
    data = {
        "title": movie.title,
        "release_date": movie.release_date,
        "genres": list(movie.genres),
        "runtime": movie.runtime,
        "budget": movie.budget,
        "revenue": movie.revenue,
        "overview": overview(movie),
        "original_language": movie.original_language,
        "vote_average": state.vote_average,
        "vote_count": state.vote_count,
        "popularity": state.popularity(at),
        "cast": list(movie.cast),
        "directors": list(movie.directors),
    }
    return {name: value for name, value in data.items() if value is not None and value != []}


def overview(movie: Movie) -> str:
    """Returns a plain sentence made of facts; TMDB's own texts are not part of the sample."""
    genres = " / ".join(movie.genres)
    kind = f"{'An' if genres[0] in 'AEIOU' else 'A'} {genres} film" if genres else "A film"
    by = f", directed by {_join_names(movie.directors)}" if movie.directors else ""
    starring = f", with {_join_names(movie.cast)}" if movie.cast else ""
    return f"{kind} from {movie.release_date[:4]}{by}{starring}."


def _join_names(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _document(run: JobRun, view_type: str, key: str, data: Mapping[str, Any], movie_id: int | None = None) -> Document:
    return {
        "_id": f"{ID_PREFIX}{view_type}:{key}",
        **({} if movie_id is None else {"movie_id": movie_id}),
        "view_type": view_type,
        "data": data,
        "computed_at": run.computed_at,
        "covers_until": run.covers_until,
        "batch_run_id": run.run_id,
        "version": run.version,
    }
