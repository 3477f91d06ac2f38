"""A small world, and its events read anew: what the jobs' documents are measured against."""

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
    """96 movies and some 20 events an hour."""
    return World(EPOCH, **{"scale": 0.02, **options})


def events(world: World, start: datetime, end: datetime) -> Iterator[Event]:
    """Every event of ``[start, end)``; ``start`` is on the hour."""
    while start < end:
        yield from (event for event in world.events(start) if event.at < end)
        start += HOUR


def scores(world: World, start: datetime, end: datetime, movie_id: int) -> list[float]:
    """What reviews of a movie said in ``[start, end)``."""
    return [
        event.value for event in events(world, start, end) if event.movie_id == movie_id and event.kind is Kind.REVIEW
    ]


def batch(world: World, cut: datetime = CUT, since: datetime | None = None) -> list[Raw]:
    """What a run writes that ends two hours after its cut."""
    return list(batch_documents(digest(world, cut), JobRun(cut, cut + 2 * HOUR), since=since))


def speed(world: World, start: datetime, now: datetime = NOW) -> list[Raw]:
    """What the speed job holds at ``now`` of the hours from ``start`` on."""
    replay, documents = Replay(world), list[Raw]()
    while replay.hour < now:
        if replay.hour >= start:
            documents += speed_documents(replay, now, now)
        replay.advance()
    return documents


def of_type(documents: list[Raw], name: str) -> list[Raw]:
    """Those of a view or data type."""
    return [document for document in documents if name in (document.get("view_type"), document.get("data_type"))]
