"""The views of analytics and the functions that fetch them, for the API and the pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from operator import methodcaller
from typing import Final, TypeVar

from analytics.actors import Actor, actor_network, actor_plan
from analytics.catalogue import Comparison, overview, sentiment_comparison
from analytics.genres import GenrePeriod, genre_analytics
from analytics.series import trends
from analytics.series_reads import TrendParameters, series_genre, trend_plan
from merger.answers.answer import Answer
from merger.answers.service import MergeService
from merger.contract.collections import BATCH
from merger.contract.identity import genre_key
from merger.core.evidence import PARTIAL, Completeness
from merger.core.windows import Granularity, Span
from merger.errors import NotFound, StoreError
from merger.views.freshness import TTLClass
from merger.views.plans import Plan, PlanContext, View
from merger.wiring import asked_service
from search.people import PeopleIndex

T = TypeVar("T")

_INDEX_WAIT_SECONDS: Final = 1.0
"""How long an actor's answer waits for the first index, which it can do without."""


def _catalogue_plan(_: PlanContext[GenrePeriod] | PlanContext[Comparison] | PlanContext[None]) -> Plan:
    return Plan(catalogue=True)


def _movie_id(params: TrendParameters) -> int | None:
    return params.movie_id


GENRE = View("analytics.genre", TTLClass.STABLE, _catalogue_plan, genre_analytics)
GENRE_HISTORY = View("analytics.genre_history", TTLClass.VERY_STABLE, _catalogue_plan, genre_analytics)
TRENDS = View("analytics.trends", TTLClass.STABLE, trend_plan, trends, ("sentiment", "stats"), identity=_movie_id)
OVERVIEW = View("analytics.overview", TTLClass.STABLE, _catalogue_plan, overview)
COMPARISON = View("analytics.sentiment_comparison", TTLClass.STABLE, _catalogue_plan, sentiment_comparison)
ACTOR = View("analytics.actor", TTLClass.VERY_STABLE, actor_plan, actor_network, rests_on=(BATCH,))
VIEWS = (GENRE, GENRE_HISTORY, TRENDS, OVERVIEW, COMPARISON, ACTOR)


def genre_statistics(
    *, genre: str, year: int | None = None, month: int | None = None, completeness: Completeness = PARTIAL
) -> Answer:
    """Fetches a genre's statistics of all years, a year or a month. A past year's answer is cached for longer.

    Raises:
        NotFound: the genre is unknown.
        StoreError: the documents can't be read.
    """
    engine = asked_service()
    is_past = year is not None and year < engine.boundary().now.year
    params = GenrePeriod(genre_key(genre), year, month)
    return engine.fetch(GENRE_HISTORY if is_past else GENRE, params, completeness=completeness)


def trend_series(
    *,
    metric: str,
    window: Span,
    genre: str | None = None,
    movie_id: int | None = None,
    granularity: str = Granularity.DAY,
    completeness: Completeness = PARTIAL,
) -> Answer:
    """Fetches the series of a metric, by day or hour: of all movies, of a genre or of one movie.

    Raises:
        NotFound: the genre or the movie is unknown.
        Incomplete: unless ``completeness`` is ``partial``.
        StoreError: the documents can't be read.
    """
    params = TrendParameters(metric, window, genre and series_genre(genre), movie_id, Granularity(granularity))
    return asked_service().fetch(TRENDS, params, completeness=completeness)


def catalogue_overview(*, completeness: Completeness = PARTIAL) -> Answer:
    """Fetches totals, genres and averages of the whole catalogue.

    Raises:
        StoreError: the documents can't be read.
    """
    return asked_service().fetch(OVERVIEW, None, completeness=completeness)


def sentiment_by_tier(
    *, genre: str | None = None, year: int | None = None, completeness: Completeness = PARTIAL
) -> Answer:
    """Fetches lifetime sentiment by tier of popularity, of the movies of a genre and a year of release.

    Raises:
        NotFound: the genre is unknown.
        StoreError: the documents can't be read.
    """
    params = Comparison(genre and genre_key(genre), year)
    return asked_service().fetch(COMPARISON, params, completeness=completeness)


def actor_collaborations(*, name: str, completeness: Completeness = PARTIAL) -> Answer:
    """Fetches the actors that an actor has worked with. The name may be typed without accents, dots and hyphens.

    Raises:
        NotFound: no document names the actor; it offers similar names.
        StoreError: the documents can't be read.
    """
    engine = asked_service()
    params = Actor(" ".join(name.split()), ask_people(engine, methodcaller("spellings", name), ()))
    try:
        return engine.fetch(ACTOR, params, completeness=completeness)
    except NotFound as error:
        near: list[str] = ask_people(engine, methodcaller("near", name), [])
        raise NotFound(error.kind, error.key, near) from None


def ask_people(engine: MergeService, lookup: Callable[[PeopleIndex], T], default: T) -> T:
    """Asks the people of the index; returns the default where there is none."""
    with suppress(StoreError):
        if engine.catalogue_at_hand is None:
            engine.catalogue()  # the index is made after it
        return engine.finder.ask(lambda index: lookup(index.people), _INDEX_WAIT_SECONDS)[1]
    return default
