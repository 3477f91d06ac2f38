"""A change of any kind of document is in every answer that rests on it within five seconds, from two processes.

Requirement C6.
"""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pymongo.database import Database
from redis import Redis

from merger.core.windows import DAY, HOUR, floor_day, floor_hour
from tests.integration.serving.test_serve import Served, served

pytestmark = pytest.mark.slow

Held = Database[dict[str, Any]]
Answers = dict[str, Any]

PROMISE = 5.0
"""Seconds after a change in which every answer has it."""

HELD = 1.5
"""Seconds after which no worker gives what it gave before without asking Redis."""

LONGEST_CHECK = 60.0
"""Seconds that the check of a change may take on a busy machine."""

ASKED = 6
"""New connections for each question, of which some reach each of the two workers."""

NOW = datetime.now(UTC)
TODAY, LAST_HOUR = floor_day(NOW), floor_hour(NOW) - HOUR
QUESTIONS = {
    "details": "movies/1",
    "lifetime": "movies/1/sentiment",
    "weeks": "movies/1/sentiment?window=30d",
    "hours": "movies/1/sentiment?window=24h&granularity=hour",
    "stats": "movies/1/stats",
    "ranking": "trending/movies",
    "ranking of a day": "trending/movies?window=24h&limit=5",
    "ranking of a genre": "trending/genres/drama?window=24h",
    "history": "trending/history?window=24h",
    "genre": "analytics/genre/drama",
    "genre of a year": f"analytics/genre/drama?year={TODAY.year - 1}",
    "trend of reviews": "analytics/trends?metric=sentiment&window=7d",
    "trend of reviews of a genre": "analytics/trends?metric=sentiment&window=7d&genre=drama",
    "trend of reviews of a movie": "analytics/trends?metric=sentiment&window=7d&movie_id=1",
    "trend of ratings": "analytics/trends?metric=rating&window=7d",
    "trend of ratings of a genre": "analytics/trends?metric=rating&window=7d&genre=drama",
    "overview": "analytics/overview",
    "comparison": "analytics/sentiment/comparison",
    "comparison of a genre": "analytics/sentiment/comparison?genre=drama",
    "actor": f"analytics/actors/{urllib.parse.quote('Ann Lee')}",
    "search": "search/movies",
    "search of a genre": "search/movies?genre=drama&sort_by=rating",
    "genres": "search/genres",
}
RANKINGS = {"ranking", "ranking of a day", "ranking of a genre", "history"}
COMPARISONS = {"comparison", "comparison of a genre"}
SEARCHES = {"search", "search of a genre"}


def reviews(number: int, score: float = 0.5) -> dict[str, Any]:
    counts = {"review_count": number, "positive_count": number, "negative_count": 0, "neutral_count": 0}
    return {"avg_sentiment": score, **counts}


def batch(view_type: str, data: Mapping[str, Any], computed_at: datetime, movie_id: int | None = 1) -> dict[str, Any]:
    about = {} if movie_id is None else {"movie_id": movie_id}
    return {**about, "view_type": view_type, "data": data, "computed_at": computed_at, "covers_until": TODAY}


def details(title: str, rating: float) -> dict[str, Any]:
    return {"title": title, "genres": ["Drama"], "vote_average": rating, "vote_count": 10, "popularity": 30.0}


def genre(movies: int, year: int) -> dict[str, Any]:
    return {"genre": "Drama", "year": year, "month": 1, "avg_rating": 7.0, "total_movies": movies}


def point(metric: str, value: float, **of: Any) -> dict[str, Any]:
    return {"metric": metric, "date": f"{TODAY - 3 * DAY:%Y-%m-%d}", "value": value, "count": 5, **of}


def network(number: int) -> dict[str, Any]:
    return {"actor": "Ann Lee", "collaborators": [{"actor": "Bob Ray", "count": number}]}


def bucket(data_type: str, data: Mapping[str, Any], hour: datetime, movie_id: int = 1) -> dict[str, Any]:
    document = {"movie_id": movie_id, "data_type": data_type, "hour": hour, "data": data}
    return document | {"synced_at": datetime.now(UTC), "ttl_expires_at": hour + 2 * DAY}


def stats(popularity: float, rating: float = 7.0) -> dict[str, Any]:
    return {"vote_average": rating, "vote_count": 10, "popularity": popularity}


def fill(database: Held) -> None:
    computed_at = TODAY + timedelta(seconds=1)
    many = [
        batch("movie_details", details("First", 6.0), computed_at),
        batch("sentiment", reviews(100), computed_at),
        batch("sentiment", reviews(10) | {"date": f"{TODAY - 3 * DAY:%Y-%m-%d}"}, computed_at),
        batch("genre_analytics", genre(5, TODAY.year - 1), computed_at, None),
        batch("actor_collaboration", network(3), computed_at, None),
    ]
    for metric in ("sentiment", "rating"):
        many += [
            batch("temporal_analytics", point(metric, 0.5, **of), computed_at, None) for of in ({}, {"genre": "Drama"})
        ]
        many.append(batch("temporal_analytics", point(metric, 0.5, movie_id=1), computed_at))
    database.batch_views.insert_many(many)
    hours = [floor_hour(NOW) - number * HOUR for number in range(48)]
    database.speed_views.insert_many(
        [bucket("sentiment", reviews(1), hour) for hour in hours]
        + [bucket("stats", stats(20.0), hour) for hour in hours]
        + [bucket("trending", {"trending_score": 10.0, "velocity": 1.0, "acceleration": 0.0}, hour) for hour in hours]
    )


def write_batch(view_type: str, data: Mapping[str, Any], movie_id: int | None = 1) -> Callable[[Held], None]:
    def write(database: Held) -> None:
        database.batch_views.insert_one(batch(view_type, data, datetime.now(UTC), movie_id))

    return write


def write_bucket(data_type: str, data: Mapping[str, Any]) -> Callable[[Held], None]:
    """Writes last hour's bucket of reviews, and of others the current hour's.

    An hour may begin while the test runs; then only its bucket is newer than what the batch has computed.
    """

    def write(database: Held) -> None:
        hour = LAST_HOUR if data_type == "sentiment" else floor_hour(datetime.now(UTC))
        of = {"movie_id": 1, "data_type": data_type, "hour": hour}
        database.speed_views.replace_one(of, bucket(data_type, data, hour), upsert=True)

    return write


def edit_bucket(data_type: str, data: Mapping[str, Any]) -> Callable[[Held], None]:
    def edit(database: Held) -> None:
        wanted = {"movie_id": 1, "data_type": data_type, "hour": LAST_HOUR}
        database.speed_views.update_one(wanted, {"$set": {"data": data}})

    return edit


def late_bucket(database: Held) -> None:
    hour = LAST_HOUR - 9 * HOUR
    database.speed_views.insert_one(bucket("stats", stats(70.0, 1.0), hour, 2) | {"synced_at": hour + HOUR})


WHOLE_TRENDS = {"trend of reviews", "trend of reviews of a genre", "trend of reviews of a movie"}
CHANGES: dict[str, tuple[Callable[[Held], object], set[str]]] = {
    "details": (
        write_batch("movie_details", details("Second", 9.0)),
        {"details", "overview", *SEARCHES, *RANKINGS},
    ),
    "a lifetime total": (write_batch("sentiment", reviews(900)), {"lifetime", *COMPARISONS}),
    "a day of reviews": (
        write_batch("sentiment", reviews(70) | {"date": f"{TODAY - 3 * DAY:%Y-%m-%d}"}),
        {"weeks"},
    ),
    "a month of a genre": (
        write_batch("genre_analytics", genre(8, TODAY.year - 1), None),
        {"genre", "genre of a year"},
    ),
    "a point of all movies": (write_batch("temporal_analytics", point("sentiment", -0.5), None), {"trend of reviews"}),
    "a point of a genre": (
        write_batch("temporal_analytics", point("rating", 9.5, genre="Drama"), None),
        {"trend of ratings of a genre"},
    ),
    "a point of a movie": (
        write_batch("temporal_analytics", point("sentiment", -0.9, movie_id=1)),
        {"trend of reviews of a movie"},
    ),
    "an actor": (write_batch("actor_collaboration", network(9), None), {"actor"}),
    "an hour of reviews": (
        write_bucket("sentiment", reviews(41, -0.5)),
        {"lifetime", "weeks", "hours", *WHOLE_TRENDS},
    ),
    "an hour of stats": (
        write_bucket("stats", stats(80.0, 9.9)),
        {"details", "stats", *SEARCHES, *RANKINGS - {"history"}, "trend of ratings", "trend of ratings of a genre"},
    ),
    "an hour of trending": (
        write_bucket("trending", {"trending_score": 99.0, "velocity": 5.0, "acceleration": 1.0}),
        RANKINGS,
    ),
    "an edited hour of reviews, under its old stamp": (
        edit_bucket("sentiment", reviews(83, 0.9)),
        {"lifetime", "weeks", "hours", *WHOLE_TRENDS},
    ),
    "a late hour of stats, under an old stamp": (late_bucket, {"ranking of a day", "trend of ratings"}),
    "a deleted hour of trending": (
        lambda database: database.speed_views.find_one_and_delete({"data_type": "trending"}, sort={"hour": -1}),
        RANKINGS,
    ),
}


def test_every_kind_of_change_is_in_every_answer_within_five_seconds(
    indexed_database: Held, redis_client: Redis, tmp_path: Path
) -> None:
    fill(indexed_database)
    variables = {
        "MONGODB_URI": settings.MONGODB_URI,
        "MONGODB_DATABASE": indexed_database.name,
        "REDIS_URL": settings.REDIS_URL,
        "LOAD_SAMPLE": "never",
        "WORKERS": "2",
        "RATE_LIMIT": "0",
    }
    with served(tmp_path, **variables) as copy:
        copy.wait_until_it_serves()
        for change, (write, outdated) in CHANGES.items():
            start_well_within_the_hour()
            before = {name: asked(copy, name)[0] for name in QUESTIONS}  # cached from now on
            time.sleep(HELD)
            write(indexed_database)
            wrote = time.monotonic()
            assert not outdated - QUESTIONS.keys(), change
            time.sleep(wrote + PROMISE - time.monotonic())
            seen = {name: asked(copy, name) for name in sorted(QUESTIONS, key=lambda name: name not in outdated)}
            redis_client.flushdb()
            time.sleep(2 * HELD)
            right = {name: asked(copy, name)[-1] for name in QUESTIONS}
            changed = {name for name in QUESTIONS if right[name] != before[name]}
            assert outdated <= changed, f"{change} changes {sorted(changed)}"
            late = {name for name, answers in seen.items() if any(answer != right[name] for answer in answers)}
            assert not late, f"{change} is not in every answer: {sorted(late)}"
        assert copy.interrupt() == 0


def start_well_within_the_hour() -> None:
    """Waits for the next hour if this one is about to end: rankings compare with the hour that is open."""
    left = HOUR.total_seconds() - time.time() % HOUR.total_seconds()
    if left < LONGEST_CHECK:
        time.sleep(left + 1)


def asked(copy: Served, name: str) -> list[Answers]:
    """What new connections are answered, without what says when."""
    found = []
    for _ in range(ASKED):
        with urllib.request.urlopen(f"{copy.url}/api/v1/{QUESTIONS[name]}", timeout=10) as answer:
            body = json.load(answer)
        found.append({key: value for key, value in body.items() if key not in ("freshness", "generated_at")})
    return found
