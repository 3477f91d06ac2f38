"""Serializers that describe the answers of analytics in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from lambdaserve.api.openapi import DIRECTIONS, SOURCES, AnswerSerializer
from merger.contract.payloads import METRICS
from merger.core.windows import Granularity


class DescribedSerializer(AnswerSerializer):
    """Fields that every answer of analytics has."""

    data_source = serializers.ChoiceField(SOURCES, help_text="The layers that the answer comes from.")


class GenreStatisticsSerializer(serializers.Serializer[Any]):
    """Averages are weighted by the movies of each month that carries them; null: no month does."""

    total_movies = serializers.IntegerField()
    avg_rating = serializers.FloatField(allow_null=True, help_text="0 to 10.")
    avg_sentiment = serializers.FloatField(allow_null=True, help_text="-1 to 1.")
    avg_popularity = serializers.FloatField(allow_null=True)
    total_revenue = serializers.FloatField(allow_null=True, help_text="US dollars; null where a month lacks it.")
    avg_budget = serializers.FloatField(allow_null=True, help_text="US dollars.")
    avg_runtime = serializers.FloatField(allow_null=True, help_text="Minutes.")


class TopMovieSerializer(serializers.Serializer[Any]):
    """One of a genre's most popular movies."""

    movie_id = serializers.IntegerField(
        allow_null=True, help_text="TMDB id; null where the batch layer has only its title."
    )
    title = serializers.CharField(allow_null=True)
    vote_average = serializers.FloatField(allow_null=True, help_text="0 to 10.")
    vote_count = serializers.IntegerField(allow_null=True)
    popularity = serializers.FloatField(allow_null=True)
    revenue = serializers.FloatField(allow_null=True, help_text="US dollars.")
    release_date = serializers.DateField(allow_null=True)


class GenrePointSerializer(serializers.Serializer[Any]):
    """A month of a genre, or a year without known months."""

    year = serializers.IntegerField()
    month = serializers.IntegerField(allow_null=True, help_text="1 to 12; null: the whole year.")
    total_movies = serializers.IntegerField()
    avg_rating = serializers.FloatField(allow_null=True)
    avg_sentiment = serializers.FloatField(allow_null=True)
    avg_popularity = serializers.FloatField(allow_null=True)


class GenreTrendsSerializer(serializers.Serializer[Any]):
    """Direction of a line through the months."""

    rating_trend = serializers.ChoiceField(DIRECTIONS)
    sentiment_trend = serializers.ChoiceField(DIRECTIONS)
    popularity_trend = serializers.ChoiceField(DIRECTIONS)
    points = GenrePointSerializer(many=True, help_text="Oldest first.")


class GenreSerializer(DescribedSerializer):
    """Answer of ``analytics/genre/{genre}``."""

    genre = serializers.CharField(help_text="In the catalogue's spelling.")
    year = serializers.IntegerField(allow_null=True, help_text="Null: all years.")
    month = serializers.IntegerField(allow_null=True, help_text="Null: all months.")
    statistics = GenreStatisticsSerializer()
    top_movies = TopMovieSerializer(many=True, help_text="At most 10, by popularity, then votes.")
    trends = GenreTrendsSerializer()


class DataPointSerializer(serializers.Serializer[Any]):
    """A day or an hour of a series."""

    date = serializers.DateField(help_text="UTC day.")
    hour = serializers.DateTimeField(required=False, help_text="Start of the UTC hour, where the point is an hour.")
    value = serializers.FloatField(help_text="Mean of the observations.")
    count = serializers.IntegerField(help_text="Observations: reviews for sentiment, else movies by the hour.")
    data_source = serializers.ChoiceField(SOURCES)


class TrendSummarySerializer(serializers.Serializer[Any]):
    """Summary of the whole window; null without points."""

    avg = serializers.FloatField(allow_null=True, help_text="Over all observations.")
    min = serializers.FloatField(allow_null=True, help_text="Lowest value of a day.")
    max = serializers.FloatField(allow_null=True, help_text="Highest value of a day.")
    trend = serializers.ChoiceField(DIRECTIONS)
    change_rate = serializers.FloatField(allow_null=True, help_text="Change of the value per day.")


class TrendsSerializer(DescribedSerializer):
    """Answer of ``analytics/trends``."""

    metric = serializers.ChoiceField(METRICS)
    window = serializers.CharField(help_text="As requested, e.g. `30d`.")
    granularity = serializers.ChoiceField(tuple(Granularity))
    movie_id = serializers.IntegerField(allow_null=True)
    genre = serializers.CharField(allow_null=True, help_text="In the catalogue's spelling.")
    data_points = DataPointSerializer(many=True, help_text="Oldest first; without those that have no observation.")
    summary = TrendSummarySerializer()


class OverallSerializer(serializers.Serializer[Any]):
    """Means over movies, each counting once; null without movies."""

    avg_rating = serializers.FloatField(allow_null=True, help_text="0 to 10.")
    avg_popularity = serializers.FloatField(allow_null=True)


class GenreSummarySerializer(serializers.Serializer[Any]):
    """A genre of the catalogue."""

    genre = serializers.CharField()
    movie_count = serializers.IntegerField()
    avg_rating = serializers.FloatField(allow_null=True, help_text="Mean over its movies with votes.")


class OverviewSerializer(DescribedSerializer):
    """Answer of ``analytics/overview``."""

    total_movies = serializers.IntegerField(help_text="Distinct movies.")
    total_genres = serializers.IntegerField()
    genres = serializers.ListField(child=serializers.CharField(), help_text="By name.")
    overall_stats = OverallSerializer()
    by_genre = GenreSummarySerializer(many=True, help_text="The largest genre first.")


class TierSerializer(serializers.Serializer[Any]):
    """A tier of popularity."""

    count = serializers.IntegerField(help_text="Movies.")
    avg_sentiment = serializers.FloatField(allow_null=True, help_text="-1 to 1, weighted by reviews.")
    total_reviews = serializers.IntegerField()
    popularity_range = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        allow_null=True,
        help_text="Lowest and highest popularity among its movies; null without movies.",
    )


class TiersSerializer(serializers.Serializer[Any]):
    """All tiers."""

    blockbuster = TierSerializer(help_text="Popularity above 80.")
    popular = TierSerializer(help_text="Above 50, up to 80.")
    moderate = TierSerializer(help_text="Above 20, up to 50.")
    niche = TierSerializer(help_text="Up to 20.")


class ComparisonSerializer(DescribedSerializer):
    """Answer of ``analytics/sentiment/comparison``."""

    genre = serializers.CharField(allow_null=True, help_text="In the catalogue's spelling; null: all genres.")
    year = serializers.IntegerField(allow_null=True, help_text="Null: all years.")
    tiers = TiersSerializer()


class CollaboratorSerializer(serializers.Serializer[Any]):
    """An actor who shares movies with the requested one."""

    actor = serializers.CharField(help_text="A name without movies and without a network has no `people/{name}`.")
    movies = serializers.ListField(child=serializers.JSONField(), help_text="Titles or ids, as the batch job has them.")
    count = serializers.IntegerField(help_text="Movies together.")


class ActorSerializer(DescribedSerializer):
    """Answer of ``analytics/actors/{name}``."""

    actor = serializers.CharField(help_text="As the batch job spells the name.")
    collaborators = CollaboratorSerializer(many=True, help_text="By movies together, then by name.")
    total_collaborators = serializers.IntegerField()
