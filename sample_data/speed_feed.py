"""Keeps ``speed_views`` in step with the sample world: past hours complete, the open one current."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pymongo
from pymongo.database import Database

from merger.contract.collections import SPEED
from merger.core.windows import HOUR, floor_hour
from sample_data.batch_job import Document
from sample_data.mongo_world import reach, write_new, write_over
from sample_data.replay import Replay
from sample_data.speed_job import SETTLES_AFTER, hour_prefix, speed_documents

_READ_TIMEOUT = 60.0


@dataclass(slots=True)
class _Held:
    """What the store holds of an hour: how many documents, and the oldest of their stamps."""

    documents: int
    synced_at: datetime


class SpeedFeed:
    """Writes a world's hours, one after another.

    Its methods raise ``PyMongoError`` from the store; a later call makes up for what one could not write.

    Args:
        source: the database.
        replay: the stream, walked up to the first hour to be written.
    """

    def __init__(self, source: Database[Document], replay: Replay) -> None:
        self._source = source
        self._collection = source[SPEED]
        self._replay = replay
        self._refreshed_at: datetime | None = None
        self._newest: list[Document] = []

    @property
    def hour(self) -> datetime:
        """The hour that is open, or the next to be completed."""
        return self._replay.hour

    def catch_up(self, now: datetime) -> Iterator[int]:
        """Complete the hours that are over, then write the open one; yields each one's count of documents written.

        Hours that the store holds whole are left alone. The others get the stamps of a job that has been running
        all the time, but the newest documents are stamped with ``now``.
        """
        held = self._held(now)
        while self.hour + HOUR <= now:
            documents = speed_documents(self._replay, now, min(now, self.hour + SETTLES_AFTER))
            yield self._add(documents, held.get(self.hour))
            self._move_on(documents)
        yield self.refresh(now)

    def refresh(self, now: datetime) -> int:
        """Bring the open hour up to date; returns how many documents were written.

        Hours that have ended since the last call are completed first. Of the open hour, movies with new events are
        written; when there is none, the newest documents are stamped again, since the layer is not behind. Those are
        not counted: they say nothing new.
        """
        reach(self._source)
        written = 0
        while self.hour + HOUR <= now:
            documents = speed_documents(self._replay, now, now)
            written += self._write(documents)
            self._move_on(documents)
        changed = speed_documents(self._replay, now, now, since=self._refreshed_at)
        if changed:
            written += self._write(changed)
        else:
            self._write(self._restamped(now))
        self._refreshed_at = now
        return written

    def _restamped(self, now: datetime) -> list[Document]:
        return speed_documents(self._replay, now, now) or [{**document, "synced_at": now} for document in self._newest]

    def _move_on(self, documents: list[Document]) -> None:
        self._replay.advance()
        self._refreshed_at = None
        self._newest = documents or self._newest

    def _add(self, documents: list[Document], held: _Held | None) -> int:
        if held is None:
            return sum(map(len, write_new(self._collection, documents)))
        is_whole = held.documents == len(documents) and held.synced_at >= self.hour + HOUR
        return 0 if is_whole else self._write(documents)

    def _write(self, documents: list[Document]) -> int:
        return sum(map(len, write_over(self._collection, documents)))

    def _held(self, now: datetime) -> dict[datetime, _Held]:
        """By hour, what earlier runs have written from the feed's first hour on."""
        ids = {"$gte": hour_prefix(self.hour), "$lt": hour_prefix(floor_hour(now) + HOUR)}
        held: dict[datetime, _Held] = {}
        with pymongo.timeout(_READ_TIMEOUT):
            for document in self._collection.find({"_id": ids}, {"hour": 1, "synced_at": 1}):
                known = held.setdefault(document["hour"], _Held(0, document["synced_at"]))
                known.documents += 1
                known.synced_at = min(known.synced_at, document["synced_at"])
        return held
