"""``analytics/overview`` and ``analytics/sentiment/comparison``: all movies of the catalogue at once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from merger.algebra import Sentiment
from merger.catalogue import Reference
from merger.contract import BatchDocument, Documents
from merger.errors import NotFound
from merger.freshness import describe
from merger.merge import Built, Reading, newest_batch, usable_batch

TIERS: Mapping[str, float] = {"blockbuster": 80.0, "popular": 50.0, "moderate": 20.0, "niche": float("-inf")}
"""Popularity above which a movie belongs to a tier, the highest tier first."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which movies are compared: of a genre (case-folded) and of a year of release; ``None`` for all."""

    genre: str | None = None
    year: int | None = None


def overview(_: None, reading: Reading) -> Built:
    """What the catalogue holds. Averages are over movies that carry the number, each counting once.

    The rating of a movie without votes is left out: TMDB writes 0 where nobody voted.
    """
    reference = reading.reference
    movies = sorted(reference.movies.items())
    genres = _movies_by_genre(reference, (document for _, document in movies))
    body = {
        "total_movies": len(movies),
        "total_genres": len(genres),
        "genres": sorted(genres),
        "overall_stats": {
            "avg_rating": _mean((d for _, d in movies if _is_rated(d)), "vote_average"),
            "avg_popularity": _mean((d for _, d in movies), "popularity"),
        },
        "by_genre": [
            {
                "genre": name,
                "movie_count": len(members),
                "avg_rating": _mean(filter(_is_rated, members), "vote_average"),
            }
            for name, members in sorted(genres.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        ],
        "data_source": "batch",
    }
    freshness = describe(
        reading.boundary,
        reading.layers,
        batch_as_of=reference.movies_as_of,
        documents=Documents(skipped=reference.skipped),
    )
    return Built(body, freshness)


def sentiment_comparison(params: Comparison, reading: Reading) -> Built:
    """Lifetime sentiment by tier of popularity, weighted by reviews.

    Args:
        params: which movies.
        reading: the catalogue, and the batch layer's lifetime totals of all movies.

    Raises:
        NotFound: the genre is unknown.
    """
    reference = reading.reference
    genre = None if params.genre is None else reference.genre(params.genre)
    if params.genre is not None and genre is None:
        raise NotFound("genre", params.genre, reference.genres_like(params.genre))
    totals = _lifetime_totals(reading)
    members = _tiers(params, reference)
    body = {
        "genre": genre,
        "year": params.year,
        "tiers": {name: _tier(members[name], totals) for name in TIERS},
        "data_source": "batch",
    }
    freshness = describe(
        reading.boundary,
        reading.layers,
        batch_as_of=max((d.covers_until for d in totals.values()), default=reference.movies_as_of),
        documents=reading.documents,
    )
    return Built(body, freshness)


def _movies_by_genre(reference: Reference, movies: Iterable[BatchDocument]) -> dict[str, list[BatchDocument]]:
    """Every known genre in the catalogue's spelling with its movies, each movie once (A3)."""
    result: dict[str, list[BatchDocument]] = {name: [] for name in reference.genres.values()}
    for document in movies:
        for key in dict.fromkeys(name.casefold() for name in document.data.get("genres", ())):
            result[reference.genres[key]].append(document)
    return result


def _is_rated(document: BatchDocument) -> bool:
    return document.data.get("vote_count") != 0


def _mean(documents: Iterable[BatchDocument], name: str) -> float | None:
    values = [d.data[name] for d in documents if name in d.data]
    return fmean(values) if values else None


def _lifetime_totals(reading: Reading) -> dict[int, BatchDocument]:
    """The newest lifetime total of each movie (D4); a document with a date is a day's."""
    found = usable_batch(reading.documents, "sentiment", reading.boundary)
    newest = newest_batch((d for d in found if "date" not in d.data), lambda d: d.movie_id)
    return {d.movie_id: d for d in newest.values() if d.movie_id is not None}


def _tiers(params: Comparison, reference: Reference) -> dict[str, list[BatchDocument]]:
    """The movies of each tier in the order of their ids; one whose popularity nobody knows is in none."""
    result: dict[str, list[BatchDocument]] = {name: [] for name in TIERS}
    for movie_id, document in sorted(reference.movies.items()):
        popularity = document.data.get("popularity")
        if popularity is None or not _is_wanted(movie_id, document, params, reference):
            continue
        tier = next(name for name, above in TIERS.items() if popularity > above)
        result[tier].append(document)
    return result


def _is_wanted(movie_id: int, document: BatchDocument, params: Comparison, reference: Reference) -> bool:
    if params.year is not None:
        released = document.data.get("release_date")
        if released is None or int(released[:4]) != params.year:
            return False
    return params.genre is None or reference.is_of_genre(movie_id, params.genre)


def _tier(members: list[BatchDocument], totals: Mapping[int, BatchDocument]) -> dict[str, Any]:
    known = [total for d in members if d.movie_id is not None and (total := totals.get(d.movie_id))]
    sentiment = sum((Sentiment.read(total.data) for total in known), Sentiment())
    popularity = [d.data["popularity"] for d in members]
    return {
        "count": len(members),
        "avg_sentiment": sentiment.average,
        "total_reviews": sentiment.reviews,
        "popularity_range": [min(popularity), max(popularity)] if popularity else None,
    }
