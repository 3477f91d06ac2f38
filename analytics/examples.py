"""Examples of analytics' answers, for the API's description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambdaserve.api.openapi import FRESHNESS_EXAMPLE

_BATCH: Mapping[str, Any] = {
    "data_source": "batch",
    "freshness": {**FRESHNESS_EXAMPLE, "speed_as_of": None},
}

GENRE: Mapping[str, Any] = {
    "genre": "Drama",
    "year": 1999,
    "month": None,
    "statistics": {
        "total_movies": 98,
        "avg_rating": 6.71,
        "avg_sentiment": 0.12,
        "avg_popularity": 24.83,
        "total_revenue": 6_112_480_551,
        "avg_budget": 33_400_000.0,
        "avg_runtime": 117.4,
    },
    "top_movies": [
        {
            "movie_id": 550,
            "title": "Fight Club",
            "vote_average": 8.3,
            "vote_count": 9413,
            "popularity": 146.757,
            "revenue": 100_853_753,
            "release_date": "1999-10-15",
        }
    ],
    "trends": {
        "rating_trend": "increasing",
        "sentiment_trend": "stable",
        "popularity_trend": "stable",
        "points": [
            {
                "year": 1999,
                "month": 10,
                "total_movies": 12,
                "avg_rating": 6.9,
                "avg_sentiment": 0.14,
                "avg_popularity": 31.2,
            }
        ],
    },
    **_BATCH,
}

TRENDS: Mapping[str, Any] = {
    "metric": "sentiment",
    "window": "30d",
    "granularity": "day",
    "movie_id": None,
    "genre": "Drama",
    "data_points": [
        {"date": "2026-11-22", "value": 0.11, "count": 1840, "data_source": "batch"},
        {"date": "2026-11-23", "value": 0.13, "count": 1795, "data_source": "merged"},
        {"date": "2026-11-24", "value": 0.12, "count": 1010, "data_source": "speed"},
    ],
    "summary": {"avg": 0.12, "min": 0.11, "max": 0.13, "trend": "increasing", "change_rate": 0.0074},
    "data_source": "merged",
    "freshness": FRESHNESS_EXAMPLE,
}

OVERVIEW: Mapping[str, Any] = {
    "total_movies": 4775,
    "total_genres": 20,
    "genres": ["Action", "Comedy", "Drama"],
    "overall_stats": {"avg_rating": 6.1, "avg_popularity": 21.6},
    "by_genre": [{"genre": "Drama", "movie_count": 2297, "avg_rating": 6.39}],
    **_BATCH,
}

COMPARISON: Mapping[str, Any] = {
    "genre": None,
    "year": None,
    "tiers": {
        "blockbuster": {
            "count": 121,
            "avg_sentiment": 0.15,
            "total_reviews": 10_420,
            "popularity_range": [80.1, 875.6],
        },
        "popular": {"count": 260, "avg_sentiment": 0.1, "total_reviews": 31_070, "popularity_range": [50.1, 79.9]},
        "moderate": {
            "count": 1391,
            "avg_sentiment": 0.04,
            "total_reviews": 66_318,
            "popularity_range": [20.0, 50.0],
        },
        "niche": {"count": 0, "avg_sentiment": None, "total_reviews": 0, "popularity_range": None},
    },
    **_BATCH,
}

ACTOR: Mapping[str, Any] = {
    "actor": "Tom Hanks",
    "collaborators": [
        {"actor": "Meg Ryan", "movies": ["Sleepless in Seattle", "You've Got Mail"], "count": 2},
        {"actor": "Tim Allen", "movies": ["Toy Story", "Toy Story 2"], "count": 2},
    ],
    "total_collaborators": 2,
    **_BATCH,
}
