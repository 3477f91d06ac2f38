"""The peer's rankings and searches, from its catalogue and the hours in the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.peer.data import Catalogue, Data, Document, assume_current
from merger.catalogue.title_text import normalise_words
from merger.core.windows import HOUR, Granularity, Span, isoformat
from merger.views.freshness import describe
from movies.details import SPEED_FIELDS
from search.reasons import NO_REASON
from trending.scoring import popularity_score


@dataclass(frozen=True, slots=True)
class Search:
    """Filters and order of a search; intervals include both ends, ``None`` leaves one open."""

    q: str | None
    genre: str | None
    year_from: int | None
    year_to: int | None
    rating_min: float | None
    rating_max: float | None
    sort_by: str
    limit: int
    offset: int


async def trending(data: Data, span: Span, limit: int, genre: str | None) -> dict[str, Any]:
    """``trending/movies`` and ``trending/genres/{genre}``."""
    catalogue, boundary = await data.catalogue(), data.boundary()
    name = None if genre is None else catalogue.genre(genre)
    window = span.ending(boundary.now, Granularity.HOUR)
    scores = _by_movie(await data.hours("trending"), window.bounded_start)
    stats = _by_movie(await data.hours("stats"), window.bounded_start)
    entries = [
        _entry(movie_id, scores.get(movie_id, []), stats.get(movie_id, []), catalogue)
        for movie_id in scores.keys() | stats.keys()
        if name is None or catalogue.is_of_genre(movie_id, name)
    ]
    entries.sort(key=lambda entry: (-entry["trending_score"], *_by_popularity(entry)))
    shown = [{"rank": rank, **entry} for rank, entry in enumerate(entries[:limit], 1)]
    return {
        "trending_movies": shown,
        "count": len(shown),
        "window": span.label,
        "genre": name,
        "generated_at": isoformat(boundary.now),
        "data_source": "speed",
        "freshness": freshness(data, ("trending", "stats")),
    }


async def search(data: Data, wanted: Search) -> dict[str, Any]:
    """``search/movies``."""
    catalogue = await data.catalogue()
    genre = None if wanted.genre is None else catalogue.genre(wanted.genre)
    numbers = _newest_numbers(await data.hours("stats"), data.boundary().cutoff)
    found = []
    named = None if wanted.q is None else catalogue.index.find(" ".join(wanted.q.casefold().split()))
    suggested = () if named is None else named.suggestions
    ids: Iterable[int] = catalogue.movies if named is None else named.ids.tolist()
    for place, movie_id in enumerate(ids):
        movie = catalogue.movies[movie_id]
        current = numbers.get(movie_id, movie)
        if (genre is None or catalogue.is_of_genre(movie_id, genre)) and _passes(wanted, movie, current):
            rank, why = (0.0, NO_REASON) if named is None else (-float(named.scores[place]), named.why(place))
            found.append((rank, {**_hit(movie_id, movie, current), **why.as_dict()}))
    hits = _sorted(found, wanted.sort_by, catalogue.titles)
    return {
        "results": hits[wanted.offset : wanted.offset + wanted.limit],
        "total_results": len(hits),
        "total_is_exact": True,
        "showing_results_for": None if named is None else named.showing,
        "suggestions": [{"movie_id": each, "title": catalogue.movies[each]["title"]} for each in suggested],
        "page": wanted.offset // wanted.limit + 1,
        "total_pages": -(-len(hits) // wanted.limit),
        "limit": wanted.limit,
        "offset": wanted.offset,
        "data_source": "merged" if numbers else "batch",
        "freshness": freshness(data, ("stats",)),
    }


async def genres(data: Data, q: str | None) -> dict[str, Any]:
    """``search/genres``."""
    catalogue = await data.catalogue()
    names = {key: "".join(f" {word}" for word in normalise_words(name)) for key, name in catalogue.genres.items()}
    wanted = {key for key, _ in _matches(q, names)}
    members: dict[str, list[Document]] = {key: [] for key in catalogue.genres}
    for movie in catalogue.movies.values():
        for key in {name.casefold() for name in movie.get("genres", ())}:
            members[key].append(movie)
    shown = [
        {"genre": name, "total_movies": len(members[key]), "avg_rating": rating(members[key])}
        for key, name in catalogue.genres.items()
        if key in wanted
    ]
    return {"genres": shown, "total_genres": len(shown), "data_source": "batch", "freshness": freshness(data)}


def freshness(data: Data, speed_types: Iterable[str] = ()) -> dict[str, Any]:
    """Builds the freshness of an answer, as far as this service knows it."""
    boundary = data.boundary()
    return describe(boundary, assume_current(boundary), speed_types=speed_types).as_dict()


def rating(movies: Iterable[Document]) -> float | None:
    """Computes the mean rating of the movies that have votes."""
    values = [movie["vote_average"] for movie in movies if "vote_average" in movie and movie.get("vote_count") != 0]
    return sum(values) / len(values) if values else None


def _by_movie(hours: list[Document], since: datetime) -> dict[int, list[Document]]:
    """Groups buckets by movie, newest first."""
    found: dict[int, list[Document]] = {}
    for document in sorted((d for d in hours if d["hour"] >= since), key=lambda d: d["hour"], reverse=True):
        found.setdefault(document["movie_id"], []).append(document)
    return found


def _entry(movie_id: int, scores: list[Document], stats: list[Document], catalogue: Catalogue) -> dict[str, Any]:
    movie = catalogue.movies.get(movie_id, {})
    numbers = stats[0]["data"] if stats else movie
    if scores:
        score = scores[0]["data"]
    else:
        change = _change(stats)
        score = {"trending_score": popularity_score(numbers["popularity"], change), "velocity": change}
    return {
        "movie_id": movie_id,
        "title": movie.get("title"),
        "genres": list(movie.get("genres", ())),
        "trending_score": score["trending_score"],
        "velocity": score.get("velocity"),
        "acceleration": score.get("acceleration"),
        **{name: numbers.get(name) for name in SPEED_FIELDS},
    }


def _change(stats: list[Document]) -> float | None:
    """Computes the change of popularity per hour."""
    if len(stats) == 1:
        velocity: float | None = stats[0]["data"].get("popularity_velocity")
        return velocity
    last, before = stats[:2]
    change: float = last["data"]["popularity"] - before["data"]["popularity"]
    hours: float = (last["hour"] - before["hour"]) / HOUR
    return change / hours


def _newest_numbers(hours: list[Document], since: datetime) -> dict[int, Document]:
    ordered = sorted((d for d in hours if d["hour"] >= since), key=lambda d: d["hour"])
    return {document["movie_id"]: document["data"] for document in ordered}


def _matches(q: str | None, titles: Mapping[Any, str]) -> Iterable[tuple[Any, int]]:
    """Yields keys whose title has every word of the query; 0: it is the title, 1: its beginning, 2: only its words."""
    if q is None:
        return ((key, 0) for key in titles)
    beginnings = [f" {word}" for word in normalise_words(q)]
    whole = "".join(beginnings)
    return (
        (key, 0 if title == whole else 1 if title.startswith(whole) else 2)
        for key, title in titles.items()
        if beginnings and all(beginning in title for beginning in beginnings)
    )


def _passes(wanted: Search, movie: Document, numbers: Document) -> bool:
    released = movie.get("release_date")
    year = None if released is None else int(released[:4])
    return _within(year, wanted.year_from, wanted.year_to) and _within(
        numbers.get("vote_average"), wanted.rating_min, wanted.rating_max
    )


def _within(value: float | None, least: float | None, most: float | None) -> bool:
    if value is None:
        return least is None and most is None
    return (least is None or value >= least) and (most is None or value <= most)


def _hit(movie_id: int, movie: Document, numbers: Document) -> dict[str, Any]:
    return {
        "movie_id": movie_id,
        "title": movie["title"],
        "genres": list(movie.get("genres", ())),
        "release_date": movie.get("release_date"),
        **{name: numbers.get(name) for name in SPEED_FIELDS},
    }


def _sorted(found: list[tuple[float, dict[str, Any]]], order: str, titles: Mapping[int, str]) -> list[dict[str, Any]]:
    found.sort(key=lambda ranked: _by_popularity(ranked[1]))
    if order == "relevance":
        found.sort(key=lambda ranked: ranked[0])
    hits = [hit for _, hit in found]
    if order == "rating":
        hits.sort(key=lambda hit: (hit["vote_average"] is None, -(hit["vote_average"] or 0)))
    elif order == "release_date":
        hits.sort(key=lambda hit: hit["release_date"] or "", reverse=True)
    elif order == "title":
        hits.sort(key=lambda hit: (titles[hit["movie_id"]], hit["title"]))
    return hits


def _by_popularity(entry: Document) -> tuple[bool, float, int]:
    return entry["popularity"] is None, -(entry["popularity"] or 0.0), entry["movie_id"]
