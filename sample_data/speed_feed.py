"""Keeps ``speed_views`` up to date with the sample world: past hours complete, the open hour current."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pymongo
from pymongo.database import Database

from merger.contract.collections import SPEED
from merger.core.windows import HOUR, floor_hour
from sample_data.batch_job import Document
from sample_data.mongo_world import ping, write_new, write_over
from sample_data.replay import Replay
from sample_data.speed_job import SETTLES_AFTER, heartbeats, hour_prefix, speed_documents

_READ_TIMEOUT = 60.0


@dataclass(slots=True)
class _StoredHour:
    """The number of stored documents of an hour, and the oldest of their stamps."""

    documents: int
    synced_at: datetime


class SpeedFeed:
    """Writes a world's hours, one after another.

    Its methods raise ``PyMongoError`` from the store; a later call writes what a failed one could not.

    Args:
        source: the database.
        replay: the stream, walked up to the first hour to write.
    """

    def __init__(self, source: Database[Document], replay: Replay) -> None:
        self._source = source
        self._collection = source[SPEED]
        self._replay = replay
        self._refreshed_at: datetime | None = None

    @property
    def hour(self) -> datetime:
        """The open hour, or the next hour to complete."""
        return self._replay.hour

    def catch_up(self, now: datetime) -> Iterator[int]:
        """Completes the hours that are over, then writes the open one; yields the number of documents written per hour.

        Hours that are stored completely are left alone. The others get the stamps of a job that has been running all
        the time.
        """
        stored = self._read_stored_hours(now)
        while self.hour + HOUR <= now:
            yield self._add(self._whole_hour(now, min(now, self.hour + SETTLES_AFTER)), stored.get(self.hour))
            self._move_on()
        yield self.refresh(now) + len(heartbeats(self.hour, now))

    def refresh(self, now: datetime) -> int:
        """Brings the open hour up to date; returns how many documents were written.

        Hours that have ended since the last call are completed first. In the open hour, movies with new events are
        written, and heartbeats, which show that the layer does not lag; these are not counted.
        """
        ping(self._source)
        written = 0
        while self.hour + HOUR <= now:
            written += self._write(self._whole_hour(now, now))
            self._move_on()
        written += self._write(speed_documents(self._replay, now, now, since=self._refreshed_at))
        self._write(heartbeats(self.hour, now))
        self._refreshed_at = now
        return written

    def _whole_hour(self, now: datetime, synced_at: datetime) -> list[Document]:
        return [*speed_documents(self._replay, now, synced_at), *heartbeats(self.hour, synced_at)]

    def _move_on(self) -> None:
        self._replay.advance()
        self._refreshed_at = None

    def _add(self, documents: list[Document], stored: _StoredHour | None) -> int:
        if stored is None:
            return sum(map(len, write_new(self._collection, documents)))
        is_whole = stored.documents == len(documents) and stored.synced_at >= self.hour + HOUR
        return 0 if is_whole else self._write(documents)

    def _write(self, documents: list[Document]) -> int:
        return sum(map(len, write_over(self._collection, documents)))

    def _read_stored_hours(self, now: datetime) -> dict[datetime, _StoredHour]:
        """Reads, by hour, what earlier runs have written since the feed's first hour."""
        ids = {"$gte": hour_prefix(self.hour), "$lt": hour_prefix(floor_hour(now) + HOUR)}
        stored: dict[datetime, _StoredHour] = {}
        with pymongo.timeout(_READ_TIMEOUT):
            for document in self._collection.find({"_id": ids}, {"hour": 1, "synced_at": 1}):
                hour = stored.setdefault(document["hour"], _StoredHour(0, document["synced_at"]))
                hour.documents += 1
                hour.synced_at = min(hour.synced_at, document["synced_at"])
        return stored
