"""Example answers for the API's description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambdaserve.api.openapi import FRESHNESS_EXAMPLE
from people.works import SAME_NAME

_MOVIE: Mapping[str, Any] = {
    "movie_id": 3083,
    "title": "You've Got Mail",
    "year": 1998,
    "release_date": "1998-12-17",
    "roles": ["cast"],
    "genres": ["Comedy", "Romance"],
    "vote_average": 6.3,
    "vote_count": 1520,
    "popularity": 41.2,
}
_NAME: Mapping[str, Any] = {"name": "Tom Hanks", "other_spellings": []}
_PAGE: Mapping[str, Any] = {"total_results": 1, "page": 1, "total_pages": 1, "limit": 20, "offset": 0}

PEOPLE: Mapping[str, Any] = {
    "results": [{**_NAME, "total_movies": 29}],
    **_PAGE,
    "is_corrected": False,
    "data_source": "batch",
    "freshness": {**FRESHNESS_EXAMPLE, "speed_as_of": None},
}

PERSON: Mapping[str, Any] = {
    **_NAME,
    "total_movies": 1,
    "movies": [_MOVIE],
    "mean_rating": {"value": 6.3, "movies": 1, "votes": 1520, "weighted_by": "votes"},
    "mean_sentiment": {"value": 0.31, "movies": 1, "reviews": 90, "weighted_by": "reviews"},
    "works_with": [{"name": "Meg Ryan", "movies": 1}],
    "trending": [{"movie_id": 3083, "title": "You've Got Mail", "rank": 17, "trending_score": 62.5}],
    "notes": [SAME_NAME],
    "data_source": "merged",
    "freshness": FRESHNESS_EXAMPLE,
}

MOVIES: Mapping[str, Any] = {
    **_NAME,
    "results": [_MOVIE],
    **_PAGE,
    "notes": [SAME_NAME],
    "data_source": "merged",
    "freshness": FRESHNESS_EXAMPLE,
}
