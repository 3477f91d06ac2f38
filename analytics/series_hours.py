"""The speed layer's part of a series: one movie's hours, or many movies'. Pure: no Django, no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from merger.contract.dedupe import newest_speed
from merger.contract.documents import Skipped, SpeedDocument
from merger.core.algebra import Mean
from merger.core.boundary import SpeedLayer
from merger.views.coverage import usable_speed
from merger.views.reading import ViewInputs

OBSERVED: Mapping[str, tuple[str, str | None]] = {
    "rating": ("vote_average", None),
    "sentiment": ("avg_sentiment", "review_count"),
    "popularity": ("popularity", None),
}
"""The field of a bucket that a metric means, and the one that it is weighted by: ``None``, one observation each."""


class HourSource(Protocol):
    """The usable buckets of one type, the newest of each movie and hour (D4)."""

    def means(self, metric: str) -> dict[datetime, Mean]:
        """What each hour says that has a bucket of the series."""
        ...

    def synced_at(self, movie_id: int | None, hour: datetime) -> datetime | None:
        """The newest sync of a movie's bucket, whether it is in the series or not; ``None`` without a readable one."""
        ...

    def ahead(self) -> Iterable[SpeedDocument]:
        """Buckets of the series that say they were written in the future."""
        ...

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Documents that could not be read, of whatever movie."""
        ...

    @property
    def layer(self) -> SpeedLayer:
        """The layer as far as it was read."""
        ...


class MovieHours:
    """One movie's own buckets.

    Args:
        movie_id: whose.
        data_type: of the buckets.
        reading: with the movie's documents.
    """

    def __init__(self, movie_id: int, data_type: str, reading: ViewInputs) -> None:
        self._movie_id = movie_id
        self._found = [d for d in reading.documents.speed_of(data_type) if d.movie_id == movie_id]
        self._boundary = reading.boundary
        usable = [d for d in usable_speed(reading.documents, data_type, reading.boundary) if d.movie_id == movie_id]
        newest = newest_speed(usable, lambda d: d.hour).values()
        self._by_hour = {document.hour: document for document in newest}
        self.skipped = reading.documents.skipped
        self.layer = reading.layers.speed_of(data_type)

    def means(self, metric: str) -> dict[datetime, Mean]:
        """See ``HourSource.means``."""
        value, weight = OBSERVED[metric]
        return {
            hour: Mean.of(document.data[value], 1 if weight is None else document.data[weight])
            for hour, document in sorted(self._by_hour.items())
        }

    def synced_at(self, movie_id: int | None, hour: datetime) -> datetime | None:
        """See ``HourSource.synced_at``."""
        found = self._by_hour.get(hour) if movie_id == self._movie_id else None
        return None if found is None else found.synced_at

    def ahead(self) -> Iterable[SpeedDocument]:
        """See ``HourSource.ahead``."""
        return [document for document in self._found if self._boundary.is_ahead(document.synced_at)]


class ManyMoviesHours:
    """The buckets of all movies, or of those of a genre.

    Args:
        data_type: of the buckets.
        reading: with the shared hours.
        genre: of the movies that belong to the series; ``None``: all do.
    """

    def __init__(self, data_type: str, reading: ViewInputs, genre: str | None) -> None:
        self._genre = genre
        self._reference = reading.reference
        tables = reading.hours.usable(data_type, reading.boundary)
        self._tables = {table.hour: table for table in tables if len(table.rows)}
        self._ahead = reading.hours.ahead(reading.boundary, data_type)
        self.skipped = reading.hours.skipped
        # Of the whole layer, an hour that was not read says nothing.
        self.layer = SpeedLayer(frozenset(self._tables), reading.layers.speed_of(data_type).synced_at)

    def means(self, metric: str) -> dict[datetime, Mean]:
        """See ``HourSource.means``."""
        value, weight = OBSERVED[metric]
        if self._genre is None:
            return {hour: table.mean(value, weight) for hour, table in self._tables.items()}
        genre = self._genre
        of_genre = (
            (hour, table.rows.at(self._reference.of_genre(table.rows.movies, genre)))
            for hour, table in self._tables.items()
        )
        return {hour: rows.mean(value, weight) for hour, rows in of_genre if len(rows)}

    def synced_at(self, movie_id: int | None, hour: datetime) -> datetime | None:
        """See ``HourSource.synced_at``."""
        table = self._tables.get(hour)
        row = None if table is None or movie_id is None else table.rows.row_of(movie_id)
        return None if table is None or row is None else table.rows.synced_at(row)

    def ahead(self) -> Iterable[SpeedDocument]:
        """See ``HourSource.ahead``."""
        genre = self._genre
        return [d for d in self._ahead if genre is None or self._reference.is_of_genre(d.movie_id, genre)]
