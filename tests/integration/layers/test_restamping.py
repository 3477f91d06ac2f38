"""A sync that stamps 48 unchanged hours of 5,000 movies again invalidates nothing.

Requirement C6.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import pytest
from redis import Redis

from merger.contract.collections import SPEED
from merger.speed import deltas
from merger.stores.store import Document, Find
from tests.integration.layers.watched import Held, Watched, batch, bucket, moment
from tests.memory_store import MemoryStore

MOVIES, HOURS = 5_000, 48


class LargeStore(MemoryStore):
    """A store in memory that has an index on the hours and on the stamps of its ``stats``, which are all it has."""

    def __init__(self, batch_views: list[dict[str, Any]], speed_views: list[dict[str, Any]]) -> None:
        super().__init__(batch_views=batch_views)
        self.everything = {place: document | {"_id": place} for place, document in enumerate(speed_views)}
        self.by_hour: dict[datetime, list[dict[str, Any]]] = {}
        self.by_stamp: dict[datetime, list[dict[str, Any]]] = {}
        for document in self.everything.values():
            self.by_hour.setdefault(document["hour"], []).append(document)
            self.by_stamp.setdefault(document["synced_at"], []).append(document)

    def find(self, find: Find) -> list[Document]:
        if find.collection == SPEED:
            # All that is found matches, in the order of the index, so that a limit applies to it.
            self.collections[SPEED] = list(islice(self._found(find.filter), find.limit or None))
        return super().find(find)

    def _found(self, wanted: Any) -> Iterator[dict[str, Any]]:
        if "_id" in wanted:
            ids = wanted["_id"]["$in"] if isinstance(wanted["_id"], dict) else [wanted["_id"]]
            yield from (self.everything[each] for each in ids)
        elif wanted == {"data_type": "stats"}:
            yield from self.everything.values()
        elif wanted.get("data_type") == "stats":
            name, index = ("hour", self.by_hour) if "hour" in wanted else ("synced_at", self.by_stamp)
            for key in sorted(index, reverse=True):
                if _is_within(key, wanted[name]):
                    yield from index[key]

    def stamp(self, synced_at: datetime) -> None:
        """Stamps every document of the speed layer."""
        self.by_stamp = {synced_at: list(self.everything.values())}
        for document in self.everything.values():
            document["synced_at"] = synced_at

    def write(self, movie_id: int, synced_at: datetime) -> None:
        """Writes a document of a movie with another number in it."""
        document = self.everything[movie_id]
        document |= {"synced_at": synced_at, "data": {**document["data"], "popularity": 99.0}}
        self.by_stamp[synced_at] = [document]


def _is_within(moment: datetime, bounds: Any) -> bool:
    if not isinstance(bounds, dict):
        return bool(moment == bounds)
    compare = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}
    return all(isinstance(bound, datetime) and compare[name](moment, bound) for name, bound in bounds.items())


@pytest.mark.slow
def test_sync_of_unchanged_hours_invalidates_nothing(database: Held, redis_client: Redis) -> None:
    now = moment()
    hours = [[bucket(movie, "stats", ago, now=now) for movie in range(MOVIES)] for ago in range(HOURS)]
    assert MOVIES * HOURS > deltas.MOST_DOCUMENTS
    store = LargeStore([batch(now)], [document for hour in hours for document in hour])
    watched = Watched(database, redis_client, streams=False, lapses_after=600.0, store=store)
    watched.service.warm_up()
    watched.settled()
    store.stamp(watched.now())
    for tick in range(HOURS):
        assert watched.ticks() == frozenset(), f"tick {tick}"
    assert watched.service.hours.known_since(("stats",)) >= watched.watcher.monotonic() - 2, "everything was reread"
    store.write(7, watched.now())
    assert {"changed:movie:7", "changed:stats"} <= watched.ticks() | watched.ticks()
