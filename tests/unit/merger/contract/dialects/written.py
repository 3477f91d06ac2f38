"""A small world of both layers, written plainly and in each dialect, and what every endpoint answers from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bson import Decimal128

import analytics.selectors as analytics
import movies.selectors as movies
import trending.selectors as trending
from analytics.actors import Actor
from analytics.catalogue import Comparison
from analytics.genres import GenrePeriod
from analytics.series_reads import TrendParameters
from merger.core.windows import DAY, Granularity, parse_span
from merger.errors import NotFound
from merger.views.plans import View
from movies.search import MovieSearch
from movies.selectors import GenreSearch, Movie, MovieSentiment, MovieStats
from tests.unit.merger.answers.served import HOUR, NOW, TOP, Served
from tests.unit.merger.documents import MOVIE, Raw, sentiment
from trending.history import HistoryQuery
from trending.scoring import RankingParameters

COVERS = NOW.replace(hour=3, minute=0)
World = tuple[list[Raw], list[Raw]]

_WEEK, _DAY = parse_span("7d"), parse_span("6h")
ENDPOINTS: Mapping[str, tuple[View[Any], Any]] = {
    "movies/{id}": (movies.DETAILS, Movie(MOVIE)),
    "movies/{id}/sentiment": (movies.SENTIMENT, MovieSentiment(MOVIE, parse_span("all"), Granularity.DAY)),
    "movies/{id}/sentiment?window=7d": (movies.SENTIMENT, MovieSentiment(MOVIE, _WEEK, Granularity.DAY)),
    "movies/{id}/stats": (movies.STATS, MovieStats(MOVIE, 24)),
    "trending/movies": (trending.RANKING, RankingParameters(_DAY, 20)),
    "trending/history": (trending.HISTORY, HistoryQuery(_DAY, 5, 6)),
    "analytics/genre/{genre}": (analytics.GENRE, GenrePeriod("drama")),
    "analytics/trends": (analytics.TRENDS, TrendParameters("rating", _WEEK)),
    "analytics/trends?genre=": (analytics.TRENDS, TrendParameters("rating", _WEEK, genre="drama")),
    "analytics/trends?movie_id=": (analytics.TRENDS, TrendParameters("sentiment", _WEEK, movie_id=MOVIE)),
    "analytics/overview": (analytics.OVERVIEW, None),
    "analytics/sentiment/comparison": (analytics.COMPARISON, Comparison()),
    "analytics/actors/{name}": (analytics.ACTOR, Actor("Keanu Reeves")),
    "search/movies": (movies.SEARCH, MovieSearch()),
    "search/genres": (movies.GENRES, GenreSearch(None)),
}


def _batch(view_type: str, data: Raw, **more: Any) -> Raw:
    return {"view_type": view_type, "data": data, "computed_at": COVERS + HOUR, "covers_until": COVERS, **more}


def _speed(data_type: str, hour: datetime, data: Raw, **more: Any) -> Raw:
    stamps = {"hour": hour, "synced_at": hour + HOUR, "ttl_expires_at": hour + 2 * DAY}
    return {"movie_id": MOVIE, "data_type": data_type, "data": data, **stamps, **more}


def plain() -> World:
    """Each kind of document, written as documented."""
    days = [(NOW - back * DAY).date().isoformat() for back in range(1, 9)]
    details = {
        "title": "1917",
        "genres": ["Drama"],
        "release_date": "2019-12-25",
        "vote_average": 8.0,
        "vote_count": 10,
        "directors": ["Sam Mendes"],
    }
    top = [{"movie_id": MOVIE, "title": "1917"}]
    genre = {"genre": "Drama", "year": 2026, "month": 4, "total_movies": 3, "avg_rating": 6.5, "total_revenue": 9}
    network = {"actor": "Keanu Reeves", "collaborators": [{"actor": "Hugo Weaving", "count": 3}]}
    ratings = {"metric": "rating", "value": 7.0, "count": 4}
    batch = [
        _batch("movie_details", {**details, "vote_count": 10, "popularity": 60.0}, movie_id=MOVIE),
        _batch("sentiment", sentiment(80, 0.25), movie_id=MOVIE),
        *(_batch("sentiment", sentiment(10, 0.25, date=day), movie_id=MOVIE) for day in days),
        _batch("genre_analytics", {**genre, "top_movies": top}),
        *(_batch("temporal_analytics", {**ratings, "date": day}) for day in days),
        *(_batch("temporal_analytics", {**ratings, "date": day, "genre": "Drama"}) for day in days),
        *(
            _batch("temporal_analytics", {**ratings, "metric": "sentiment", "date": day, "movie_id": MOVIE})
            for day in days
        ),
        _batch("actor_collaboration", network),
    ]
    hours = [TOP - back * HOUR for back in range(60)]
    stats = {"vote_average": 8.0, "vote_count": 12, "popularity": 61.0}
    speed = [
        *(_speed("sentiment", hour, sentiment(2, 0.5)) for hour in hours),
        *(_speed("stats", hour, stats) for hour in hours),
        *(_speed("trending", hour, {"trending_score": 40.0}) for hour in hours),
    ]
    return batch, speed


def _each(change: Callable[[Raw], Raw]) -> Callable[[Raw], list[Raw]]:
    return lambda raw: [change(raw)]


def _with_data(change: Callable[[Raw], Any]) -> Callable[[Raw], list[Raw]]:
    return _each(lambda raw: {**raw, "data": change(raw["data"])})


def _stamps(form: Callable[[datetime], Any]) -> Callable[[Raw], list[Raw]]:
    return _each(lambda raw: {key: form(value) if isinstance(value, datetime) else value for key, value in raw.items()})


def _renamed(raw: Raw, names: Mapping[str, str]) -> Raw:
    return {names.get(key, key): value for key, value in raw.items()}


def _with_other_type(raw: Raw) -> Raw:
    others = {"temporal_analytics": "temporal_trends"}
    speed = {"sentiment": "review_sentiment", "stats": "movie_stats"}
    if "data_type" in raw:
        return {**raw, "data_type": speed.get(raw["data_type"], raw["data_type"])}
    return {**raw, "view_type": others.get(raw["view_type"], raw["view_type"])}


def _in_columns(raw: Raw) -> Raw:
    names = ("avg_sentiment", "review_count", "positive_count", "negative_count", "neutral_count")
    if raw["data"].keys() != set(names):
        return raw
    return {**raw, "data": {f"col{place}": raw["data"][name] for place, name in enumerate(names, 1)}}


def _in_parts(raw: Raw) -> list[Raw]:
    """An hour as two windows of five minutes; other documents as they are."""
    if raw.get("data_type") != "sentiment":
        return [raw]
    starts = [raw["hour"] + timedelta(minutes=minutes) for minutes in (5, 40)]
    return [{**raw, "hour": start, "data": sentiment(1, 0.5)} for start in starts]


def _by_genre(raw: Raw) -> Raw:
    if raw.get("view_type") != "genre_analytics":
        return raw
    return {**raw, "movie_id": raw["data"]["genre"], "data": {k: v for k, v in raw["data"].items() if k != "genre"}}


def _text_numbers(data: Raw) -> Raw:
    return {key: str(value) if isinstance(value, int | float) else value for key, value in data.items()}


def _decimals(data: Raw) -> Raw:
    return {key: Decimal128(str(value)) if isinstance(value, float) else value for key, value in data.items()}


def _numbered_title(data: Raw) -> Raw:
    return {**data, "title": int(data["title"])} if "title" in data else data


def _with_titles(data: Raw) -> Raw:
    return {**data, "top_movies": [each["title"] for each in data["top_movies"]]} if "top_movies" in data else data


def _genre_objects(data: Raw) -> Raw:
    return {**data, "genres": [{"id": 18, "name": name} for name in data["genres"]]} if "genres" in data else data


def _credited(data: Raw) -> Raw:
    if "directors" not in data:
        return data
    crew = [{"job": "Editor", "name": "Lee Smith"}, *({"job": "Director", "name": each} for each in data["directors"])]
    return {**{key: value for key, value in data.items() if key != "directors"}, "crew": crew}


def _timed_days(data: Raw) -> Raw:
    days = ("date", "release_date")
    return {key: f"{value}T00:00:00+07:00" if key in days else value for key, value in data.items()}


# How a document is written in each dialect; a document may become several.
WRITTEN: Mapping[str, Callable[[Raw], list[Raw]]] = {
    "payload under stats": _each(lambda raw: _renamed(raw, {"data": "stats"})),
    "flat document": _each(lambda raw: {key: value for key, value in raw.items() if key != "data"} | raw["data"]),
    "payload as JSON text": _with_data(json.dumps),
    "unnamed columns": _each(_in_columns),
    "other type names": _each(_with_other_type),
    "type of a speed document under view_type": _each(lambda raw: _renamed(raw, {"data_type": "view_type"})),
    "stamps as text": _stamps(lambda stamp: stamp.isoformat().replace("+00:00", "Z")),
    "stamps as seconds": _stamps(lambda stamp: int(stamp.timestamp())),
    "stamps as milliseconds": _stamps(lambda stamp: int(stamp.timestamp() * 1000)),
    "other stamp names": _each(lambda raw: _renamed(raw, {"hour": "window_start", "synced_at": "updated_at"})),
    "windows smaller than an hour": _in_parts,
    "genre in movie_id": _each(_by_genre),
    "titles in top_movies": _with_data(_with_titles),
    "number as a title": _with_data(_numbered_title),
    "numbers as text": _with_data(_text_numbers),
    "decimal numbers": _with_data(_decimals),
    "NaN for null": _with_data(lambda data: {"runtime": float("nan"), "avg_popularity": float("nan"), **data}),
    "genres as objects": _with_data(_genre_objects),
    "director or crew": _with_data(_credited),
    "calendar days with a time": _with_data(_timed_days),
    "document as an id": _each(lambda raw: {"_id": {"key": json.dumps(raw, default=str)}, **raw}),
}


def answers(world: World) -> dict[str, dict[str, Any] | None]:
    """What each endpoint answers; ``None``: it says that there is no such thing."""
    result: dict[str, dict[str, Any] | None] = {}
    served = Served(*world)
    for name, (view, params) in ENDPOINTS.items():
        try:
            result[name] = served.service.fetch(view, params).data
        except NotFound:
            result[name] = None
    return result


def verdict(expected: dict[str, Any] | None, found: dict[str, Any] | None) -> str:
    """How an answer compares with that of the plain world.

    ``exact``: it is the same; ``without``: it is the same but for nulls, where the documents tell nothing; ``flagged``:
    it is another one, which says that it lacks something; else ``silent``.
    """
    if expected is None or found is None:
        return "exact" if expected == found else "silent"
    fresh = found["freshness"]
    is_same_time = fresh["missing"] == expected["freshness"]["missing"]
    plain, other = ({**each, "freshness": None} for each in (expected, found))
    if other == plain:
        return "exact" if is_same_time else "flagged"
    if is_same_time and other == _without(plain, other):
        return "without"
    return "silent" if fresh["complete"] and fresh["proven"] else "flagged"


def _without(expected: Any, found: Any) -> Any:
    """What was expected, with nulls where nulls were found."""
    if found is None:
        return None
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: _without(value, found.get(key)) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(found, list):
        return [_without(*pair) for pair in zip(expected, found, strict=False)]
    return expected
