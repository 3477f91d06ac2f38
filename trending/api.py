"""Endpoints under ``/api/v1/trending/``: rankings by current activity."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from lambdaserve.api.openapi import GENRE, describe
from lambdaserve.api.responses import respond
from lambdaserve.api.viewsets import ApiViewSet
from trending import scoring
from trending.selectors import movies_trending, trending_history
from trending.serializers import (
    EXAMPLE,
    HISTORY_EXAMPLE,
    GenreTrendingParameters,
    HistoryParameters,
    HistorySerializer,
    TrendingParameters,
    TrendingSerializer,
)

_FORMULA = (
    f"{scoring.POPULARITY_WEIGHT:g}·p/(p+{scoring.USUAL_POPULARITY:g}) + "
    f"{scoring.CHANGE_WEIGHT:g}·c/(|c|+{scoring.USUAL_CHANGE:g})"
)

_RULES = f"""Ranks every movie for which the speed layer holds `trending` or `stats` documents in the window.

- Its score is the `trending_score` of its newest `trending` document.
- A movie with only `stats` has the `trending_score` that its newest document carries. Without one it is scored from 0
  to 100 by its popularity *p* and the change in popularity per hour *c*:
  `{_FORMULA}`, at least 0.
- Order: score, then popularity, then the smaller `movie_id`. A genre is applied before the limit; ranks have no gaps.

`freshness.missing` lists the hours of the window that the speed layer does not hold."""


class TrendingViewSet(ApiViewSet):
    """Endpoints that rank movies."""

    @describe(
        operation="trending_movies",
        tag="trending",
        summary="Trending movies",
        about=_RULES,
        answer=TrendingSerializer,
        example=EXAMPLE,
        parameters=TrendingParameters,
        errors=(404,),
    )
    def movies(self, request: Request) -> HttpResponseBase:
        """``trending/movies``."""
        return respond(request, movies_trending(**TrendingParameters.of(request)))

    @describe(
        operation="trending_genre",
        tag="trending",
        summary="Trending movies of a genre",
        about=_RULES,
        answer=TrendingSerializer,
        example=EXAMPLE,
        parameters=GenreTrendingParameters,
        path=[GENRE],
        errors=(404,),
    )
    def genre(self, request: Request, genre: str) -> HttpResponseBase:
        """``trending/genres/{genre}``."""
        return respond(request, movies_trending(genre=genre, **GenreTrendingParameters.of(request)))

    @describe(
        operation="trending_history",
        tag="trending",
        summary="History of the trending movies",
        about="The movies of `trending/movies`, each with its hourly scores and its rank when the current hour began. "
        "`freshness.missing` lists the hours of either that the speed layer does not hold.",
        answer=HistorySerializer,
        example=HISTORY_EXAMPLE,
        parameters=HistoryParameters,
        errors=(404,),
    )
    def history(self, request: Request) -> HttpResponseBase:
        """``trending/history``."""
        return respond(request, trending_history(**HistoryParameters.of(request)))
