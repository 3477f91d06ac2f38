"""The speed layer's part of a series: the hours of one movie, or of many. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from merger.contract.dedupe import newest_speed
from merger.contract.documents import SpeedDocument
from merger.core.algebra import Mean
from merger.core.boundary import SpeedLayer
from merger.speed.tables import HourTable
from merger.views.coverage import usable_speed
from merger.views.plans import series_hours_from
from merger.views.reading import ViewInputs

OBSERVED: Mapping[str, tuple[str, str | None]] = {
    "rating": ("vote_average", None),
    "sentiment": ("avg_sentiment", "review_count"),
    "popularity": ("popularity", None),
}
"""Per metric, the payload field with the value and the one with its weight; ``None``: one observation each."""


class MovieHours:
    """The usable speed documents of one movie and type, the newest of each hour.

    Args:
        movie_id: the movie.
        data_type: the documents' type.
        inputs: hold the movie's documents.

    Attributes:
        skipped: documents that could not be read, of any movie.
        layer: the part of the speed layer that was read.
        partial: hours whose documents may be versions of each other.
        unknown: hours with documents of which nobody can tell whether they belong to the series, or with reviews whose
            average can't be read.
    """

    def __init__(self, movie_id: int, data_type: str, inputs: ViewInputs) -> None:
        self._movie_id = movie_id
        self._found = [d for d in inputs.documents.speed_of(data_type) if d.movie_id == movie_id]
        self._boundary = inputs.boundary
        usable = [d for d in usable_speed(inputs.documents, data_type, inputs.boundary) if d.movie_id == movie_id]
        newest = newest_speed(usable, lambda d: d.hour).values()
        self._by_hour = {document.hour: document for document in newest}
        self.skipped = inputs.documents.skipped
        self.layer = inputs.layers.speed_of(data_type)
        self.partial = frozenset(hour for hour, document in self._by_hour.items() if document.is_assumed)
        self.unknown = frozenset(hour for hour, document in self._by_hour.items() if _lacks_average(document))

    def means(self, metric: str) -> dict[datetime, Mean]:
        """The mean of each hour that has a document of the series."""
        value, weight = OBSERVED[metric]
        return {
            hour: Mean.of(document.data[value], 1 if weight is None else document.data[weight])
            if value in document.data
            else Mean()
            for hour, document in sorted(self._by_hour.items())
        }

    def synced_at(self, movie_id: int | None, hour: datetime) -> datetime | None:
        """When a movie's document was last synced, in the series or not; ``None`` without a readable one."""
        found = self._by_hour.get(hour) if movie_id == self._movie_id else None
        return None if found is None else found.synced_at

    def ahead(self) -> Iterable[SpeedDocument]:
        """Documents of the series whose ``synced_at`` lies in the future."""
        return [document for document in self._found if self._boundary.is_ahead(document.synced_at)]


class ManyMoviesHours:
    """The usable speed documents of one type, of all movies or of a genre's, the newest of each movie and hour.

    Requirement D4.

    Args:
        data_type: the documents' type.
        inputs: hold the shared hours.
        genre: limits the series to movies of this genre; ``None``: all movies belong.

    Attributes:
        skipped, layer, partial, unknown: as those of ``MovieHours``.
    """

    def __init__(self, data_type: str, inputs: ViewInputs, genre: str | None) -> None:
        self._genre = genre
        self._catalogue = inputs.catalogue
        tables = inputs.hours.usable(data_type, inputs.boundary)
        self._tables = {table.hour: table for table in tables if len(table.rows)}
        self._ahead = inputs.hours.ahead(inputs.boundary, data_type)
        self.skipped = inputs.hours.skipped
        # An hour that was not read must not count as held by the layer.
        self.layer = _layer_read(frozenset(self._tables), data_type, inputs)
        self.partial = frozenset(hour for hour, table in self._tables.items() if table.is_assumed)
        self.unknown = frozenset(hour for hour, table in self._tables.items() if self._is_unknown(table))

    def _is_unknown(self, table: HourTable) -> bool:
        genre, movies = self._genre, table.rows.movies
        if genre is not None and self._catalogue.with_unknown_genres(movies).any():
            return True
        if not table.lacks_averages:
            return False
        lacking = table.rows.without_average
        return genre is None or bool(self._catalogue.of_genre(movies[lacking], genre).any())

    def means(self, metric: str) -> dict[datetime, Mean]:
        """The mean of each hour that has a document of the series."""
        value, weight = OBSERVED[metric]
        if self._genre is None:
            return {hour: table.mean(value, weight) for hour, table in self._tables.items()}
        genre = self._genre
        of_genre = (
            (hour, table.rows.at(self._catalogue.of_genre(table.rows.movies, genre)))
            for hour, table in self._tables.items()
        )
        return {hour: rows.mean(value, weight) for hour, rows in of_genre if len(rows)}

    def synced_at(self, movie_id: int | None, hour: datetime) -> datetime | None:
        """When a movie's document was last synced, in the series or not; ``None`` without a readable one."""
        table = self._tables.get(hour)
        row = None if table is None or movie_id is None else table.rows.row_of(movie_id)
        return None if table is None or row is None else table.rows.synced_at(row)

    def ahead(self) -> Iterable[SpeedDocument]:
        """Documents of the series whose ``synced_at`` lies in the future."""
        genre = self._genre
        return [d for d in self._ahead if genre is None or self._catalogue.may_be_of_genre(d.movie_id, genre)]


def _lacks_average(document: SpeedDocument) -> bool:
    """Whether it counts reviews whose average can't be read."""
    return document.data.get("review_count", 0) > 0 and "avg_sentiment" not in document.data


def _layer_read(with_documents: frozenset[datetime], data_type: str, inputs: ViewInputs) -> SpeedLayer:
    """The part of the speed layer that was read: hours with documents, and those that others show to be without any."""
    layer, start = inputs.layers.speed_of(data_type), series_hours_from(inputs.boundary, inputs.layers)
    return replace(
        layer,
        held=with_documents | {hour for hour in layer.held if hour >= start},
        assumed={hour: reason for hour, reason in layer.assumed.items() if hour >= start},
    )


HourSource: TypeAlias = MovieHours | ManyMoviesHours
"""The speed layer's part of a series."""
