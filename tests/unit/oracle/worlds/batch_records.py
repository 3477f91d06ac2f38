"""The batch job's documents of a world, as it writes them before dialects and damage."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from merger.core.windows import floor_day, floor_hour
from tests.unit.oracle.worlds.truth import ACTORS, GENRES, MONTHS, MOVIES, NAMED, Observation, Review, movies_of
from tests.unit.oracle.worlds.world import Run, World

Raw = dict[str, Any]
SCOPES: tuple[Raw, ...] = ({}, {"genre": "Drama"}, {"genre": "War"}, {"movie_id": 1}, {"movie_id": 2}, {"movie_id": 3})
"""The series of ``temporal_analytics``: of all movies, of a genre, of a movie."""
TEMPORAL = "temporal_analytics"
VIEW_TYPES = ("movie_details", "sentiment", "genre_analytics", TEMPORAL, "actor_collaboration")


def batch_documents(world: World) -> list[Raw]:
    """Every batch document that exists, oldest run first."""
    kept: dict[Any, Raw] = {}
    for number, run in enumerate(world.batch.runs):
        if run.computed_at > world.now:
            continue
        for document in list(_documents_of(world, run, number))[: run.written]:
            data = document["data"]
            key = (document["view_type"], document.get("movie_id"), *(str(data.get(name)) for name in _KEYS))
            kept[key if world.batch.replaces_in_place else (key, number)] = document
    return list(kept.values())


def visible_documents(world: World) -> list[Raw]:
    """The documents that readers may see: if runs are recorded, those of published runs."""
    records = run_records(world)
    published = {record["batch_run_id"] for record in records if record["status"] == "published"}
    hidden = {record["batch_run_id"] for record in records} - published
    return [document for document in batch_documents(world) if document["batch_run_id"] not in hidden]


def run_records(world: World) -> list[Raw]:
    """The publication records: of runs that were written whole, and of runs that were not."""
    if not world.batch.is_recorded:
        return []
    result = []
    for number, run in enumerate(world.batch.runs):
        if run.computed_at > world.now:
            continue
        documents = list(_documents_of(world, run, number))
        is_whole = run.written is None or run.written >= len(documents)
        record: Raw = {"batch_run_id": f"run-{number}", "status": "published" if is_whole else "running"}
        # A view of which the job writes nothing is not named; one that it writes may have nothing to say.
        written = {view_type: 0 for view_type in VIEW_TYPES if world.batch.has_points or view_type != TEMPORAL}
        record["documents"] = written | Counter(document["view_type"] for document in documents)
        record["published_at"] = run.computed_at
        result.append(record | ({"covers_until": run.covers} if world.batch.says_coverage else {}))
    return result


def details_popularity(number: int) -> float:
    """The popularity in the details of a run: no sum of powers of three."""
    return 0.5 + number


def sentiment_payload(reviews: Iterable[Review]) -> Raw:
    reviews = list(reviews)
    count = sum(review.weight for review in reviews)
    positive = sum(review.weight for review in reviews if review.score > 0.05)
    negative = sum(review.weight for review in reviews if review.score < -0.05)
    average = sum(review.weight * review.score for review in reviews) / count if count else 0.0
    return {
        "avg_sentiment": max(-1.0, min(1.0, average)),
        "review_count": count,
        "positive_count": positive,
        "negative_count": negative,
        "neutral_count": count - positive - negative,
    }


_KEYS = ("date", "genre", "year", "month", "metric", "actor")


def _documents_of(world: World, run: Run, number: int) -> Iterator[Raw]:
    """A run's documents in the order of writing; the days of a movie in any order, its total last."""
    chance = random.Random(f"{world.seed} {number}")
    for view_type, data, movie_id in _views(world, run, number, chance):
        document: Raw = {"view_type": view_type, "data": data, "computed_at": run.computed_at, "version": number}
        document["batch_run_id"] = f"run-{number}"
        if movie_id is not None:
            document["movie_id"] = movie_id
        yield document | ({"covers_until": run.covers} if world.batch.says_coverage else {})


def _views(world: World, run: Run, number: int, chance: random.Random) -> Iterator[tuple[str, Raw, int | None]]:
    for movie_id in MOVIES:
        yield "movie_details", _details(movie_id, number), movie_id
    for place in world.truth.months:
        genre, year, month = MONTHS[place]
        data = {"genre": genre, "year": year, "month": month, "avg_rating": 6.5, "total_movies": 3**place}
        yield "genre_analytics", {**data, "total_revenue": 10}, None
    for actor, (other, shared) in ACTORS.items():
        collaborators = [{"actor": other, "movies": ["Heat"], "count": shared}]
        yield "actor_collaboration", {"actor": actor, "collaborators": collaborators}, None
    if world.batch.has_points:
        yield from _temporal(world, run)
    for movie_id in MOVIES:
        seen = [review for review in world.truth.reviews_of({movie_id}) if review.at < run.covers]
        if not seen:
            continue
        days = list(_by_day(seen).items()) if world.batch.has_points else []
        chance.shuffle(days)
        for day, reviews in days:
            yield "sentiment", sentiment_payload(reviews) | {"date": f"{day:%Y-%m-%d}"}, movie_id
        yield "sentiment", sentiment_payload(seen), movie_id


def _details(movie_id: int, number: int) -> Raw:
    return {
        "title": f"Movie {movie_id}",
        "release_date": "1999-10-15",
        "genres": list(GENRES[movie_id]),
        "cast": list(NAMED[movie_id][0]),
        "directors": list(NAMED[movie_id][1]),
        "runtime": 100 + movie_id,
        "vote_average": 7.0,
        "vote_count": 10,
        "popularity": details_popularity(number),
    }


def _temporal(world: World, run: Run) -> Iterator[tuple[str, Raw, int | None]]:
    for scope in SCOPES:
        movies = {scope["movie_id"]} if "movie_id" in scope else movies_of(scope.get("genre"))
        reviews = [review for review in world.truth.reviews_of(movies) if review.at < run.covers]
        for day, of_day in _by_day(reviews).items():
            count = sum(review.weight for review in of_day)
            value = sum(review.score * review.weight for review in of_day) / count
            data = {"metric": "sentiment", "date": f"{day:%Y-%m-%d}", "value": value, "count": count, **scope}
            yield "temporal_analytics", data, scope.get("movie_id")
        seen = [each for each in world.truth.observations_of(movies) if floor_hour(each.at) < run.covers]
        for day, observed in _by_day(seen).items():
            value = sum(each.popularity for each in observed) / len(observed)
            data = {"metric": "popularity", "date": f"{day:%Y-%m-%d}", "value": value, "count": len(observed), **scope}
            yield "temporal_analytics", data, scope.get("movie_id")


def _by_day(events: Iterable[Any]) -> dict[datetime, list[Any]]:
    result: dict[datetime, list[Review | Observation]] = {}
    for event in events:
        result.setdefault(floor_day(event.at), []).append(event)
    return dict(sorted(result.items()))
