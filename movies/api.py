"""API endpoints of movies and of the search."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from lambdaserve.api.openapi import MOVIE_ID, describe
from lambdaserve.api.parameters import QueryParameters, number_in_path
from lambdaserve.api.responses import respond
from lambdaserve.api.viewsets import ApiViewSet
from movies import examples
from movies.selectors import (
    genre_search_list,
    movie_get,
    movie_search_list,
    movie_sentiment_get,
    movie_stats_list,
)
from movies.serializers import (
    GenreSearchParameters,
    GenreSearchSerializer,
    MovieSearchParameters,
    MovieSearchSerializer,
    MovieSerializer,
    SentimentParameters,
    SentimentSerializer,
    StatsParameters,
    StatsSerializer,
)


class MovieViewSet(ApiViewSet):
    """One movie, merged from both layers."""

    @describe(
        operation="movies_details",
        tag="movies",
        summary="Details of a movie",
        about="The batch layer's facts; `vote_average`, `vote_count` and `popularity` come from the speed layer's "
        "newest bucket since the cutoff, unless that layer lags and the batch document is newer.",
        answer=MovieSerializer,
        example=examples.MOVIE,
        parameters=QueryParameters,
        path=[MOVIE_ID],
        errors=[404],
    )
    def retrieve(self, request: Request, movie_id: str) -> HttpResponseBase:
        key = number_in_path("movie_id", movie_id)
        return respond(request, movie_get(movie_id=key, **QueryParameters.of(request)))

    @describe(
        operation="movies_sentiment",
        tag="movies",
        summary="Sentiment of a movie's reviews",
        about="`window=all` is the newest lifetime total of the batch layer plus everything since; any other window is "
        "the sum over exactly the buckets of its timeline. No event is counted twice, and hours that neither layer "
        "holds are listed in `freshness.missing`.",
        answer=SentimentSerializer,
        example=examples.SENTIMENT,
        parameters=SentimentParameters,
        path=[MOVIE_ID],
        errors=[404],
    )
    def sentiment(self, request: Request, movie_id: str) -> HttpResponseBase:
        key = number_in_path("movie_id", movie_id)
        return respond(request, movie_sentiment_get(movie_id=key, **SentimentParameters.of(request)))

    @describe(
        operation="movies_stats",
        tag="movies",
        summary="A movie's numbers hour by hour",
        about="The hours that the speed layer holds, newest first. Hours that it has already deleted are listed in "
        "`freshness.missing`.",
        answer=StatsSerializer,
        example=examples.STATS,
        parameters=StatsParameters,
        path=[MOVIE_ID],
        errors=[404],
    )
    def stats(self, request: Request, movie_id: str) -> HttpResponseBase:
        key = number_in_path("movie_id", movie_id)
        return respond(request, movie_stats_list(movie_id=key, **StatsParameters.of(request)))


class SearchViewSet(ApiViewSet):
    """The catalogue of movies and genres."""

    @describe(
        operation="search_movies",
        tag="search",
        summary="Movies by title, genre, year and rating",
        about="Searches the batch layer's catalogue. Ratings and popularity are those of `movies/{id}`: the speed "
        "layer's if it has newer ones. Filters, order and results use the same numbers.",
        answer=MovieSearchSerializer,
        example=examples.SEARCH,
        parameters=MovieSearchParameters,
        errors=[404],
    )
    def movies(self, request: Request) -> HttpResponseBase:
        return respond(request, movie_search_list(**MovieSearchParameters.of(request)))

    @describe(
        operation="search_genres",
        tag="search",
        summary="Genres and how many movies they have",
        about="All genres of the batch layer's movies and genre views.",
        answer=GenreSearchSerializer,
        example=examples.GENRES,
        parameters=GenreSearchParameters,
    )
    def genres(self, request: Request) -> HttpResponseBase:
        return respond(request, genre_search_list(**GenreSearchParameters.of(request)))
