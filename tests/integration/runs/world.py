"""Runs of a few movies, and what readers must see of them after any order of commands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from merger.contract.collections import BATCH
from merger.core.windows import DAY
from merger.layers.publication import RUNS
from merger.layers.published_store import PublishedStore
from merger.stores.mongo.causal_reads import CausalClock
from merger.stores.mongo.client import CODEC
from merger.stores.mongo.store import MongoStore
from merger.stores.store import Find
from tests.unit.merger.documents import at, batch_view
from tests.unit.merger.examples import DETAILS

NOW = at("2026-03-10 10:30")
FIRST = NOW - 60 * DAY


def load(database: Database[dict[str, Any]], number: int, movies: Iterable[int]) -> None:
    """Writes a run, a day newer than the one of the number before."""
    views = [
        batch_view("movie_details", DETAILS, FIRST + number * DAY, movie_id=movie, batch_run_id=f"r{number}")
        for movie in movies
    ]
    database[BATCH].insert_many(views)


class Reader:
    """Reads as every process does.

    Args:
        client: connects to the store.
        name: of the database.
    """

    def __init__(self, client: MongoClient[dict[str, Any]], name: str) -> None:
        self._database = client.get_database(name, codec_options=CODEC)
        self._store = PublishedStore(MongoStore(self._database, 10.0, CausalClock(client)))

    def torn(self, movies: dict[str, set[int]], *, refresh: bool = True) -> str:
        """What is wrong with what readers see; empty if it is one whole set of documents.

        Args:
            movies: the movies of each run, as it was written.
            refresh: whether this reader has noticed the present publication.
        """
        if refresh:
            self._store.refresh()
        with self._store.one_publication() as publication:
            found = self._store.find(Find(BATCH, {"view_type": "movie_details"}))
        runs = [run for run in movies if publication.is_visible(run)]
        newest: dict[int, datetime] = {}
        for run in runs:
            for movie in movies[run]:
                newest[movie] = max(newest.get(movie, FIRST), FIRST + int(run[1:]) * DAY)
        seen: dict[int, datetime] = {}
        for document in found:
            movie = document["movie_id"]
            seen[movie] = max(seen.get(movie, FIRST), document["covers_until"])
        if not runs and movies:
            return f"no run is visible: {self.records()}"
        return "" if seen == newest else f"of {runs} readers should see {newest}, but see {seen}: {self.records()}"

    def records(self) -> list[dict[str, Any]]:
        """All documents of ``batch_runs``."""
        return list(self._database[RUNS].find())
