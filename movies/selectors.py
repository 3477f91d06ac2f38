"""The views of movies and of the search, and the functions that fetch their answers for the API and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import methodcaller
from typing import Any

from merger.answers.answer import Answer
from merger.catalogue.title_text import normalise_words
from merger.contract.collections import SPEED
from merger.contract.identity import genre_key
from merger.core.evidence import PARTIAL, Completeness
from merger.core.windows import HOUR, Granularity, Span, Window, parse_span
from merger.errors import NotFound
from merger.speed.tables import HourRange
from merger.views.freshness import TTLClass
from merger.views.live_days import live_days
from merger.views.plans import Plan, PlanContext, View, movie_reads
from merger.views.reading import ViewInputs, ViewResult
from merger.wiring import asked_service
from movies.details import movie_details, movie_stats
from movies.genres import genre_search
from movies.search import Direction, MovieSearch, SortBy, movie_search
from movies.sentiment import movie_sentiment

LIFETIME = parse_span("all")


@dataclass(frozen=True, slots=True)
class Movie:
    """Parameters of ``movies/{id}``."""

    movie_id: int


@dataclass(frozen=True, slots=True)
class MovieSentiment:
    """Parameters of ``movies/{id}/sentiment``."""

    movie_id: int
    window: Span
    granularity: Granularity


@dataclass(frozen=True, slots=True)
class MovieStats:
    """Parameters of ``movies/{id}/stats``: the last ``hours`` hours, including all of the oldest one."""

    movie_id: int
    hours: int

    def window(self, now: datetime) -> Window:
        return Span(f"{self.hours}h", self.hours * HOUR, Granularity.HOUR).ending(now, Granularity.HOUR)


@dataclass(frozen=True, slots=True)
class GenreSearch:
    """Parameters of ``search/genres``: normalised words of the name, ``None`` for all genres."""

    words: tuple[str, ...] | None


def movie_get(*, movie_id: int, completeness: Completeness = PARTIAL) -> Answer:
    """Fetches a movie's details.

    Raises:
        NotFound: neither layer knows the movie.
        Incomplete, StoreError: as ``MergeService.fetch``, which all functions here call.
    """
    return asked_service().fetch(DETAILS, Movie(movie_id), completeness=completeness)


def movie_sentiment_get(
    *, movie_id: int, window: Span = LIFETIME, granularity: str | None = None, completeness: Completeness = PARTIAL
) -> Answer:
    """Fetches a movie's sentiment, by default in the window's own unit. Raises ``NotFound``."""
    width = window.unit if granularity is None else Granularity(granularity)
    return asked_service().fetch(SENTIMENT, MovieSentiment(movie_id, window, width), completeness=completeness)


def movie_stats_list(*, movie_id: int, hours: int = 48, completeness: Completeness = PARTIAL) -> Answer:
    """Fetches a movie's hourly stats, newest first. Raises ``NotFound``."""
    return asked_service().fetch(STATS, MovieStats(movie_id, hours), completeness=completeness)


def movie_search_list(
    *, q: str | None = None, genre: str | None = None, completeness: Completeness = PARTIAL, **limits: Any
) -> Answer:
    """Fetches one page of the movies that match.

    Args:
        q: words of titles, people and years.
        genre: its name, in upper or lower case.
        completeness: see ``MergeService.fetch``.
        limits: the other fields of ``MovieSearch``.

    Raises:
        NotFound: the genre is unknown.
    """
    limits["sort_by"] = SortBy(limits.get("sort_by", SortBy.RELEVANCE))
    limits["direction"] = Direction(limits["direction"]) if limits.get("direction") else None
    folded = None if q is None else " ".join(q.casefold().split())
    return asked_service().fetch(
        SEARCH, MovieSearch(q=folded, genre=genre and genre_key(genre), **limits), completeness=completeness
    )


def genre_search_list(*, q: str | None = None, completeness: Completeness = PARTIAL) -> Answer:
    """Fetches genres with the number and mean rating of their movies."""
    return asked_service().fetch(
        GENRES, GenreSearch(None if q is None else normalise_words(q)), completeness=completeness
    )


def _plan_details(context: PlanContext[Movie]) -> Plan:
    movie_id, boundary = context.params.movie_id, context.boundary
    reads = movie_reads(movie_id, ("movie_details",), context, speed_from=boundary.cutoff)
    return Plan(reads, speed_types=("stats",))


def _build_details(params: Movie, inputs: ViewInputs) -> ViewResult:
    return _require(params.movie_id, movie_details(params.movie_id, inputs))


def _plan_sentiment(context: PlanContext[MovieSentiment]) -> Plan:
    # Buckets of every type: any of them shows that the movie exists.
    types, start = ("sentiment", "movie_details"), context.boundary.speed_from
    return Plan(movie_reads(context.params.movie_id, types, context, speed_from=start))


def _build_sentiment(params: MovieSentiment, inputs: ViewInputs) -> ViewResult:
    result = movie_sentiment(params.movie_id, params.window, params.granularity, inputs)
    return _require(params.movie_id, result)


def _plan_stats(context: PlanContext[MovieStats]) -> Plan:
    start = context.params.window(context.boundary.now).bounded_start
    reads = movie_reads(context.params.movie_id, (), context, speed_from=start)
    return Plan(reads, catalogue=True)


def _build_stats(params: MovieStats, inputs: ViewInputs) -> ViewResult:
    movie_id = params.movie_id
    own = inputs.documents.of_movie(movie_id)
    if not own.names_any and not inputs.catalogue.knows(movie_id):
        raise NotFound("movie", movie_id)
    result = movie_stats(movie_id, params.window(inputs.boundary.now), inputs)
    return ViewResult({**result.body, "hours": params.hours}, result.freshness)


def _plan_search(context: PlanContext[MovieSearch]) -> Plan:
    boundary = context.boundary
    since_cutoff = Window(boundary.cutoff, boundary.open_hour + HOUR)
    words = context.params.q
    lookup = None if words is None else methodcaller("find", words)
    return Plan(hours=HourRange(("stats",), since_cutoff), catalogue=True, lookup=lookup)


def _plan_genres(_: PlanContext[GenreSearch]) -> Plan:
    return Plan(catalogue=True)


def _build_genres(params: GenreSearch, inputs: ViewInputs) -> ViewResult:
    return genre_search(params.words, inputs)


def _require(movie_id: int, result: ViewResult | None) -> ViewResult:
    if result is None:
        raise NotFound("movie", movie_id)
    return result


def _movie_id(params: Movie | MovieSentiment | MovieStats) -> int:
    return params.movie_id


def _live_days(params: MovieSentiment, body: Mapping[str, Any], now: datetime) -> dict[str, int]:
    return live_days(params.window, params.granularity, body, now)


DETAILS = View("movies.details", TTLClass.VOLATILE, _plan_details, _build_details, ("stats",), identity=_movie_id)
SENTIMENT = View(
    "movies.sentiment",
    TTLClass.VOLATILE,
    _plan_sentiment,
    _build_sentiment,
    ("sentiment",),
    identity=_movie_id,
    live_days=_live_days,
)
STATS = View("movies.stats", TTLClass.VOLATILE, _plan_stats, _build_stats, ("stats",), (SPEED,), identity=_movie_id)
SEARCH = View("search.movies", TTLClass.STABLE, _plan_search, movie_search, coverage=("stats",))
GENRES = View("search.genres", TTLClass.VERY_STABLE, _plan_genres, _build_genres)
VIEWS = (DETAILS, SENTIMENT, STATS, SEARCH, GENRES)
