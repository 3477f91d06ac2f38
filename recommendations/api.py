"""Endpoints under ``/api/v1/recommendations/``: what to see next."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from lambdaserve.access.credentials.permissions import AskAccess
from lambdaserve.api.bodies import ShallowJSON
from lambdaserve.api.openapi import GENRE, MOVIE_ID, describe
from lambdaserve.api.parameters import QueryParameters, number_in_path
from lambdaserve.api.responses import respond
from lambdaserve.api.viewsets import ApiViewSet
from recommendations import examples
from recommendations.parameters import MOST_LIKED, GenreParameters, PersonalBody, SimilarParameters
from recommendations.selectors import movies_of_genre, movies_personal, movies_similar
from recommendations.serializers import GenreRecommendationsSerializer, PersonalSerializer, SimilarSerializer

_LIKENESS = (
    "Movies that share genres, cast, directors or rare words of the overview with the liked ones, and are close in "
    "years; rare traits weigh more. Then votes count (see `novelty`), and as far as they are included, what happens "
    "now: trends by at most 15 %, sentiment by at most 10 %."
)


class RecommendationsViewSet(ApiViewSet):
    """Movies that are like one, and those of a genre."""

    @describe(
        operation="recommendations_similar",
        tag="recommendations",
        summary="Movies that are like a movie",
        about=f"{_LIKENESS} Each movie says what it shares.",
        answer=SimilarSerializer,
        example=examples.SIMILAR,
        parameters=SimilarParameters,
        path=[MOVIE_ID],
        errors=(404,),
    )
    def similar(self, request: Request, movie_id: str) -> HttpResponseBase:
        """``recommendations/movies/{id}/similar``."""
        key = number_in_path("movie_id", movie_id)
        return respond(request, movies_similar(movie_id=key, **SimilarParameters.of(request)))

    @describe(
        operation="recommendations_genre",
        tag="recommendations",
        summary="Movies of a genre to see next",
        about="`hybrid` weighs the rating, drawn towards 6 where few votes gave it, with votes, trend and sentiment. "
        "`because_of` is empty: nothing was liked.",
        answer=GenreRecommendationsSerializer,
        example=examples.GENRE,
        parameters=GenreParameters,
        path=[GENRE],
        errors=(404,),
    )
    def genre(self, request: Request, genre: str) -> HttpResponseBase:
        """``recommendations/genres/{genre}``."""
        return respond(request, movies_of_genre(genre=genre, **GenreParameters.of(request)))


class PersonalViewSet(ApiViewSet):
    """Movies for a list of likes, which comes as a body. Nothing is written or kept of it."""

    permission_classes = (AskAccess,)
    parser_classes = (ShallowJSON,)

    @describe(
        operation="recommendations_personalized",
        tag="recommendations",
        summary="Movies for a list of liked ones",
        about=f"{_LIKENESS} The list may have up to {MOST_LIKED} ids; it is sent with each request, and nothing is "
        "kept of it but the cached answer. Ids that no movie has are listed in `unknown_movie_ids`; if none is known, "
        "the answer is a 404. A browser's session needs the header `X-CSRFToken`, as for every POST.",
        answer=PersonalSerializer,
        example=examples.PERSONAL,
        parameters=QueryParameters,
        body=PersonalBody,
        body_example=examples.PERSONAL_BODY,
        errors=(404, 411, 413, 415),
    )
    def personalized(self, request: Request) -> HttpResponseBase:
        """``recommendations/personalized``."""
        return respond(request, movies_personal(**PersonalBody.of(request), **QueryParameters.of(request)))
