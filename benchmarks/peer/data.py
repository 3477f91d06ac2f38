"""Reads the peer's documents from MongoDB, and keeps the catalogue and the newest hours in the process.

It expects documents as requirements §1 describes them. It does not handle other spellings, older duplicates or lost
documents, of which the measured world has none.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from fastapi import HTTPException
from pymongo.asynchronous.database import AsyncDatabase

from merger.catalogue.title_text import normalise_words
from merger.contract.documents import Contract
from merger.contract.payloads import SPEED_TYPES
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.intervals import closed_hours
from merger.core.windows import DAY, HOUR, floor_day
from merger.views.reading import ViewInputs
from search.building import build
from search.reading import SearchIndex
from search.texts import MovieTexts

Document = Mapping[str, Any]
T = TypeVar("T")

CATALOGUE_KEPT, HOURS_KEPT = 300.0, 60.0
"""Seconds after which each is read again."""


@dataclass(frozen=True)
class Catalogue:
    """Facts about all movies that rankings, searches and statistics need.

    Args:
        movies: payloads of the newest ``movie_details`` by movie id.
        months: the newest ``genre_analytics`` of each genre and month.
        totals: payloads of the newest lifetime ``sentiment`` by movie id.
        computed_at: when the newest of them was written; ``None``: there is none.
    """

    movies: Mapping[int, Document]
    months: tuple[Document, ...]
    totals: Mapping[int, Document]
    computed_at: datetime | None

    @cached_property
    def genres(self) -> dict[str, str]:
        """Casefolded name → the most frequent spelling."""
        names = [name for movie in self.movies.values() for name in movie.get("genres", ())]
        counts = Counter([*names, *(month["data"]["genre"] for month in self.months)])
        found: dict[str, str] = {}
        for name, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
            found.setdefault(name.casefold(), name)
        return dict(sorted(found.items()))

    @cached_property
    def titles(self) -> dict[int, str]:
        """Normalised titles by movie id, each as `` word word``."""
        return {
            key: "".join(f" {word}" for word in normalise_words(movie["title"])) for key, movie in self.movies.items()
        }

    @cached_property
    def index(self) -> SearchIndex:
        """The service's own index, in this process's memory: what is compared is what serves it."""
        return SearchIndex(*build(None, (MovieTexts.of(key, movie) for key, movie in self.movies.items())))

    def genre(self, name: str) -> str:
        """Returns a genre in the catalogue's spelling.

        Raises:
            HTTPException: 404, for an unknown one.
        """
        found = self.genres.get(name.strip().casefold())
        if found is None:
            raise HTTPException(404, f"There is no genre {name!r}.")
        return found

    def is_of_genre(self, movie_id: int, genre: str) -> bool:
        wanted = genre.casefold()
        return any(name.casefold() == wanted for name in self.movies.get(movie_id, {}).get("genres", ()))


class Kept(Generic[T]):
    """A value that one task at a time reloads when it is too old.

    Args:
        load: makes it.
        seconds: that it keeps.
    """

    def __init__(self, load: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._load = load
        self._seconds = seconds
        self._held: tuple[float, T] | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> T:
        """Returns the value, loaded again if it is too old."""
        held = self._held
        if held is not None and held[0] > time.monotonic():
            return held[1]
        async with self._lock:
            if self._held is None or self._held[0] <= time.monotonic():
                value = await self._load()
                self._held = (time.monotonic() + self._seconds, value)
            return self._held[1]


class Data:
    """Both collections.

    Args:
        database: holds them.
        clock: aware UTC.
    """

    def __init__(self, database: AsyncDatabase[dict[str, Any]], clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._contract = Contract()
        self._catalogue = Kept(self._read_catalogue, CATALOGUE_KEPT)
        self._hours = {name: Kept(self._hours_of(name), HOURS_KEPT) for name in SPEED_TYPES}

    def boundary(self) -> Boundary:
        """Returns the time boundary as of now."""
        return Boundary(self._clock())

    async def catalogue(self) -> Catalogue:
        """Returns the whole catalogue."""
        return await self._catalogue.get()

    async def hours(self, data_type: str) -> list[Document]:
        """Returns all movies' speed buckets of a type since the day before the cutoff, each once."""
        return await self._hours[data_type].get()

    async def batch(self, wanted: Document) -> list[dict[str, Any]]:
        """Finds batch documents."""
        return await self._database["batch_views"].find(wanted, {"_id": 0}).to_list()

    async def speed(self, wanted: Document) -> list[dict[str, Any]]:
        """Finds speed documents."""
        return await self._database["speed_views"].find(wanted, {"_id": 0}).to_list()

    async def reading(self, batch: Document | None, speed: Document) -> ViewInputs:
        """Reads one movie's documents of both layers at once, as the merge's inputs.

        Args:
            batch: filter of batch documents; ``None``: none.
            speed: of speed documents.
        """
        reads = [self.speed(speed), *([] if batch is None else [self.batch(batch)])]
        found_speed, *found_batch = await asyncio.gather(*reads)
        boundary = self.boundary()
        documents = self._contract.read(batch=found_batch[0] if found_batch else (), speed=found_speed)
        return ViewInputs(boundary=boundary, layers=assume_current(boundary), documents=documents)

    async def _read_catalogue(self) -> Catalogue:
        details, months, totals = await asyncio.gather(
            self.batch({"view_type": "movie_details"}),
            self.batch({"view_type": "genre_analytics"}),
            self.batch({"view_type": "sentiment", "data.date": None}),
        )
        return Catalogue(
            movies={d["movie_id"]: d["data"] for d in newest(details, lambda d: d["movie_id"], "computed_at")},
            months=tuple(newest(months, _month, "computed_at")),
            totals={d["movie_id"]: d["data"] for d in newest(totals, lambda d: d["movie_id"], "computed_at")},
            computed_at=max((d["computed_at"] for d in (*details, *months, *totals)), default=None),
        )

    def _hours_of(self, data_type: str) -> Callable[[], Awaitable[list[Document]]]:
        async def read() -> list[Document]:
            since = floor_day(self.boundary().cutoff) - DAY
            # A sign of life names no movie.
            wanted = {"data_type": data_type, "hour": {"$gte": since}, "movie_id": {"$ne": None}}
            found = await self.speed(wanted)
            return newest(found, lambda d: (d["movie_id"], d["hour"]), "synced_at")

        return read


def newest(documents: Iterable[Document], key: Callable[[Document], Any], stamp: str) -> list[Document]:
    """Keeps the document with the newest stamp of each key."""
    found: dict[Any, Document] = {}
    for document in documents:
        rival = found.get(key(document))
        if rival is None or document[stamp] > rival[stamp]:
            found[key(document)] = document
    return list(found.values())


def assume_current(boundary: Boundary) -> Layers:
    """Returns layers that are complete and current: a service of this kind does not check whether they are."""
    hours = frozenset(closed_hours(boundary.speed_from, boundary.open_hour + HOUR, None))
    layer = SpeedLayer(hours, boundary.now)
    return Layers(batch_computed_at=boundary.now, speed=dict.fromkeys(SPEED_TYPES, layer))


def _month(document: Document) -> tuple[str, int, int | None]:
    data = document["data"]
    return data["genre"].casefold(), data["year"], data.get("month")
