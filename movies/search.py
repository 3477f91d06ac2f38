"""Searching the catalogue of movies. Pure: no Django, no database, no clock.

Ratings and popularity of hits are those of ``movies/{id}``: the speed layer's newest bucket where it has one (M6). The
same numbers filter, sort and show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from merger.catalogue import Reference
from merger.contract import Documents, SpeedDocument
from merger.errors import NotFound
from merger.freshness import describe, source_of
from merger.merge import (
    SPEED_FACTS,
    Built,
    Reading,
    newest_speed,
    overriding,
    speed_coverage,
    unseen_since,
    usable_speed,
)
from movies.titles import EXACT, Titles, matcher


class SortBy(StrEnum):
    """Orders of the hits; equals follow by popularity, then by id."""

    RELEVANCE = "relevance"
    POPULARITY = "popularity"
    RATING = "rating"
    RELEASE_DATE = "release_date"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class MovieSearch:
    """What is looked for.

    Args:
        words: folded words of the query; ``None``: any title.
        genre: casefolded; ``None``: any.
        year_from: of the release, with ``year_to`` an interval that holds both ends.
        rating_min: of ``vote_average``, with ``rating_max`` an interval that holds both ends.
        limit: hits on a page.
        offset: hits before it.
    """

    words: tuple[str, ...] | None = None
    genre: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    rating_min: float | None = None
    rating_max: float | None = None
    sort_by: SortBy = SortBy.RELEVANCE
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class _Hit:
    movie_id: int
    rank: int
    facts: Mapping[str, Any]
    numbers: Mapping[str, Any]

    @property
    def by_popularity(self) -> tuple[float, int]:
        """Largest first, unknown last, then the smallest id."""
        return (_descending(self.numbers.get("popularity")), self.movie_id)


def movie_search(wanted: MovieSearch, titles: Titles, reading: Reading) -> Built:
    """``search/movies``: one page of hits and how many there are.

    Args:
        wanted: what is looked for.
        titles: of ``reading.reference.movies``.
        reading: the catalogue, and the ``stats`` of every movie since the cutoff.

    Raises:
        NotFound: an unknown genre.
    """
    reference = reading.reference
    newer = _newer_numbers(reading)
    found = _sorted(wanted.sort_by, _found(wanted, titles, reference, newer), titles)
    page = found[wanted.offset : wanted.offset + wanted.limit]
    body = {
        "results": [_shown(hit) for hit in page],
        "total_results": len(found),
        "page": wanted.offset // wanted.limit + 1,
        "total_pages": -(-len(found) // wanted.limit),
        "limit": wanted.limit,
        "offset": wanted.offset,
        "data_source": source_of(["batch", *(["speed"] if newer else [])]),
    }
    coverage = speed_coverage(reading.hours, "stats", reading.boundary, reading.layers)
    freshness = describe(
        reading.boundary,
        reading.layers,
        speed_types=("stats",),
        batch_as_of=reference.movies_as_of,
        missing=(unseen_since(reference.movies_as_of, coverage),),
        documents=about_movies(reference, reading.hours),
    )
    return Built(body, freshness)


def _newer_numbers(reading: Reading) -> dict[int, SpeedDocument]:
    """By movie id, the ``stats`` bucket whose numbers stand in for the batch document's (M6)."""
    boundary, movies = reading.boundary, reading.reference.movies
    cutoff = boundary.cutoff
    buckets = [d for d in usable_speed(reading.hours, "stats", boundary) if d.hour >= cutoff]
    last: dict[int, Any] = {}
    for document in buckets:
        if document.movie_id not in last or document.hour > last[document.movie_id]:
            last[document.movie_id] = document.hour
    newest = newest_speed((d for d in buckets if d.hour == last[d.movie_id]), lambda d: d.movie_id)
    return {
        document.movie_id: document
        for document in newest.values()
        if overriding(movies.get(document.movie_id), document, boundary, reading.layers)
    }


def _found(wanted: MovieSearch, titles: Titles, reference: Reference, newer: Mapping[int, SpeedDocument]) -> list[_Hit]:
    if wanted.genre is not None and reference.genre(wanted.genre) is None:
        raise NotFound("genre", wanted.genre, reference.genres_like(wanted.genre))
    found = []
    rank = matcher(wanted.words or ())
    for movie_id, document in reference.movies.items():
        match = EXACT if wanted.words is None else rank(titles.folded[movie_id])
        if match is None:
            continue
        speed = newer.get(movie_id)
        hit = _Hit(movie_id, match, document.data, document.data if speed is None else speed.data)
        if _passes(hit, wanted):
            found.append(hit)
    return found


def _passes(hit: _Hit, wanted: MovieSearch) -> bool:
    if wanted.genre is not None and wanted.genre not in (n.casefold() for n in hit.facts.get("genres", ())):
        return False
    released = hit.facts.get("release_date")
    return _within(None if released is None else int(released[:4]), wanted.year_from, wanted.year_to) and (
        _within(hit.numbers.get("vote_average"), wanted.rating_min, wanted.rating_max)
    )


def _within(value: float | None, least: float | None, most: float | None) -> bool:
    """Whether a value lies in a closed interval; an unknown one only in the one without ends."""
    if value is None:
        return least is None and most is None
    return (least is None or least <= value) and (most is None or value <= most)


def _sorted(order: SortBy, hits: Iterable[_Hit], titles: Titles) -> list[_Hit]:
    found = sorted(hits, key=lambda hit: hit.by_popularity)
    # Sorting is stable: equals stay in the order of their popularity.
    if order is SortBy.RELEVANCE:
        found.sort(key=lambda hit: hit.rank)
    elif order is SortBy.RATING:
        found.sort(key=lambda hit: _descending(hit.numbers.get("vote_average")))
    elif order is SortBy.RELEASE_DATE:
        found.sort(key=lambda hit: hit.facts.get("release_date") or "", reverse=True)
    elif order is SortBy.TITLE:
        found.sort(key=lambda hit: (titles.folded[hit.movie_id], hit.facts["title"]))
    return found


def _shown(hit: _Hit) -> dict[str, Any]:
    return {
        "movie_id": hit.movie_id,
        "title": hit.facts["title"],
        "genres": list(hit.facts.get("genres", ())),
        "release_date": hit.facts.get("release_date"),
        **{name: hit.numbers.get(name) for name in SPEED_FACTS},
    }


def about_movies(reference: Reference, hours: Documents) -> Documents:
    """What could not be read of that which this answer needs."""
    of_movies = tuple(skip for skip in reference.skipped if skip.type in ("movie_details", None))
    return Documents(skipped=of_movies + hours.skipped)


def _descending(value: float | None) -> float:
    return float("inf") if value is None else -value
