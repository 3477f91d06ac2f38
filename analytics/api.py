"""Endpoints under ``/api/v1/analytics/``: genres, series, tiers and networks."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from analytics import examples, selectors
from analytics.parameters import (
    ComparisonParameters,
    GenreParameters,
    TrendsParameters,
)
from analytics.serializers import (
    ActorSerializer,
    ComparisonSerializer,
    GenreSerializer,
    OverviewSerializer,
    TrendsSerializer,
)
from lambdaserve.api.openapi import GENRE, NAME, describe
from lambdaserve.api.parameters import QueryParameters
from lambdaserve.api.responses import respond
from lambdaserve.api.viewsets import ApiViewSet


class AnalyticsViewSet(ApiViewSet):
    """Statistics over many movies."""

    @describe(
        operation="analytics_genre",
        tag="analytics",
        summary="Statistics of a genre",
        about="Sums the batch layer's monthly documents of the genre; a document of a whole year counts only where "
        "the year has no monthly ones. Averages are weighted by movies. A known genre without documents in the "
        "period has `total_movies` 0. A trend is `stable` within ±0.05 (rating), ±0.02 (sentiment) or ±1 "
        "(popularity) a year.",
        answer=GenreSerializer,
        example=examples.GENRE,
        parameters=GenreParameters,
        path=[GENRE],
        errors=(404,),
    )
    def genre(self, request: Request, genre: str) -> HttpResponseBase:
        """``analytics/genre/{genre}``."""
        return respond(request, selectors.genre_statistics(genre=genre, **GenreParameters.of(request)))

    @describe(
        operation="analytics_trends",
        tag="analytics",
        summary="Series of a metric by day or hour",
        about="Days of the batch layer, completed by the hours of the speed layer: of all movies, of a genre's, or of "
        "one. `data_source` says for each point which layer answered. An observation is a review for `sentiment`, else "
        "a movie's number in an hour with events. `summary.trend` is `stable` within ±0.01 (rating), ±0.001 "
        "(sentiment) or ±0.1 (popularity) a day.",
        answer=TrendsSerializer,
        example=examples.TRENDS,
        parameters=TrendsParameters,
        errors=(404,),
    )
    def trends(self, request: Request) -> HttpResponseBase:
        """``analytics/trends``."""
        return respond(request, selectors.trend_series(**TrendsParameters.of(request)))

    @describe(
        operation="analytics_overview",
        tag="analytics",
        summary="The whole catalogue",
        about="Distinct movies and genres of the batch layer, with plain means over movies; a movie without "
        "votes has no rating.",
        answer=OverviewSerializer,
        example=examples.OVERVIEW,
        parameters=QueryParameters,
    )
    def overview(self, request: Request) -> HttpResponseBase:
        """``analytics/overview``."""
        return respond(request, selectors.catalogue_overview(**QueryParameters.of(request)))

    @describe(
        operation="analytics_sentiment_comparison",
        tag="analytics",
        summary="Sentiment by popularity",
        about="The batch layer's lifetime sentiment of the movies of each tier of popularity: `blockbuster` above 80, "
        "`popular` above 50, `moderate` above 20, `niche` up to 20.",
        answer=ComparisonSerializer,
        example=examples.COMPARISON,
        parameters=ComparisonParameters,
        errors=(404,),
    )
    def comparison(self, request: Request) -> HttpResponseBase:
        """``analytics/sentiment/comparison``."""
        return respond(request, selectors.sentiment_by_tier(**ComparisonParameters.of(request)))

    @describe(
        operation="analytics_actor",
        tag="analytics",
        summary="Collaborations of an actor",
        about="The batch layer's network of an actor. Names are found without regard to case, accents, dots, "
        "apostrophes and hyphens: `Penelope Cruz`, `Robert Downey Jr`. A 404 lists similar names as `near`. Actors of "
        "one name count as one, since documents have only the name.",
        answer=ActorSerializer,
        example=examples.ACTOR,
        parameters=QueryParameters,
        path=[NAME],
        errors=(404,),
    )
    def actor(self, request: Request, name: str) -> HttpResponseBase:
        """``analytics/actors/{name}``."""
        return respond(request, selectors.actor_collaborations(name=name, **QueryParameters.of(request)))
