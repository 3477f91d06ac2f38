"""One valid raw document of every kind, and values that no field accepts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bson import Binary, Code, Decimal128, Int64, MaxKey, ObjectId, Regex

from tests.unit.merger.documents import Raw, at, batch_view, bucket, point, total

RUN = at("2026-03-10 02:00")
NOW = at("2026-03-10 10:30")

DETAILS = {
    "title": "<b>Fight</b> Club",
    "release_date": "1999-10-15",
    "genres": ["Drama", "$where"],
    "runtime": 139,
    "budget": 63_000_000,
    "revenue": 100_853_753.0,
    "overview": "A ticking-time-bomb insomniac",
    "original_language": "en",
    "vote_average": 8.4,
    "vote_count": 31_000,
    "popularity": 60.1,
    "cast": ["Edward Norton"],
    "directors": ["David Fincher"],
    "original_title": "Fight Club",
    "poster_path": "/fight-club.jpg",
}
EXAMPLES: list[Raw] = [
    batch_view("movie_details", DETAILS, RUN),
    total(100, RUN),
    point("2026-03-09", 24, RUN),
    batch_view(
        "genre_analytics",
        {
            "genre": "Drama",
            "year": 2025,
            "month": 3,
            "avg_rating": 6.5,
            "total_movies": 3,
            "total_revenue": 10**9,
            "top_movies": [{"movie_id": 1, "title": "A", "release_date": ""}],
        },
        RUN,
    ),
    batch_view("temporal_analytics", {"metric": "rating", "date": "2026-03-01", "value": 6.5, "count": 4}, RUN),
    batch_view(
        "actor_collaboration",
        {"actor": "A", "collaborators": [{"actor": "B", "movies": ["Heat", 5], "count": 2}]},
        RUN,
    ),
    bucket(RUN, 3),
    bucket(RUN, 3, data_type="stats", data={"vote_average": 8.1, "vote_count": 31_010, "popularity": 61}),
    bucket(RUN, 3, data_type="trending", data={"trending_score": 3.5, "velocity": -1}),
]

BAD_VALUES: list[Any] = [
    float("nan"),
    float("inf"),
    -float("inf"),
    -1,
    10**30,
    True,
    "",
    "twelve",
    "x" * 100_000,
    "9999-12-31",
    "99999-01-01T00:00:00Z",
    "0000-00-00",
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
    Decimal128("NaN"),
    Decimal128("sNaN"),
    Decimal128("-Infinity"),
    Decimal128("1E+6000"),
    Int64(2**63 - 1),
    [],
    {},
    [[[[{}]]]],
    {"$gt": ""},
    [None],
    [{"name": None}],
    [{"name": {"name": "x"}}],
    b"\x00\xff",
    Binary(b"x", 4),
    Code("while (1);"),
    Regex("^.*$"),
    ObjectId("5f43a1b2c3d4e5f6a7b8c9d0"),
    MaxKey(),
    "\x00",
    "\ud800",
    timedelta(days=1),
]
