"""Query parameters and shapes of the answers about people, for requests and for the API's description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from lambdaserve.api.openapi import SOURCES, AnswerSerializer
from lambdaserve.api.parameters import ChoiceField, QueryParameters, TextField, WholeNumberField
from movies.search import Direction
from people.works import ROLES, OrderBy


class _Paged(QueryParameters):
    limit = WholeNumberField(least=1, most=100, default=20, help_text="Entries on a page.")
    offset = WholeNumberField(least=0, most=10_000, default=0, help_text="Entries to skip.")


class PeopleParameters(_Paged):
    """Query parameters of ``people``."""

    q = TextField(
        longest=200,
        takes="words of a name",
        required=False,
        help_text="Words of a name, in any order; each begins a word of the name. Case, accents, dots and hyphens "
        "don't matter. Where no name fits, words may have typing errors: one from four letters, two from eight. "
        "Without it, all people of all movies.",
    )


class PersonMoviesParameters(_Paged):
    """Query parameters of ``people/{name}/movies``."""

    sort_by = ChoiceField(
        tuple(OrderBy),
        default=OrderBy.RELEASE_DATE.value,
        help_text="`release_date`: newest first. `popularity`, `rating`: largest first. `title`: A to Z. Equal movies "
        "are ordered by popularity, then by id; unknown values come last.",
    )
    direction = ChoiceField(
        tuple(Direction), required=False, help_text="Direction of the order, if not the usual one of `sort_by`."
    )


class _Name(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="The spelling that most movies have.")
    other_spellings = serializers.ListField(
        child=serializers.CharField(),
        help_text="That differ in case, accents, dots and hyphens, the usual ones first; at most 19.",
    )


class _Page(serializers.Serializer[Any]):
    total_results = serializers.IntegerField(help_text="On all pages.")
    page = serializers.IntegerField(help_text="From 1 on.")
    total_pages = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()


class PersonHitSerializer(_Name):
    """One person of the results."""

    total_movies = serializers.IntegerField(help_text="Movies whose cast or directors have the name.")


class PeopleSerializer(_Page, AnswerSerializer):
    """``people``."""

    results = PersonHitSerializer(many=True, help_text="A whole name first, then by number of movies.")
    is_corrected = serializers.BooleanField(help_text="Whether the names differ from `q` by typing errors.")
    data_source = serializers.ChoiceField(SOURCES, help_text="Always `batch`.")


class PersonMovieSerializer(serializers.Serializer[Any]):
    """A movie of a person, with the numbers of ``movies/{id}``."""

    movie_id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)
    year = serializers.IntegerField(allow_null=True, help_text="Of the release.")
    release_date = serializers.DateField(allow_null=True)
    roles = serializers.ListField(child=serializers.ChoiceField(ROLES), help_text="As the documents say.")
    genres = serializers.ListField(child=serializers.CharField())
    vote_average = serializers.FloatField(allow_null=True, help_text="0 to 10.")
    vote_count = serializers.IntegerField(allow_null=True)
    popularity = serializers.FloatField(allow_null=True)


class MeanRatingSerializer(serializers.Serializer[Any]):
    """A mean over movies."""

    value = serializers.FloatField(allow_null=True, help_text="0 to 10; null without votes.")
    movies = serializers.IntegerField(help_text="Movies that count: those with votes.")
    votes = serializers.IntegerField(help_text="Of these movies together.")
    weighted_by = serializers.ChoiceField(("votes",), help_text="A movie's rating counts as often as it has votes.")


class MeanSentimentSerializer(serializers.Serializer[Any]):
    """A mean over the reviews of movies."""

    value = serializers.FloatField(allow_null=True, help_text="-1 to 1; null without reviews.")
    movies = serializers.IntegerField(help_text="Movies that count: those with reviews in a lifetime total.")
    reviews = serializers.IntegerField(help_text="Of these movies together, those with a score.")
    weighted_by = serializers.ChoiceField(("reviews",), help_text="Each review counts once.")


class PartnerSerializer(serializers.Serializer[Any]):
    """A name that shares movies with the person."""

    name = serializers.CharField()
    movies = serializers.IntegerField(help_text="Movies with both, in any role.")


class PersonTrendSerializer(serializers.Serializer[Any]):
    """A movie of the person that trends."""

    movie_id = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)
    rank = serializers.IntegerField(help_text="In `trending/movies?window=6h`.")
    trending_score = serializers.FloatField()


class PersonSerializer(_Name, AnswerSerializer):
    """``people/{name}``."""

    total_movies = serializers.IntegerField()
    movies = PersonMovieSerializer(
        many=True, help_text="Newest first, at most 100; `people/{name}/movies` has all of them."
    )
    mean_rating = MeanRatingSerializer()
    mean_sentiment = MeanSentimentSerializer(help_text="From the batch layer's lifetime totals.")
    works_with = PartnerSerializer(many=True, help_text="The 20 names that share most movies.")
    trending = PersonTrendSerializer(many=True, help_text="Those among the first 100 of `trending/movies`.")
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What the data can't show; the first is about people of the same name."
    )
    data_source = serializers.ChoiceField(SOURCES)


class PersonMoviesSerializer(_Name, _Page, AnswerSerializer):
    """``people/{name}/movies``."""

    results = PersonMovieSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField(), help_text="As in `people/{name}`.")
    data_source = serializers.ChoiceField(SOURCES)
