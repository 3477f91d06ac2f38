"""Answers ``analytics/genre/{genre}``: a genre's statistics from its monthly documents. Pure.

Averages are weighted by the movies of each document that carries them (M7). A document without a month stands for a
whole year and counts only where its year has no monthly ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from merger.catalogue.catalogue import Catalogue
from merger.contract.documents import BatchDocument, Documents
from merger.core.algebra import Mean, direction, slope_per_day
from merger.views.freshness import describe
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
        documents=Documents(skipped=catalogue.skipped_of("genre_analytics")),
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


def _statistics(documents: list[BatchDocument]) -> dict[str, Any]:
    return {
        "total_movies": sum(d.data["total_movies"] for d in documents),
        "avg_rating": _average(documents, "avg_rating"),
        "avg_sentiment": _average(documents, "avg_sentiment"),
        "avg_popularity": _average(documents, "avg_popularity"),
        "total_revenue": sum(d.data["total_revenue"] for d in documents),
        "avg_budget": _average(documents, "avg_budget"),
        "avg_runtime": _average(documents, "avg_runtime"),
    }


def _average(documents: Iterable[BatchDocument], name: str) -> float | None:
    states = (Mean.of(d.data[name], d.data["total_movies"]) for d in documents if name in d.data)
    return sum(states, Mean()).average


def _top_movies(documents: list[BatchDocument], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Lists one entry per movie, by popularity, then by votes.

    Of several entries the newest document's counts. Fields that it lacks come from the catalogue.
    """
    newest: dict[int, tuple[tuple[Any, ...], Mapping[str, Any]]] = {}
    for document in documents:
        for entry in document.data.get("top_movies", ()):
            age = _age(document)
            rival = newest.get(entry["movie_id"])
            if rival is None or age > rival[0] or (age == rival[0] and _text(entry) > _text(rival[1])):
                newest[entry["movie_id"]] = (age, entry)
    entries = [_top_movie(movie_id, entry, catalogue) for movie_id, (_, entry) in newest.items()]
    return sorted(entries, key=_place)[:TOP_MOVIES]


def _text(entry: Mapping[str, Any]) -> str:
    """Breaks ties between entries of equal age, so that their order does not matter.

    Requirement M7.
    """
    return json.dumps(entry, sort_keys=True)


def _age(document: BatchDocument) -> tuple[Any, ...]:
    return document.computed_at, document.version, document.data["year"], document.data.get("month", 0)


def _top_movie(movie_id: int, entry: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    facts = catalogue.facts_of(movie_id)
    return {"movie_id": movie_id} | {name: entry.get(name, facts.get(name)) for name in _TOP_MOVIE_FIELDS}


def _place(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    highest_first = [
        part for name in ("popularity", "vote_count") for part in (entry[name] is None, -(entry[name] or 0))
    ]
    return *highest_first, entry["movie_id"]


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
