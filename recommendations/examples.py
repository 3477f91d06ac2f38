"""Examples of recommendations' questions and answers, for the API's description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambdaserve.api.openapi import FRESHNESS_EXAMPLE

_MOVIE: Mapping[str, Any] = {
    "rank": 1,
    "movie_id": 807,
    "title": "Se7en",
    "genres": ["Crime", "Mystery", "Thriller"],
    "release_date": "1995-09-22",
    "vote_average": 8.1,
    "vote_count": 5765,
    "popularity": 79.579,
    "score": 0.9132,
    "reasons": ["same director: David Fincher", "with Brad Pitt"],
    "because_of": [{"movie_id": 550, "title": "Fight Club"}],
}

_REST: Mapping[str, Any] = {
    "count": 1,
    "compared": 400,
    "catalogue": 4775,
    "limit": 1,
    "novelty": 0.0,
    "data_source": "merged",
    "freshness": FRESHNESS_EXAMPLE,
}

SIMILAR: Mapping[str, Any] = {"movie_id": 550, "title": "Fight Club", "recommendations": [_MOVIE], **_REST}

GENRE: Mapping[str, Any] = {
    "genre": "Thriller",
    "min_rating": 8.0,
    "sort_by": "hybrid",
    "recommendations": [
        {
            **_MOVIE,
            "reasons": ["Thriller", "rated 8.1 by 5,765 votes", "trending now, score 64"],
            "because_of": [],
        }
    ],
    **_REST,
}

PERSONAL_BODY: Mapping[str, Any] = {"liked_movie_ids": [550, 99999999], "limit": 1}

PERSONAL: Mapping[str, Any] = {
    "liked_movie_ids": [550],
    "unknown_movie_ids": [99999999],
    "recommendations": [_MOVIE],
    **_REST,
}
