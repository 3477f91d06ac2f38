"""The rankings that trending answers, from plan to body."""

from __future__ import annotations

from merger.answers.answer import Answer
from merger.contract.collections import SPEED
from merger.core.windows import Span
from merger.speed.hour_range import HourRange
from merger.views.freshness import TTLClass
from merger.views.plans import Plan, PlanContext, View
from merger.wiring import service
from trending.history import HistoryQuery, hours_needed, ranking_history
from trending.scoring import RankingParameters, ranking, window_of

SPEED_TYPES = ("trending", "stats")


def _plan(question: PlanContext[RankingParameters]) -> Plan:
    window = window_of(question.params.window, question.boundary.now)
    return Plan(hours=HourRange(SPEED_TYPES, window), reference=True)


def _plan_history(question: PlanContext[HistoryQuery]) -> Plan:
    window = hours_needed(question.params, question.boundary.now)
    return Plan(hours=HourRange(SPEED_TYPES, window), reference=True)


RANKING = View(
    name="trending.movies",
    ttl=TTLClass.VOLATILE,
    coverage=SPEED_TYPES,
    plan=_plan,
    build=ranking,
    rests_on=(SPEED,),
)

HISTORY = View(
    name="trending.history",
    ttl=TTLClass.VOLATILE,
    coverage=SPEED_TYPES,
    plan=_plan_history,
    build=ranking_history,
    rests_on=(SPEED,),
)


def movies_trending(*, window: Span, limit: int, genre: str | None = None, strict: bool = False) -> Answer:
    """The movies that are trending, best first.

    Args:
        window: the hours that count.
        limit: at most so many movies.
        genre: only movies of this genre, in any case (A3).
        strict: raise rather than answer from a part of the hours.

    Raises:
        NotFound: the genre is unknown.
        Incomplete: only when ``strict``.
        StoreError: the documents can't be read.
    """
    params = RankingParameters(window, limit, None if genre is None else genre.strip().casefold())
    return service().fetch(RANKING, params, strict=strict)


def trending_history(*, window: Span, limit: int, hours: int, genre: str | None = None, strict: bool = False) -> Answer:
    """The same movies with their scores by the hour and their places when this hour began.

    Args:
        window: the hours that the ranking counts.
        limit: at most so many movies.
        hours: of scores.
        genre, strict: as above; raises the same.
    """
    params = HistoryQuery(window, limit, hours, None if genre is None else genre.strip().casefold())
    return service().fetch(HISTORY, params, strict=strict)
