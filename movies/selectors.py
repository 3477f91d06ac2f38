"""What the movies' endpoints and pages show: each function is one question to the merge service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from merger.answers.answer import Answer
from merger.catalogue.title_text import normalise_words
from merger.contract.collections import SPEED
from merger.contract.identity import genre_key
from merger.core.windows import HOUR, Granularity, Span, Window, parse_span
from merger.errors import NotFound
from merger.speed.hour_range import HourRange
from merger.views.freshness import TTLClass
from merger.views.plans import Plan, PlanContext, View, movie_reads
from merger.views.reading import ViewInputs, ViewResult
from merger.wiring import service
from movies.details import movie_details, movie_stats
from movies.genres import genre_search
from movies.search import MovieSearch, SortBy, movie_search
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
    """Parameters of ``movies/{id}/stats``; ``hours`` back from now, the oldest included whole."""

    movie_id: int
    hours: int

    def window(self, now: datetime) -> Window:
        return Span(f"{self.hours}h", self.hours * HOUR, Granularity.HOUR).ending(now, Granularity.HOUR)


@dataclass(frozen=True, slots=True)
class GenreSearch:
    """Parameters of ``search/genres``; folded words, ``None`` for any name."""

    words: tuple[str, ...] | None


def movie_get(*, movie_id: int, strict: bool = False) -> Answer:
    """A movie's details (M6).

    Raises:
        NotFound: neither layer knows it.
        Incomplete, StoreError: see ``MergeService.fetch``; so for every function here.
    """
    return service().fetch(DETAILS, Movie(movie_id), strict=strict)


def movie_sentiment_get(
    *, movie_id: int, window: Span = LIFETIME, granularity: str | None = None, strict: bool = False
) -> Answer:
    """A movie's sentiment, by default in the window's own unit (M4, M5). Raises ``NotFound``."""
    width = window.unit if granularity is None else Granularity(granularity)
    return service().fetch(SENTIMENT, MovieSentiment(movie_id, window, width), strict=strict)


def movie_stats_list(*, movie_id: int, hours: int = 48, strict: bool = False) -> Answer:
    """A movie's hourly stats, newest first. Raises ``NotFound``."""
    return service().fetch(STATS, MovieStats(movie_id, hours), strict=strict)


def movie_search_list(*, q: str | None = None, genre: str | None = None, strict: bool = False, **limits: Any) -> Answer:
    """One page of the movies that match.

    Args:
        q: words of the title.
        genre: in any case.
        strict: see ``MergeService.fetch``.
        limits: the other fields of ``MovieSearch``.

    Raises:
        NotFound: an unknown genre.
    """
    limits["sort_by"] = SortBy(limits.get("sort_by", SortBy.RELEVANCE))
    words = None if q is None else normalise_words(q)
    return service().fetch(SEARCH, MovieSearch(words=words, genre=genre and genre_key(genre), **limits), strict=strict)


def genre_search_list(*, q: str | None = None, strict: bool = False) -> Answer:
    """Genres with the number and mean rating of their movies."""
    return service().fetch(GENRES, GenreSearch(None if q is None else normalise_words(q)), strict=strict)


def _plan_details(question: PlanContext[Movie]) -> Plan:
    movie_id, boundary = question.params.movie_id, question.boundary
    reads = movie_reads(movie_id, ("movie_details",), question, speed_from=boundary.cutoff)
    return Plan(reads, speed_types=("stats",))


def _build_details(params: Movie, reading: ViewInputs) -> ViewResult:
    return _known(params.movie_id, movie_details(params.movie_id, reading))


def _plan_sentiment(question: PlanContext[MovieSentiment]) -> Plan:
    # Buckets of every type: any of them shows that the movie exists.
    types, start = ("sentiment", "movie_details"), question.boundary.speed_from
    return Plan(movie_reads(question.params.movie_id, types, question, speed_from=start))


def _build_sentiment(params: MovieSentiment, reading: ViewInputs) -> ViewResult:
    built = movie_sentiment(params.movie_id, params.window, params.granularity, reading)
    return _known(params.movie_id, built)


def _plan_stats(question: PlanContext[MovieStats]) -> Plan:
    start = question.params.window(question.boundary.now).bounded_start
    reads = movie_reads(question.params.movie_id, (), question, speed_from=start)
    return Plan(reads, catalogue=True)


def _build_stats(params: MovieStats, reading: ViewInputs) -> ViewResult:
    movie_id = params.movie_id
    seen = any(document.movie_id == movie_id for document in reading.documents.speed)
    if not seen and not reading.catalogue.knows(movie_id):
        raise NotFound("movie", movie_id)
    built = movie_stats(movie_id, params.window(reading.boundary.now), reading)
    return ViewResult({**built.body, "hours": params.hours}, built.freshness)


def _plan_search(question: PlanContext[MovieSearch]) -> Plan:
    boundary = question.boundary
    since_cutoff = Window(boundary.cutoff, boundary.open_hour + HOUR)
    return Plan(hours=HourRange(("stats",), since_cutoff), catalogue=True)


def _build_search(params: MovieSearch, reading: ViewInputs) -> ViewResult:
    return movie_search(params, reading)


def _plan_genres(_: PlanContext[GenreSearch]) -> Plan:
    return Plan(catalogue=True)


def _build_genres(params: GenreSearch, reading: ViewInputs) -> ViewResult:
    return genre_search(params.words, reading)


def _known(movie_id: int, built: ViewResult | None) -> ViewResult:
    if built is None:
        raise NotFound("movie", movie_id)
    return built


def _movie_id(params: Movie | MovieSentiment | MovieStats) -> int:
    return params.movie_id


DETAILS = View("movies.details", TTLClass.VOLATILE, _plan_details, _build_details, ("stats",), identity=_movie_id)
SENTIMENT = View(
    "movies.sentiment", TTLClass.VOLATILE, _plan_sentiment, _build_sentiment, ("sentiment",), identity=_movie_id
)
STATS = View("movies.stats", TTLClass.VOLATILE, _plan_stats, _build_stats, ("stats",), (SPEED,), identity=_movie_id)
SEARCH = View("search.movies", TTLClass.STABLE, _plan_search, _build_search, coverage=("stats",))
GENRES = View("search.genres", TTLClass.VERY_STABLE, _plan_genres, _build_genres)
VIEWS = (DETAILS, SENTIMENT, STATS, SEARCH, GENRES)
