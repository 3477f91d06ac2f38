"""The fields of the payloads in both collections, one table per collection.

The merge, the collections' validators and the documentation all refer to these tables.
"""

from __future__ import annotations

from collections.abc import Mapping

from merger.contract.fields import (
    Between,
    Field,
    OneOf,
    Records,
    Text,
    count,
    name,
    names,
    number,
    sentiment_score,
    title,
    titles_or_ids,
)
from merger.contract.stamps import day, optional_day

METRICS = ("rating", "sentiment", "popularity")


_SENTIMENT = {
    "avg_sentiment": Field(sentiment_score),
    "review_count": Field(count, required=True),
    "positive_count": Field(count, required=True),
    "negative_count": Field(count, required=True),
    "neutral_count": Field(count, required=True),
}


_TOP_MOVIE = {
    "movie_id": Field(count),
    "title": Field(title),
    "vote_average": Field(number),
    "vote_count": Field(count),
    "popularity": Field(number),
    "revenue": Field(number),
    "release_date": Field(optional_day),
}


_COLLABORATOR = {
    "actor": Field(name, required=True),
    "movies": Field(titles_or_ids),
    "count": Field(count, required=True),
}


VIEWS: Mapping[str, Mapping[str, Field]] = {
    "movie_details": {
        "title": Field(title),
        "release_date": Field(optional_day),
        "genres": Field(names),
        "runtime": Field(number),
        "budget": Field(number),
        "revenue": Field(number),
        "overview": Field(Text(20_000)),
        "original_language": Field(Text(20)),
        "vote_average": Field(number),
        "vote_count": Field(count),
        "popularity": Field(number),
        "cast": Field(names),
        "directors": Field(names),
        "original_title": Field(title),
        "poster_path": Field(Text(500)),
    },
    # A day's point that has lost its date must not pass for the lifetime total.
    "sentiment": {**_SENTIMENT, "date": Field(day, identifies=True, nan_is_absent=False)},
    "genre_analytics": {
        "genre": Field(name, required=True),
        "year": Field(Between(1800, 2200), required=True),
        "month": Field(Between(1, 12), identifies=True),
        "avg_rating": Field(number),
        "total_movies": Field(count, required=True),
        "total_revenue": Field(number),
        "avg_sentiment": Field(sentiment_score),
        "avg_popularity": Field(number),
        "avg_budget": Field(number),
        "avg_runtime": Field(number),
        "top_movies": Field(Records(_TOP_MOVIE, short="title")),
    },
    "temporal_analytics": {
        "metric": Field(OneOf(METRICS), required=True),
        "date": Field(day, required=True),
        "value": Field(number, required=True, mean_of="count"),
        "count": Field(count, required=True),
        "genre": Field(name, identifies=True),
        "movie_id": Field(count, identifies=True),
    },
    "actor_collaboration": {
        "actor": Field(name, required=True),
        "collaborators": Field(Records(_COLLABORATOR), required=True),
    },
}
"""Batch payloads by ``view_type``."""


ABOUT_MOVIES = ("movie_details", "sentiment")
"""View types whose documents are about one movie each."""


SPEED_TYPES: Mapping[str, Mapping[str, Field]] = {
    "sentiment": {**_SENTIMENT, "sentiment_velocity": Field(number)},
    "stats": {
        "vote_average": Field(number),
        "vote_count": Field(count),
        "popularity": Field(number),
        "rating_velocity": Field(number),
        "popularity_velocity": Field(number),
        "vote_velocity": Field(number),
        "trending_score": Field(number),
    },
    "trending": {
        "trending_score": Field(number, required=True),
        "velocity": Field(number),
        "acceleration": Field(number),
    },
}
"""Speed payloads by ``data_type``."""
