"""Trending's views, and the functions that fetch their answers for the API and the pages."""

from __future__ import annotations

from merger.answers.answer import Answer
from merger.contract.collections import SPEED
from merger.contract.identity import genre_key
from merger.core.evidence import PARTIAL, Completeness
from merger.core.windows import Span
from merger.views.freshness import TTLClass
from merger.views.plans import View
from merger.wiring import asked_service
from trending.history import HistoryQuery, history_plan, ranking_history
from trending.scoring import SPEED_TYPES, RankingParameters, ranking, ranking_plan

RANKING = View(
    name="trending.movies",
    ttl=TTLClass.VOLATILE,
    coverage=SPEED_TYPES,
    plan=ranking_plan,
    build=ranking,
    rests_on=(SPEED,),
)

HISTORY = View(
    name="trending.history",
    ttl=TTLClass.VOLATILE,
    coverage=SPEED_TYPES,
    plan=history_plan,
    build=ranking_history,
    rests_on=(SPEED,),
)

VIEWS = (RANKING, HISTORY)


def movies_trending(
    *, window: Span, limit: int, genre: str | None = None, completeness: Completeness = PARTIAL
) -> Answer:
    """Fetches the movies that are trending, best first.

    Args:
        window: the hours that count.
        limit: most movies to return.
        genre: only movies of this genre, in any case.
        completeness: see ``MergeService.fetch``.

    Raises:
        NotFound: the genre is unknown.
        Incomplete: unless ``completeness`` is ``partial``.
        StoreError: the documents can't be read.
    """
    params = RankingParameters(window, limit, genre and genre_key(genre))
    return asked_service().fetch(RANKING, params, completeness=completeness)


def trending_history(
    *, window: Span, limit: int, hours: int, genre: str | None = None, completeness: Completeness = PARTIAL
) -> Answer:
    """Fetches the same movies with their hourly scores and their ranks when the current hour began.

    Args:
        window: the hours that the ranking counts.
        limit: most movies to return.
        hours: number of hourly scores.
        genre, completeness: as in ``movies_trending``, which raises the same.
    """
    params = HistoryQuery(window, limit, hours, genre and genre_key(genre))
    return asked_service().fetch(HISTORY, params, completeness=completeness)
