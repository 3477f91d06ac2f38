"""Searching the genres of the catalogue. Pure: no Django, no database, no clock."""

from __future__ import annotations

from math import fsum

from merger.contract import Documents
from merger.freshness import describe
from merger.merge import Built, Reading
from movies.search import about_movies
from movies.titles import fold, joined, matcher


def genre_search(words: tuple[str, ...] | None, reading: Reading) -> Built:
    """``search/genres``: genres by name, with the number and the mean rating of their movies.

    The rating is the plain mean over the movies that anybody voted for: TMDB writes an average of 0 for the others.
    """
    reference = reading.reference
    rated: dict[str, list[float]] = {key: [] for key in reference.genres}
    total = dict.fromkeys(reference.genres, 0)
    for document in reference.movies.values():
        rating = document.data.get("vote_average")
        for key in {name.casefold() for name in document.data.get("genres", ())}:
            total[key] += 1
            if rating is not None and document.data.get("vote_count") != 0:
                rated[key].append(rating)
    rank = matcher(words or ())
    genres = [
        {"genre": name, "total_movies": total[key], "avg_rating": _mean(rated[key])}
        for key, name in sorted(reference.genres.items())
        if words is None or rank(joined(fold(name))) is not None
    ]
    body = {"genres": genres, "total_genres": len(genres), "data_source": "batch"}
    freshness = describe(
        reading.boundary,
        reading.layers,
        batch_as_of=reference.movies_as_of,
        documents=about_movies(reference, Documents()),
    )
    return Built(body, freshness)


def _mean(values: list[float]) -> float | None:
    # Exact, hence the same in any order (M7).
    return fsum(values) / len(values) if values else None
