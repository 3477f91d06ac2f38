"""Valid documents of every kind, as producers write them; tests change what they need.

``NOW`` lies in the future of every clock, so that no store expires anything under a test.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2031, 3, 10, 12, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPEN_HOUR = NOW.replace(minute=0)
CUTOFF = OPEN_HOUR - 48 * HOUR
MIDNIGHT = NOW.replace(hour=0, minute=0)
COMPUTED = MIDNIGHT + 2 * HOUR
"""When the last nightly run wrote; it covers everything before ``MIDNIGHT``."""

Document = dict[str, Any]


def batch(view_type: str, data: Any, **fields: Any) -> Document:
    """A batch document of last night's run; ``fields`` replace or add top-level ones."""
    return {
        "view_type": view_type,
        "data": data,
        "computed_at": COMPUTED,
        "covers_until": MIDNIGHT,
        "batch_run_id": "batch_2031_03_10",
        "version": 1,
        **fields,
    }


def speed(data_type: str, movie_id: int, hour: datetime, data: Any, **fields: Any) -> Document:
    """A speed bucket that was last synced when its hour ended, or a minute ago if it has not ended."""
    return {
        "movie_id": movie_id,
        "data_type": data_type,
        "hour": hour,
        "data": data,
        "synced_at": min(hour + HOUR + timedelta(seconds=5), NOW - timedelta(minutes=1)),
        "ttl_expires_at": hour + 48 * HOUR,
        **fields,
    }


def movie(movie_id: int, title: str, **data: Any) -> Document:
    """``movie_details``; ``data`` replaces or adds payload fields, ``computed_at`` and the like are the document's."""
    own = {key: data.pop(key) for key in ("computed_at", "covers_until", "version") if key in data}
    payload = {
        "title": title,
        "release_date": "1999-10-15",
        "genres": ["Drama"],
        "runtime": 139,
        "budget": 63_000_000,
        "revenue": 100_853_753,
        "overview": "",
        "original_language": "en",
        "vote_average": 7.0,
        "vote_count": 100,
        "popularity": 10.0,
        **data,
    }
    return batch("movie_details", payload, movie_id=movie_id, **own)


def counts(reviews: int, score: float) -> Document:
    """A sentiment payload; all reviews count as positive, negative or neutral, by the score."""
    positive, negative = (reviews, 0) if score > 0.05 else (0, reviews if score < -0.05 else 0)
    return {
        "avg_sentiment": score,
        "review_count": reviews,
        "positive_count": positive,
        "negative_count": negative,
        "neutral_count": reviews - positive - negative,
    }


def sentiment_total(movie_id: int, reviews: int, score: float, **fields: Any) -> Document:
    """A movie's lifetime total."""
    return batch("sentiment", counts(reviews, score), movie_id=movie_id, **fields)


def sentiment_day(movie_id: int, date: str, reviews: int, score: float, **fields: Any) -> Document:
    """A movie's point of one day."""
    return batch("sentiment", {**counts(reviews, score), "date": date}, movie_id=movie_id, **fields)


def speed_sentiment(movie_id: int, hour: datetime, reviews: int, score: float, **fields: Any) -> Document:
    """A movie's reviews of one hour."""
    data = {**counts(reviews, score), "sentiment_velocity": 0.25}
    return speed("sentiment", movie_id, hour, data, **fields)


def speed_stats(movie_id: int, hour: datetime, rating: float, votes: int, popularity: float, **fields: Any) -> Document:
    """A movie's numbers as of one hour."""
    data = {"vote_average": rating, "vote_count": votes, "popularity": popularity, "rating_velocity": 0.5}
    return speed("stats", movie_id, hour, data, **fields)


def speed_trending(movie_id: int, hour: datetime, score: float, **data: Any) -> Document:
    """A movie's trending score of one hour; ``data`` replaces or adds payload fields."""
    payload = {"trending_score": score, "velocity": 1.5, "acceleration": 0.5, **data}
    return speed("trending", movie_id, hour, payload)


def genre_month(genre: str, year: int, month: int | None, rating: float, movies: int, **data: Any) -> Document:
    """``genre_analytics`` of one month, or of a year if ``month`` is ``None``."""
    payload = {
        "genre": genre,
        "year": year,
        "month": month,
        "avg_rating": rating,
        "total_movies": movies,
        "total_revenue": 1_000_000 * movies,
        **data,
    }
    return batch("genre_analytics", {key: value for key, value in payload.items() if value is not None})


def trend_point(metric: str, date: str, value: float, count: int, **data: Any) -> Document:
    """``temporal_analytics`` of one day; ``data`` may name a ``genre`` or a ``movie_id``."""
    payload = {"metric": metric, "date": date, "value": value, "count": count, **data}
    top = {"movie_id": data["movie_id"]} if "movie_id" in data else {}
    return batch("temporal_analytics", payload, **top)


def actor(name: str, *collaborators: tuple[str, int]) -> Document:
    """``actor_collaboration``: an actor's collaborators, each with the number of movies."""
    found = [{"actor": other, "movies": ["A Movie"], "count": count} for other, count in collaborators]
    return batch("actor_collaboration", {"actor": name, "collaborators": found})


def beat(data_types: Iterable[str] = ("sentiment", "stats", "trending"), movie_id: int = 1) -> list[Document]:
    """One movie's buckets for every hour of a complete answer, so that the speed layer holds them all."""
    payloads: dict[str, Document] = {
        "sentiment": counts(0, 0.0),
        "stats": {"vote_average": 5.0, "vote_count": 10, "popularity": 1.0},
        "trending": {"trending_score": 1.0, "velocity": 0.0, "acceleration": 0.0},
    }
    hours = [OPEN_HOUR - number * HOUR for number in range(121)]
    return [speed(name, movie_id, hour, payloads[name]) for name in data_types for hour in hours]
