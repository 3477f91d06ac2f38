"""Shapes of the answers of recommendations, for the API's description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from lambdaserve.api.openapi import SOURCES, AnswerSerializer
from recommendations.genres import SortBy


class LikedSerializer(serializers.Serializer[Any]):
    """A liked movie."""

    movie_id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)


class RecommendedSerializer(serializers.Serializer[Any]):
    """A recommended movie. Its rating, votes and popularity are those of `movies/{id}`."""

    rank = serializers.IntegerField(help_text="From 1 on, without gaps.")
    movie_id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)
    genres = serializers.ListField(child=serializers.CharField())
    release_date = serializers.DateField(allow_null=True)
    vote_average = serializers.FloatField(allow_null=True, help_text="0 to 10.")
    vote_count = serializers.IntegerField(allow_null=True)
    popularity = serializers.FloatField(allow_null=True)
    score = serializers.FloatField(
        allow_null=True, help_text="What the movies are ranked by; comparable within one answer. Null: unknown."
    )
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="Such as `same director: Ridley Scott` or `shares Thriller, 1999`."
    )
    because_of = LikedSerializer(
        many=True, help_text="Liked movies that it shares something with, the most alike first, at most three."
    )


class RecommendationsSerializer(AnswerSerializer):
    """What all answers of recommendations hold."""

    recommendations = RecommendedSerializer(many=True, help_text="Best first.")
    count = serializers.IntegerField(help_text="Number of `recommendations`.")
    compared = serializers.IntegerField(help_text="Movies that were compared.")
    catalogue = serializers.IntegerField(help_text="Movies in the catalogue.")
    limit = serializers.IntegerField()
    novelty = serializers.FloatField()
    data_source = serializers.ChoiceField(SOURCES)


class SimilarSerializer(RecommendationsSerializer):
    """Answer of ``recommendations/movies/{id}/similar``."""

    movie_id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)


class GenreRecommendationsSerializer(RecommendationsSerializer):
    """Answer of ``recommendations/genres/{genre}``."""

    genre = serializers.CharField(help_text="In the catalogue's spelling.")
    min_rating = serializers.FloatField(allow_null=True)
    sort_by = serializers.ChoiceField(tuple(SortBy))


class PersonalSerializer(RecommendationsSerializer):
    """Answer of ``recommendations/personalized``."""

    liked_movie_ids = serializers.ListField(child=serializers.IntegerField(), help_text="Those that are known.")
    unknown_movie_ids = serializers.ListField(
        child=serializers.IntegerField(), help_text="Those of no movie in the catalogue; they are ignored."
    )
