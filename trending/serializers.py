"""Query parameters of trending, and the shapes of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rest_framework import serializers

from lambdaserve.api.openapi import FRESHNESS_EXAMPLE, SOURCES, AnswerSerializer
from lambdaserve.api.parameters import GenreField, QueryParameters, SpanField, WholeNumberField
from merger.core.windows import parse_span

LONGEST_WINDOW = timedelta(hours=168)
"""No speed layer keeps its buckets longer than this."""


class GenreTrendingParameters(QueryParameters):
    """Query parameters of ``trending/genres/{genre}``."""

    window = SpanField(
        most=LONGEST_WINDOW,
        default=parse_span("6h"),
        help_text="The hours that count, up to now; a bare number means hours.",
    )
    limit = WholeNumberField(least=1, most=100, default=20, help_text="Most movies to return.")


class TrendingParameters(GenreTrendingParameters):
    """Query parameters of ``trending/movies``."""

    genre = GenreField(required=False, help_text="Only movies of this genre, in any case; applied before the limit.")


class HistoryParameters(TrendingParameters):
    """Query parameters of ``trending/history``."""

    limit = WholeNumberField(least=1, most=50, default=10, help_text="Most movies to return.")
    hours = WholeNumberField(
        least=1, most=168, default=24, help_text="Number of hourly scores; the last one is the open hour's."
    )


class TrendingMovieSerializer(serializers.Serializer[Any]):
    """A movie in a ranking."""

    rank = serializers.IntegerField(help_text="From 1, without gaps.")
    movie_id = serializers.IntegerField(help_text="TMDB id.")
    title = serializers.CharField(allow_null=True, help_text="Null when no batch document is about the movie.")
    genres = serializers.ListField(child=serializers.CharField())
    trending_score = serializers.FloatField(help_text="The higher, the more the movie is talked about.")
    velocity = serializers.FloatField(
        allow_null=True, help_text="Change per hour: of the score, or of the popularity where there are only stats."
    )
    acceleration = serializers.FloatField(allow_null=True, help_text="Change of the velocity per hour.")
    popularity = serializers.FloatField(allow_null=True, help_text="The newest in the window, else the batch layer's.")
    vote_average = serializers.FloatField(allow_null=True, help_text="0 to 10; same source as `popularity`.")
    vote_count = serializers.IntegerField(allow_null=True, help_text="Same source as `popularity`.")


class RankingSerializer(AnswerSerializer):
    """Fields that both kinds of ranking have in common."""

    count = serializers.IntegerField(help_text="Movies in this answer.")
    window = serializers.CharField(help_text="The window as requested, e.g. `6h`.")
    genre = serializers.CharField(allow_null=True, help_text="In the catalogue's spelling; null: all genres.")
    generated_at = serializers.DateTimeField(help_text="When the answer was computed, UTC.")
    data_source = serializers.ChoiceField(SOURCES, help_text="Always `speed`; titles are the batch layer's.")


class TrendingSerializer(RankingSerializer):
    """Answer of ``trending/movies`` and ``trending/genres/{genre}``."""

    trending_movies = TrendingMovieSerializer(many=True)


class ScoreSerializer(serializers.Serializer[Any]):
    """A movie's score in one hour."""

    hour = serializers.DateTimeField(help_text="Start of the UTC hour.")
    trending_score = serializers.FloatField(
        allow_null=True,
        help_text="By the ranking's rules; null: the speed layer has no data on the movie in that hour.",
    )


class RankedMovieSerializer(serializers.Serializer[Any]):
    """A movie in the ranking, with its hourly scores and its earlier rank."""

    rank = serializers.IntegerField(help_text="From 1, without gaps; the same as in `trending/movies`.")
    rank_before = serializers.IntegerField(
        allow_null=True, help_text="Its rank when the current hour began; null: it had none."
    )
    movie_id = serializers.IntegerField(help_text="TMDB id.")
    title = serializers.CharField(allow_null=True, help_text="Null when no batch document is about the movie.")
    scores = ScoreSerializer(many=True, help_text="Oldest first, one per hour.")


class HistorySerializer(RankingSerializer):
    """Answer of ``trending/history``."""

    movies = RankedMovieSerializer(many=True)
    hours = serializers.IntegerField(help_text="Number of hourly scores, as requested.")
    before = serializers.DateTimeField(help_text="Start of the current hour, to which `rank_before` refers.")


EXAMPLE: Mapping[str, Any] = {
    "trending_movies": [
        {
            "rank": 1,
            "movie_id": 550,
            "title": "Fight Club",
            "genres": ["Drama"],
            "trending_score": 78.31,
            "velocity": 6.02,
            "acceleration": 1.4,
            "popularity": 148.213,
            "vote_average": 8.3004,
            "vote_count": 9421,
        },
        {
            "rank": 2,
            "movie_id": 238,
            "title": "The Godfather",
            "genres": ["Drama", "Crime"],
            "trending_score": 41.9,
            "velocity": -2.17,
            "acceleration": None,
            "popularity": 143.66,
            "vote_average": 8.4,
            "vote_count": 5893,
        },
    ],
    "count": 2,
    "window": "6h",
    "genre": "Drama",
    "generated_at": "2026-11-24T14:37:30Z",
    "data_source": "speed",
    "freshness": FRESHNESS_EXAMPLE,
}

HISTORY_EXAMPLE: Mapping[str, Any] = {
    "movies": [
        {
            "rank": 1,
            "rank_before": 3,
            "movie_id": 550,
            "title": "Fight Club",
            "scores": [
                {"hour": "2026-11-24T12:00:00Z", "trending_score": 61.5},
                {"hour": "2026-11-24T13:00:00Z", "trending_score": None},
                {"hour": "2026-11-24T14:00:00Z", "trending_score": 78.31},
            ],
        }
    ],
    "count": 1,
    "window": "6h",
    "hours": 3,
    "genre": None,
    "before": "2026-11-24T14:00:00Z",
    "generated_at": "2026-11-24T14:37:30Z",
    "data_source": "speed",
    "freshness": FRESHNESS_EXAMPLE,
}
