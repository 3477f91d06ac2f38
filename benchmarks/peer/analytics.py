"""The peer's statistics over many movies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from fastapi import HTTPException

from analytics.catalogue import TIERS
from analytics.genres import STEADY_PER_YEAR, TOP_MOVIES
from benchmarks.peer.data import Catalogue, Data, Document, newest
from benchmarks.peer.rankings import freshness, rating
from merger.core.algebra import Sentiment, direction, slope_per_day

_DAYS_PER_YEAR = 365.25
_TOP_FIELDS = ("title", "vote_average", "vote_count", "popularity", "revenue", "release_date")
_POINT_FIELDS = ("avg_rating", "avg_sentiment", "avg_popularity")


async def genre(data: Data, name: str, year: int | None, month: int | None) -> dict[str, Any]:
    """``analytics/genre/{genre}``."""
    catalogue = await data.catalogue()
    found = catalogue.genre(name)
    documents = _of_period(catalogue, found, year, month)
    months = [document["data"] for document in documents]
    return {
        "genre": found,
        "year": year,
        "month": month,
        "statistics": {
            "total_movies": sum(each["total_movies"] for each in months),
            "total_revenue": sum(each["total_revenue"] for each in months),
            **{key: _weighted(months, key) for key in (*_POINT_FIELDS, "avg_budget", "avg_runtime")},
        },
        "top_movies": _top(documents, catalogue),
        "trends": {
            **{f"{key.removeprefix('avg_')}_trend": _trend(months, key) for key in _POINT_FIELDS},
            "points": [
                {
                    "year": each["year"],
                    "month": each.get("month"),
                    "total_movies": each["total_movies"],
                    **{key: each.get(key) for key in _POINT_FIELDS},
                }
                for each in months
            ],
        },
        "data_source": "batch",
        "freshness": freshness(data),
    }


async def overview(data: Data) -> dict[str, Any]:
    """``analytics/overview``."""
    catalogue = await data.catalogue()
    members: dict[str, list[Document]] = {name: [] for name in catalogue.genres.values()}
    for movie in catalogue.movies.values():
        for key in {name.casefold() for name in movie.get("genres", ())}:
            members[catalogue.genres[key]].append(movie)
    popularity = [movie["popularity"] for movie in catalogue.movies.values() if "popularity" in movie]
    return {
        "total_movies": len(catalogue.movies),
        "total_genres": len(members),
        "genres": sorted(members),
        "overall_stats": {
            "avg_rating": rating(catalogue.movies.values()),
            "avg_popularity": sum(popularity) / len(popularity) if popularity else None,
        },
        "by_genre": [
            {"genre": name, "movie_count": len(found), "avg_rating": rating(found)}
            for name, found in sorted(members.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        ],
        "data_source": "batch",
        "freshness": freshness(data),
    }


async def comparison(data: Data, genre_name: str | None, year: int | None) -> dict[str, Any]:
    """``analytics/sentiment/comparison``."""
    catalogue = await data.catalogue()
    found = None if genre_name is None else catalogue.genre(genre_name)
    members: dict[str, list[int]] = {tier: [] for tier in TIERS}
    for movie_id, movie in catalogue.movies.items():
        popularity = movie.get("popularity")
        released = movie.get("release_date") or ""
        if popularity is None or (year is not None and released[:4] != f"{year:04}"):
            continue
        if found is None or catalogue.is_of_genre(movie_id, found):
            members[next(tier for tier, above in TIERS.items() if popularity > above)].append(movie_id)
    return {
        "genre": found,
        "year": year,
        "tiers": {tier: _tier(ids, catalogue) for tier, ids in members.items()},
        "data_source": "batch",
        "freshness": freshness(data),
    }


async def actor(data: Data, name: str) -> dict[str, Any]:
    """``analytics/actors/{name}``."""
    name = " ".join(name.split())
    spellings = dict.fromkeys((name, name.title(), name.lower(), name.upper()))
    found = await asyncio.gather(*(data.batch({"data.actor": spelling}) for spelling in spellings))
    documents = newest((d for part in found for d in part), lambda d: d["view_type"], "computed_at")
    if not documents:
        raise HTTPException(404, f"There is no actor {name!r}.")
    network = documents[0]["data"]
    collaborators = sorted(network["collaborators"], key=lambda each: (-each["count"], each["actor"]))
    return {
        "actor": network["actor"],
        "collaborators": [
            {"actor": each["actor"], "movies": list(each.get("movies", ())), "count": each["count"]}
            for each in collaborators
        ],
        "total_collaborators": len(collaborators),
        "data_source": "batch",
        "freshness": freshness(data),
    }


def _of_period(catalogue: Catalogue, name: str, year: int | None, month: int | None) -> list[Document]:
    """Monthly documents, and a year's own one where the year has none, in the order of time."""
    own = [d for d in catalogue.months if d["data"]["genre"].casefold() == name.casefold()]
    by_month = {d["data"]["year"] for d in own if "month" in d["data"]}
    counted = [
        d
        for d in own
        if ("month" in d["data"] or d["data"]["year"] not in by_month)
        and year in (None, d["data"]["year"])
        and month in (None, d["data"].get("month"))
    ]
    return sorted(counted, key=lambda d: (d["data"]["year"], d["data"].get("month", 0)))


def _weighted(months: Iterable[Document], key: str) -> float | None:
    known = [(each[key], each["total_movies"]) for each in months if key in each]
    weight = sum(movies for _, movies in known)
    return sum(value * movies for value, movies in known) / weight if weight else None


def _trend(months: Iterable[Document], key: str) -> str:
    points = ((_middle(each), float(each[key]), float(each["total_movies"])) for each in months if key in each)
    return direction(slope_per_day(points), STEADY_PER_YEAR[key] / _DAYS_PER_YEAR)


def _middle(data: Document) -> float:
    month = data.get("month")
    return float(date(data["year"], month or 7, 15 if month else 1).toordinal())


def _top(documents: Iterable[Document], catalogue: Catalogue) -> list[dict[str, Any]]:
    def age(document: Document) -> tuple[datetime, int, int]:
        return document["computed_at"], document["data"]["year"], document["data"].get("month", 0)

    entries: dict[int, Document] = {}
    for document in sorted(documents, key=age):
        entries |= {entry["movie_id"]: entry for entry in document["data"].get("top_movies", ())}
    shown = []
    for movie_id, entry in entries.items():
        facts = catalogue.movies.get(movie_id, {})
        shown.append({"movie_id": movie_id} | {key: entry.get(key, facts.get(key)) for key in _TOP_FIELDS})
    return sorted(shown, key=_place)[:TOP_MOVIES]


def _place(entry: Document) -> tuple[Any, ...]:
    ranks = [part for key in ("popularity", "vote_count") for part in (entry[key] is None, -(entry[key] or 0))]
    return *ranks, entry["movie_id"]


def _tier(ids: list[int], catalogue: Catalogue) -> dict[str, Any]:
    known = (Sentiment.read(catalogue.totals[movie_id]) for movie_id in ids if movie_id in catalogue.totals)
    total = sum(known, Sentiment())
    popularity = [catalogue.movies[movie_id]["popularity"] for movie_id in ids]
    return {
        "count": len(ids),
        "avg_sentiment": total.average,
        "total_reviews": total.reviews,
        "popularity_range": [min(popularity), max(popularity)] if popularity else None,
    }
