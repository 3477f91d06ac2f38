"""Example answers for the API's description."""

from __future__ import annotations

from typing import Any

from lambdaserve.api.openapi import FRESHNESS_EXAMPLE

MOVIE: dict[str, Any] = {
    "movie_id": 550,
    "title": "Fight Club",
    "release_date": "1999-10-15",
    "genres": ["Drama"],
    "runtime": 139,
    "budget": 63000000,
    "revenue": 100853753,
    "overview": None,
    "original_language": "en",
    "vote_average": 8.3,
    "vote_count": 9413,
    "popularity": 146.8,
    "cast": ["Edward Norton", "Brad Pitt", "Helena Bonham Carter"],
    "directors": ["David Fincher"],
    "original_title": "Fight Club",
    "poster_path": "/fight-club.jpg",
    "data_source": "merged",
    "last_updated": "2026-11-24T14:37:12Z",
    "freshness": FRESHNESS_EXAMPLE,
}

SENTIMENT: dict[str, Any] = {
    "movie_id": 550,
    "title": "Fight Club",
    "window": "2d",
    "granularity": "day",
    "sentiment": {
        "overall_score": 0.31,
        "label": "positive",
        "positive_count": 61,
        "negative_count": 22,
        "neutral_count": 7,
        "total_reviews": 90,
        "velocity": 0.02,
    },
    "breakdown": [
        {
            "date": "2026-11-23",
            "avg_sentiment": 0.28,
            "review_count": 60,
            "positive_count": 40,
            "negative_count": 15,
            "neutral_count": 5,
            "data_source": "batch",
        },
        {
            "date": "2026-11-24",
            "avg_sentiment": 0.37,
            "review_count": 30,
            "positive_count": 21,
            "negative_count": 7,
            "neutral_count": 2,
            "data_source": "speed",
        },
    ],
    "trend": {"direction": "increasing", "change_rate": 0.09},
    "data_sources": {"batch": 1, "speed": 15},
    "data_source": "merged",
    "freshness": FRESHNESS_EXAMPLE,
}

_HOUR: dict[str, Any] = {
    "hour": "2026-11-24T14:00:00Z",
    "vote_average": 8.3,
    "vote_count": 9413,
    "popularity": 146.8,
    "rating_velocity": 0.01,
    "synced_at": "2026-11-24T14:37:12Z",
}

STATS: dict[str, Any] = {
    "movie_id": 550,
    "title": "Fight Club",
    "hours": 48,
    "stats": [_HOUR],
    "latest": _HOUR,
    "count": 1,
    "data_source": "speed",
    "freshness": {**FRESHNESS_EXAMPLE, "batch_as_of": None},
}

SEARCH: dict[str, Any] = {
    "results": [
        {
            "movie_id": 550,
            "title": "Fight Club",
            "genres": ["Drama"],
            "release_date": "1999-10-15",
            "vote_average": 8.3,
            "vote_count": 9413,
            "popularity": 146.8,
            "original_title": None,
            "matched": ["title", "person"],
            "highlights": {"title": [{"start": 0, "end": 5}], "original_title": [], "people": ["Edward Norton"]},
        }
    ],
    "total_results": 1,
    "total_is_exact": True,
    "showing_results_for": None,
    "suggestions": [],
    "page": 1,
    "total_pages": 1,
    "limit": 20,
    "offset": 0,
    "data_source": "merged",
    "freshness": FRESHNESS_EXAMPLE,
}

GENRES: dict[str, Any] = {
    "genres": [{"genre": "Drama", "total_movies": 2297, "avg_rating": 6.39}],
    "total_genres": 1,
    "data_source": "batch",
    "freshness": {**FRESHNESS_EXAMPLE, "speed_as_of": None},
}
