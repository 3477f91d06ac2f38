"""Query parameters and shapes of the answers about movies, for requests and for the API's description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from lambdaserve.api.openapi import DIRECTIONS, SOURCES, AnswerSerializer
from lambdaserve.api.parameters import (
    CONTRADICTION,
    ChoiceField,
    GenreField,
    NumberField,
    QueryParameters,
    SpanField,
    TextField,
    WholeNumberField,
)
from merger.core.windows import Granularity
from movies.search import Direction, SortBy
from movies.selectors import LIFETIME
from search.reasons import KINDS

LABELS = ("positive", "neutral", "negative")


class SentimentParameters(QueryParameters):
    """Query parameters of ``movies/{id}/sentiment``."""

    window = SpanField(
        allow_all=True,
        default=LIFETIME,
        help_text="`all` for the lifetime, else a time that ends now: `7d`, `30d`, `90d` or any number of hours or "
        "days; a number without a unit is in hours. The window has whole buckets, including all of the oldest one.",
    )
    granularity = ChoiceField(
        tuple(Granularity),
        required=False,
        help_text="Width of the timeline's buckets; by default the unit of the window, and `day` for `all`.",
    )


class StatsParameters(QueryParameters):
    """Query parameters of ``movies/{id}/stats``."""

    hours = WholeNumberField(
        least=1, most=168, default=48, help_text="How far back, in hours, including all of the oldest hour."
    )


class MovieSearchParameters(QueryParameters):
    """Query parameters of ``search/movies``."""

    q = TextField(
        longest=200,
        takes="words of titles, people and years",
        required=False,
        help_text="Words of titles, original titles, people and years, in any order; the last one may be the beginning "
        "of a word. Case, accents, signs and blanks don't matter; numbers may be digits, words or Roman numerals. "
        "Words that are found nowhere may have typing errors: one from four letters, two from eight.",
    )
    genre = GenreField(required=False)
    year_from = WholeNumberField(least=1800, most=2200, required=False, help_text="First year of release.")
    year_to = WholeNumberField(least=1800, most=2200, required=False, help_text="Last year of release.")
    rating_min = NumberField(least=0, most=10, required=False, help_text="Least `vote_average`.")
    rating_max = NumberField(least=0, most=10, required=False, help_text="Largest `vote_average`.")
    sort_by = ChoiceField(
        tuple(SortBy),
        default=SortBy.RELEVANCE.value,
        help_text="`relevance`: the exact title, then whole words, then beginnings of words, then corrected ones; "
        "movies with many votes come before others that fit as well. `popularity`, `rating`: largest first. "
        "`release_date`: newest first. `title`: A to Z. Equal hits are ordered by popularity, then by id; "
        "unknown values come last.",
    )
    direction = ChoiceField(
        tuple(Direction), required=False, help_text="Direction of the order, if not the usual one of `sort_by`."
    )
    limit = WholeNumberField(least=1, most=100, default=20, help_text="Hits on a page.")
    offset = WholeNumberField(least=0, most=10_000, default=0, help_text="Hits to skip.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses intervals that end before they start."""
        for first, last in (("year_from", "year_to"), ("rating_min", "rating_max")):
            if first in attrs and last in attrs and attrs[first] > attrs[last]:
                raise ValidationError({last: [f"{last} takes a number that is not less than {first}"]}, CONTRADICTION)
        return attrs


class GenreSearchParameters(QueryParameters):
    """Query parameters of ``search/genres``."""

    q = TextField(
        longest=100,
        takes="words of a genre",
        required=False,
        help_text="Words of the name; each must begin a word of it. By default all genres are listed.",
    )


class _Numbers(serializers.Serializer[Any]):
    vote_average = serializers.FloatField(allow_null=True, help_text="0 to 10.")
    vote_count = serializers.IntegerField(allow_null=True)
    popularity = serializers.FloatField(allow_null=True)


class MovieSerializer(_Numbers, AnswerSerializer):
    """``movies/{id}``."""

    movie_id = serializers.IntegerField(help_text="TMDB id.")
    title = serializers.CharField(allow_null=True, help_text="Null for a movie that only the speed layer knows.")
    release_date = serializers.DateField(allow_null=True)
    genres = serializers.ListField(child=serializers.CharField(), allow_null=True)
    runtime = serializers.FloatField(allow_null=True, help_text="Minutes.")
    budget = serializers.FloatField(allow_null=True, help_text="US dollars.")
    revenue = serializers.FloatField(allow_null=True, help_text="US dollars.")
    overview = serializers.CharField(allow_null=True)
    original_language = serializers.CharField(allow_null=True, help_text="ISO 639-1.")
    cast = serializers.ListField(child=serializers.CharField(), allow_null=True)
    directors = serializers.ListField(child=serializers.CharField(), allow_null=True)
    original_title = serializers.CharField(allow_null=True, help_text="In the movie's own language.")
    poster_path = serializers.CharField(
        required=False, help_text="Where its poster lies, as the batch layer names it; only where it does."
    )
    data_source = serializers.ChoiceField(SOURCES)
    last_updated = serializers.DateTimeField(
        allow_null=True, help_text="When the newest of the documents used was written; null where none can be read."
    )


class _Counts(serializers.Serializer[Any]):
    positive_count = serializers.IntegerField()
    negative_count = serializers.IntegerField()
    neutral_count = serializers.IntegerField()


class SentimentSummarySerializer(_Counts):
    """The sum over the window."""

    overall_score = serializers.FloatField(allow_null=True, help_text="-1 to 1; null without reviews.")
    # A declared field, which the metaclass takes off the class, so that the attribute of this name stays.
    label = serializers.ChoiceField(  # type: ignore[assignment] # see above
        LABELS, help_text="positive > 0.05, negative < -0.05, else neutral."
    )
    total_reviews = serializers.IntegerField()
    velocity = serializers.FloatField(allow_null=True, help_text="From the newest speed bucket of the window.")


class SentimentPointSerializer(_Counts):
    """One bucket of the timeline; it has either ``date`` or ``hour``."""

    date = serializers.DateField(required=False, help_text="The UTC day.")
    hour = serializers.DateTimeField(required=False, help_text="Start of the UTC hour.")
    avg_sentiment = serializers.FloatField(allow_null=True)
    review_count = serializers.IntegerField()
    data_source = serializers.ChoiceField(SOURCES)


class SentimentTrendSerializer(serializers.Serializer[Any]):
    """A line through the timeline, each bucket weighted by its reviews."""

    direction = serializers.ChoiceField(DIRECTIONS)
    change_rate = serializers.FloatField(allow_null=True, help_text="Change of the score per day.")


class SentimentSourcesSerializer(serializers.Serializer[Any]):
    """The number of parts of the sum from each layer."""

    batch = serializers.IntegerField()
    speed = serializers.IntegerField()


class SentimentSerializer(AnswerSerializer):
    """``movies/{id}/sentiment``."""

    movie_id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)
    window = serializers.CharField(help_text="As requested, e.g. `7d`.")
    granularity = serializers.ChoiceField(tuple(Granularity))
    sentiment = SentimentSummarySerializer()
    breakdown = SentimentPointSerializer(many=True, help_text="Oldest first.")
    trend = SentimentTrendSerializer()
    data_sources = SentimentSourcesSerializer()
    data_source = serializers.ChoiceField(SOURCES)


class StatsPointSerializer(serializers.Serializer[Any]):
    """One hour of the speed layer."""

    hour = serializers.DateTimeField(help_text="Start of the UTC hour.")
    vote_average = serializers.FloatField(allow_null=True, help_text="Null where the document lacks it.")
    vote_count = serializers.IntegerField(allow_null=True)
    popularity = serializers.FloatField(allow_null=True)
    rating_velocity = serializers.FloatField(required=False, help_text="Change of vote_average per hour.")
    popularity_velocity = serializers.FloatField(required=False)
    vote_velocity = serializers.FloatField(required=False)
    trending_score = serializers.FloatField(required=False)
    synced_at = serializers.DateTimeField(help_text="When the speed layer last wrote this hour.")


class StatsSerializer(AnswerSerializer):
    """``movies/{id}/stats``."""

    movie_id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)
    hours = serializers.IntegerField(help_text="As requested.")
    stats = StatsPointSerializer(many=True, help_text="Newest first.")
    latest = StatsPointSerializer(allow_null=True)
    count = serializers.IntegerField(help_text="Number of hours in `stats`.")
    data_source = serializers.ChoiceField(SOURCES, help_text="Always `speed`.")


class SpanSerializer(serializers.Serializer[Any]):
    """Letters of a text, counted in code points: a half-open interval."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()


class HighlightsSerializer(serializers.Serializer[Any]):
    """What of a movie met the words of ``q``."""

    title = SpanSerializer(many=True)
    original_title = SpanSerializer(many=True)
    people = serializers.ListField(child=serializers.CharField(), help_text="Names of the cast and the directors.")


class SuggestionSerializer(serializers.Serializer[Any]):
    """Another movie that may have been meant."""

    movie_id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)


class HitSerializer(_Numbers):
    """One movie of the results."""

    movie_id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)
    genres = serializers.ListField(child=serializers.CharField())
    release_date = serializers.DateField(allow_null=True)
    original_title = serializers.CharField(allow_null=True, help_text="Where words of `q` were met in it, else null.")
    matched = serializers.ListField(
        child=serializers.ChoiceField(KINDS),
        help_text="Where the words of `q` were met; `corrected_word`: with errors.",
    )
    highlights = HighlightsSerializer()


class MovieSearchSerializer(AnswerSerializer):
    """``search/movies``."""

    results = HitSerializer(many=True)
    total_results = serializers.IntegerField(help_text="On all pages.")
    total_is_exact = serializers.BooleanField(
        help_text="False where over 10,100 movies fit `q`: filters are applied to the best ones, so there may be more."
    )
    showing_results_for = serializers.CharField(
        allow_null=True, help_text="What is shown instead of `q`, where the best movie has other words."
    )
    suggestions = SuggestionSerializer(many=True, help_text="Movies with a title much like `q`, where few are found.")
    page = serializers.IntegerField(help_text="From 1 on.")
    total_pages = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
    data_source = serializers.ChoiceField(SOURCES)


class GenreHitSerializer(serializers.Serializer[Any]):
    """One genre of the results."""

    genre = serializers.CharField()
    total_movies = serializers.IntegerField(help_text="Movies of the catalogue with this genre.")
    avg_rating = serializers.FloatField(allow_null=True, help_text="Mean of `vote_average` over its movies with votes.")


class GenreSearchSerializer(AnswerSerializer):
    """``search/genres``."""

    genres = GenreHitSerializer(many=True, help_text="By name.")
    total_genres = serializers.IntegerField()
    data_source = serializers.ChoiceField(SOURCES, help_text="Always `batch`.")
