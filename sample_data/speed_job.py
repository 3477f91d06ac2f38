"""The streaming speed job: turns one hour of the stream into ``speed_views`` documents of all three data types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from merger.contract.payloads import SPEED_TYPES
from merger.core.windows import HOUR
from sample_data.batch_job import ID_PREFIX, Document
from sample_data.replay import ObservedState, Replay, Reviews

EXPIRES_AFTER = timedelta(hours=48)
"""From the start of the hour to ``ttl_expires_at``."""

SETTLES_AFTER = timedelta(hours=1, seconds=12)
"""From the start of an hour to the last refresh of its bucket, if the job runs all the time."""

_HALF_LIFE = timedelta(hours=3)
_HALF_SCORE = 40.0
"""Number of decayed events that give a trending score of 50."""


def speed_documents(
    replay: Replay, until: datetime, synced_at: datetime, since: datetime | None = None
) -> list[Document]:
    """Returns the buckets of ``replay.hour`` when only events before ``until`` have arrived.

    Args:
        replay: the stream, walked up to the hour; it does not advance.
        until: ``hour + 1h`` or later for an hour that is over.
        synced_at: the stamp of the refresh.
        since: leave out movies without an event since this moment; an earlier refresh wrote them.

    Returns:
        ``trending`` and ``stats`` for every movie with events, and ``sentiment`` for those with reviews.
    """
    return [
        {
            "_id": f"{hour_prefix(replay.hour)}{movie_id}:{data_type}",
            "movie_id": movie_id,
            "data_type": data_type,
            "hour": replay.hour,
            "data": data,
            "synced_at": synced_at,
            "ttl_expires_at": replay.hour + EXPIRES_AFTER,
        }
        for movie_id, observed in replay.observe(until).items()
        if since is None or observed.times[-1] >= since
        for data_type, data in _payloads(observed, replay.recent(movie_id))
    ]


def heartbeats(hour: datetime, synced_at: datetime) -> list[Document]:
    """Returns the job's statements that it holds an hour, also of types of which no movie has a document then.

    Args:
        hour: the start of the hour.
        synced_at: the stamp of the refresh.
    """
    return [
        {
            "_id": f"{hour_prefix(hour)}heartbeat:{data_type}",
            "data_type": data_type,
            "hour": hour,
            "heartbeat": True,
            "synced_at": synced_at,
            "ttl_expires_at": hour + EXPIRES_AFTER,
        }
        for data_type in SPEED_TYPES
    ]


def hour_prefix(hour: datetime) -> str:
    """Returns the prefix of the ``_id`` of every document of an hour; prefixes sort by time."""
    return f"{ID_PREFIX}{hour:%Y-%m-%dT%H}:"


def _payloads(observed: ObservedState, recent: list[ObservedState]) -> Iterator[tuple[str, dict[str, Any]]]:
    times = [at for seen in (*recent, observed) for at in seen.times]
    end = observed.end
    now, before, earlier = (trending_score(times, end - hours * HOUR) for hours in range(3))
    if observed.reviews.count:
        yield "sentiment", {**observed.reviews.payload(), **_sentiment_velocity(observed.reviews, recent)}
    yield "stats", {**_stats(observed), "trending_score": now}
    velocity, acceleration = round(now - before, 2), round(now - 2 * before + earlier, 2)
    yield "trending", {"trending_score": now, "velocity": velocity, "acceleration": acceleration}


def trending_score(times: Iterable[datetime], at: datetime) -> float:
    """Returns a score from 0 to 100 for the events before ``at``; the weight of an event halves every three hours."""
    activity: float = sum(0.5 ** ((at - time) / _HALF_LIFE) for time in times if time < at)
    return round(100 * activity / (activity + _HALF_SCORE), 2)


def _stats(observed: ObservedState) -> dict[str, Any]:
    """Returns the numbers at the end of the bucket, and how they changed in it."""
    before, after = observed.before, observed.after
    return {
        "vote_average": observed.vote_average,
        "vote_count": after.vote_count,
        "popularity": observed.popularity,
        "rating_velocity": round(after.vote_average - before.vote_average, 4),
        "popularity_velocity": round(observed.popularity - before.popularity(observed.start), 3),
        "vote_velocity": after.vote_count - before.vote_count,
    }


def _sentiment_velocity(reviews: Reviews, recent: list[ObservedState]) -> dict[str, float]:
    """Returns the change since the last hour with reviews; empty if there was none lately."""
    earlier = next((seen.reviews for seen in reversed(recent) if seen.reviews.count), None)
    return {} if earlier is None else {"sentiment_velocity": round(reviews.average - earlier.average, 4)}
