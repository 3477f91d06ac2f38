"""The speed job's documents of a world, as it writes them before dialects and damage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from merger.core.windows import HOUR, floor_hour
from tests.unit.oracle.worlds.batch_records import Raw, sentiment_payload
from tests.unit.oracle.worlds.truth import BACKGROUND, Observation, Review
from tests.unit.oracle.worlds.world import SPEED_TYPES, World

_SYNC = timedelta(minutes=1)
"""The job writes a document within this time after its last event."""


def speed_documents(world: World) -> list[Raw]:
    """Every speed document that exists: those of movies, of the background, and heartbeats."""
    job, found = world.speed, list(_written(world))
    if job.has_heartbeats:
        found += _heartbeats(world)
    kept = [document for document in found if _exists(world, document)]
    if job.restamps:
        kept = [{**document, "synced_at": world.now} for document in kept]
    return kept


def hour_of(document: Raw) -> datetime:
    """The hour to which a document belongs."""
    return floor_hour(document["hour"])


def _written(world: World) -> Iterator[Raw]:
    yield from _sentiment(world)
    for each in world.truth.observations:
        yield from _observed(world, each)
    if world.speed.is_busy:
        yield from _background(world)


def _exists(world: World, document: Raw) -> bool:
    hour = hour_of(document)
    return (document["data_type"], hour) not in world.speed.lost and hour + world.speed.retention > world.now


def _sentiment(world: World) -> Iterator[Raw]:
    width = timedelta(minutes=world.speed.minutes)
    grouped: dict[tuple[int, datetime], list[Review]] = {}
    for review in world.truth.reviews:
        if review.at < world.stopped("sentiment"):
            hour = floor_hour(review.at)
            start = hour + (review.at - hour) // width * width
            grouped.setdefault((review.movie_id, start), []).append(review)
    by_hour: dict[tuple[int, datetime], list[Review]] = {}
    for (movie_id, start), reviews in grouped.items():
        yield from _versions(world, movie_id, start, reviews)
        by_hour.setdefault((movie_id, floor_hour(start)), []).extend(reviews)
    if world.speed.minutes < 60:
        for (movie_id, hour), reviews in by_hour.items():
            if hour in world.speed.whole_hours:
                yield _document("sentiment", movie_id, hour, sentiment_payload(reviews), _synced(world, reviews))


def _versions(world: World, movie_id: int, start: datetime, reviews: list[Review]) -> Iterator[Raw]:
    newest = _part(world, movie_id, start, sentiment_payload(reviews), _synced(world, reviews))
    if world.speed.leaves_versions and len(reviews) > 1 and not world.speed.restamps:
        earlier = reviews[:-1]
        stamp = min(_synced(world, earlier), newest["synced_at"] - timedelta(seconds=1))
        yield _part(world, movie_id, start, sentiment_payload(earlier), stamp)
    yield newest


def _part(world: World, movie_id: int, start: datetime, data: Raw, synced_at: datetime) -> Raw:
    if world.speed.minutes == 60 or not world.speed.names_window:
        return _document("sentiment", movie_id, start, data, synced_at)
    return _document("sentiment", movie_id, floor_hour(start), data, synced_at) | {"window_start": start}


def _observed(world: World, each: Observation) -> Iterator[Raw]:
    hour = floor_hour(each.at)
    data: Raw = {"vote_average": 7.0, "vote_count": 10, "popularity": each.popularity}
    if not world.speed.has_scores:
        data["trending_score"] = each.score
    if each.at < world.stopped("stats"):
        yield _document("stats", each.movie_id, hour, data, min(each.at + _SYNC, world.now))
    if world.speed.has_scores and each.at < world.stopped("trending"):
        yield _document(
            "trending", each.movie_id, hour, {"trending_score": each.score}, min(each.at + _SYNC, world.now)
        )


def _background(world: World) -> Iterator[Raw]:
    nothing: dict[str, Raw] = {
        "sentiment": sentiment_payload([]),
        "stats": {"vote_average": 5.0, "vote_count": 0, "popularity": 0},
        "trending": {"trending_score": 0.0},
    }
    for data_type in _types(world):
        for hour in _hours_seen(world, data_type):
            synced_at = min(hour + HOUR + _SYNC, world.stopped(data_type))
            yield _document(data_type, BACKGROUND, hour, nothing[data_type], synced_at)


def _heartbeats(world: World) -> Iterator[Raw]:
    for data_type in _types(world):
        for hour in _hours_seen(world, data_type):
            synced_at = min(hour + HOUR + _SYNC, world.stopped(data_type))
            yield {"data_type": data_type, "hour": hour, "heartbeat": True, "synced_at": synced_at}


def _types(world: World) -> tuple[str, ...]:
    return SPEED_TYPES if world.speed.has_scores else SPEED_TYPES[:2]


def _hours_seen(world: World, data_type: str) -> Iterator[datetime]:
    hour = floor_hour(world.now - world.speed.retention)
    while hour < world.stopped(data_type):
        yield hour
        hour += HOUR


def _synced(world: World, reviews: Iterable[Review]) -> datetime:
    newest = max(review.at for review in reviews)
    return min(newest + _SYNC, world.stopped("sentiment"))


def _document(data_type: str, movie_id: int, hour: datetime, data: Raw, synced_at: datetime) -> dict[str, Any]:
    return {"movie_id": movie_id, "data_type": data_type, "hour": hour, "data": data, "synced_at": synced_at}
