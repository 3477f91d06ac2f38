"""Answers ``analytics/genre/{genre}``: a genre's statistics from its monthly documents. Pure.

Averages are weighted by the movies of each document that carries them (M7). A document without a month stands for a
whole year and counts only where its year has no monthly ones.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from merger.catalogue.catalogue import Catalogue
from merger.contract.documents import BatchDocument, Documents
from merger.contract.values import Skipped
from merger.core.algebra import Mean, direction, slope_per_day
from merger.core.boundary import Boundary
from merger.errors import Interval
from merger.views.coverage import contested_warnings
from merger.views.freshness import describe
from merger.views.holes import doubted_coverage, written_until
from merger.views.reading import ViewInputs, ViewResult

TOP_MOVIES = 10

STEADY_PER_YEAR = {"avg_rating": 0.05, "avg_sentiment": 0.02, "avg_popularity": 1.0}
"""Largest change per year that is called stable."""

_TOP_MOVIE_FIELDS = ("title", "vote_average", "vote_count", "popularity", "revenue", "release_date")
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class GenrePeriod:
    """Parameters: a genre (case-folded) in all years, in one year, or in one month."""

    genre: str
    year: int | None = None
    month: int | None = None


def genre_analytics(params: GenrePeriod, inputs: ViewInputs) -> ViewResult:
    """Builds the answer. A known genre without documents in the period has no movies and no averages.

    Raises:
        NotFound: the genre is unknown.
    """
    catalogue = inputs.catalogue
    genre = catalogue.known_genre(params.genre)
    documents = _of_period(params, catalogue)
    body = {
        "genre": genre,
        "year": params.year,
        "month": params.month,
        "statistics": _statistics(documents),
        "top_movies": _top_movies(documents, catalogue),
        "trends": {
            "rating_trend": _trend(documents, "avg_rating"),
            "sentiment_trend": _trend(documents, "avg_sentiment"),
            "popularity_trend": _trend(documents, "avg_popularity"),
            "points": [_point(document) for document in documents],
        },
        "data_source": "batch",
    }
    freshness = describe(
        inputs.boundary,
        inputs.layers,
        batch_as_of=catalogue.genres_as_of,
        missing=(_lost_periods(params, documents, inputs),),
        assumed=doubted_coverage(catalogue.genres_as_of, "genre_analytics", inputs),
        documents=Documents(skipped=catalogue.skipped_of("genre_analytics")),
        warnings=contested_warnings(documents),
    )
    return ViewResult(body, freshness)


def _of_period(params: GenrePeriod, catalogue: Catalogue) -> list[BatchDocument]:
    """Selects the documents that count, oldest first."""
    own = catalogue.genre_documents.get(params.genre, ())
    by_month = {d.data["year"] for d in own if "month" in d.data}
    counted = [
        d
        for d in own
        if ("month" in d.data or d.data["year"] not in by_month)
        and params.year in (None, d.data["year"])
        and params.month in (None, d.data.get("month"))
    ]
    return sorted(counted, key=lambda d: (d.data["year"], d.data.get("month", 0)))


def _lost_periods(
    params: GenrePeriod, documents: Collection[BatchDocument], inputs: ViewInputs
) -> tuple[Interval, ...]:
    """The time of documents that can't be read, or all time if none tells of the movies released in the period."""
    catalogue, boundary = inputs.catalogue, inputs.boundary
    own = [
        skip
        for skip in catalogue.lost_of("genre_analytics")
        if skip.genre is None or skip.genre.casefold() == params.genre
    ]
    missing = [_lost_period(skip, boundary) for skip in own if _may_count(skip, params)]
    if not documents and not missing and _has_releases(params, catalogue):
        missing.append((None, boundary.open_hour))
    return tuple(missing)


def _lost_period(skip: Skipped, boundary: Boundary) -> Interval:
    year, month = _year_and_month(skip)
    if year is None:
        return None, written_until(skip, boundary)
    start = datetime(year, month or 1, 1, tzinfo=UTC)
    end = datetime(year + (month in (None, 12)), (month or 12) % 12 + 1, 1, tzinfo=UTC)
    return (start, min(end, boundary.open_hour)) if start < boundary.open_hour else (None, boundary.open_hour)


def _may_count(skip: Skipped, params: GenrePeriod) -> bool:
    year, month = _year_and_month(skip)
    return (year is None or params.year in (None, year)) and (month is None or params.month in (None, month))


def _year_and_month(skip: Skipped) -> tuple[int | None, int | None]:
    year, _, month = (skip.date or "").partition("-")
    return int(year) if year else None, int(month) if month else None


def _has_releases(params: GenrePeriod, catalogue: Catalogue) -> bool:
    """Whether the catalogue has a movie of the genre that was released in the period."""
    movies = catalogue.movies
    found = movies.genres.carrying(params.genre)
    released = movies.released_within(params.year, params.year)
    if released is not None:
        found = found & released
    if params.month is not None:
        found = found & (movies.released // 100 % 100 == params.month)
    return bool(found.any())


def _statistics(documents: list[BatchDocument]) -> dict[str, Any]:
    return {
        "total_movies": sum(d.data["total_movies"] for d in documents),
        "avg_rating": _average(documents, "avg_rating"),
        "avg_sentiment": _average(documents, "avg_sentiment"),
        "avg_popularity": _average(documents, "avg_popularity"),
        "total_revenue": _total(documents, "total_revenue"),
        "avg_budget": _average(documents, "avg_budget"),
        "avg_runtime": _average(documents, "avg_runtime"),
    }


def _total(documents: Iterable[BatchDocument], name: str) -> int | float | None:
    """The sum of a field; ``None`` where a document lacks it, since the rest would pass for all."""
    values = [document.data.get(name) for document in documents]
    return None if None in values else sum(value for value in values if value is not None)


def _average(documents: Iterable[BatchDocument], name: str) -> float | None:
    states = (Mean.of(d.data[name], d.data["total_movies"]) for d in documents if name in d.data)
    return sum(states, Mean()).average


def _top_movies(documents: list[BatchDocument], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Lists one entry per movie, by popularity, then by votes. Some producers name a movie by its title alone.

    Of several entries the newest document's counts. Fields that it lacks come from the catalogue.
    """
    newest: dict[int | str, tuple[tuple[Any, ...], Mapping[str, Any]]] = {}
    for document in documents:
        for entry in document.data.get("top_movies", ()):
            key = entry.get("movie_id", entry.get("title"))
            if key is None:
                continue
            age = _age(document)
            rival = newest.get(key)
            if rival is None or age > rival[0] or (age == rival[0] and _text(entry) > _text(rival[1])):
                newest[key] = (age, entry)
    entries = [_top_movie(entry, catalogue) for _, entry in newest.values()]
    return sorted(entries, key=_place)[:TOP_MOVIES]


def _text(entry: Mapping[str, Any]) -> str:
    """Breaks ties between entries of equal age, so that their order does not matter.

    Requirement M7.
    """
    return json.dumps(entry, sort_keys=True)


def _age(document: BatchDocument) -> tuple[Any, ...]:
    return document.computed_at, document.version, document.data["year"], document.data.get("month", 0)


def _top_movie(entry: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    movie_id = entry.get("movie_id")
    facts = {} if movie_id is None else catalogue.facts_of(movie_id)
    return {"movie_id": movie_id} | {name: entry.get(name, facts.get(name)) for name in _TOP_MOVIE_FIELDS}


def _place(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    highest_first = [
        part for name in ("popularity", "vote_count") for part in (entry[name] is None, -(entry[name] or 0))
    ]
    return *highest_first, entry["movie_id"] is None, entry["movie_id"] or 0, entry["title"] or ""


def _trend(documents: Iterable[BatchDocument], name: str) -> str:
    """Direction of a line through the months, each weighted by its movies."""
    slope = slope_per_day(
        (_middle(d), float(d.data[name]), float(d.data["total_movies"])) for d in documents if name in d.data
    )
    return direction(slope, STEADY_PER_YEAR[name] / _DAYS_PER_YEAR)


def _middle(document: BatchDocument) -> float:
    """The day in the middle of a document's month or year."""
    month = document.data.get("month")
    return float(date(document.data["year"], month or 7, 15 if month else 1).toordinal())


def _point(document: BatchDocument) -> dict[str, Any]:
    data = document.data
    names = ("avg_rating", "avg_sentiment", "avg_popularity")
    return {
        "year": data["year"],
        "month": data.get("month"),
        "total_movies": data["total_movies"],
        **{name: data.get(name) for name in names},
    }
