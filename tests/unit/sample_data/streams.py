"""A small world and its events, to check the jobs' documents against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from merger.core.windows import HOUR
from sample_data.batch_job import JobRun, batch_documents, digest
from sample_data.replay import Replay
from sample_data.speed_job import speed_documents
from sample_data.world import Event, Kind, World

EPOCH = datetime(2026, 10, 10, tzinfo=UTC)
CUT = EPOCH + timedelta(days=3, hours=5)
NOW = CUT + timedelta(hours=30, minutes=20)

Raw = dict[str, Any]


def small_world(**options: Any) -> World:
    """Makes a world of 96 movies and about 20 events an hour."""
    return World(EPOCH, **{"scale": 0.02, **options})


def events(world: World, start: datetime, end: datetime) -> Iterator[Event]:
    """Yields the events of ``[start, end)``; ``start`` is on the hour."""
    while start < end:
        yield from (event for event in world.events(start) if event.at < end)
        start += HOUR


def scores(world: World, start: datetime, end: datetime, movie_id: int) -> list[float]:
    """Returns the scores of a movie's reviews in ``[start, end)``."""
    return [
        event.value for event in events(world, start, end) if event.movie_id == movie_id and event.kind is Kind.REVIEW
    ]


def batch(world: World, cut: datetime = CUT, since: datetime | None = None) -> list[Raw]:
    """Returns the documents of a run that finishes two hours after its cut."""
    return list(batch_documents(digest(world, cut), JobRun(cut, cut + 2 * HOUR), since=since))


def speed(world: World, start: datetime, now: datetime = NOW) -> list[Raw]:
    """Returns the speed documents at ``now`` of the hours since ``start``."""
    replay, documents = Replay(world), list[Raw]()
    while replay.hour < now:
        if replay.hour >= start:
            documents += speed_documents(replay, now, now)
        replay.advance()
    return documents


def of_type(documents: list[Raw], name: str) -> list[Raw]:
    """Selects the documents of a view or data type."""
    return [document for document in documents if name in (document.get("view_type"), document.get("data_type"))]
