"""Speed buckets as columns, with only the fields that views of all movies use. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from merger.contract.documents import SpeedDocument
from merger.core.algebra import Mean
from merger.core.columns import Flags, Floats, Integers, Small
from merger.core.windows import EPOCH, HOUR

FIELDS: Mapping[str, tuple[str, ...]] = {
    "sentiment": ("avg_sentiment", "review_count"),
    "stats": ("vote_average", "vote_count", "popularity", "popularity_velocity", "trending_score"),
    "trending": ("trending_score", "velocity", "acceleration"),
}
"""Fields of each type's payload that are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Buckets of one type, one per row.

    Args:
        data_type: the type of all buckets.
        movies: movie ids.
        hours: hours since 1970.
        synced: seconds since 1970, exact to the microsecond.
        values: a row per bucket, a column per field of ``FIELDS``; NaN where a bucket lacks the field.
        whole: which values were stored as integers, and are shown as such.
        digests: of the whole payload, to be compared within the process: of other fields nothing else is kept.
    """

    data_type: str
    movies: Integers
    hours: Small
    synced: Floats
    values: Floats
    whole: Flags
    digests: Integers

    @classmethod
    def of(cls, data_type: str, documents: Iterable[SpeedDocument] = ()) -> Rows:
        """Makes a row per document, in their order."""
        found, names = list(documents), FIELDS[data_type]
        stored = [[document.data.get(name) for name in names] for document in found]
        whole = [[isinstance(value, int) for value in row] for row in stored]
        shape = (len(found), len(names))
        # Thousands of buckets share a few hours.
        numbers = {hour: hour_number(hour) for hour in {d.hour for d in found}}
        return cls(
            data_type=data_type,
            movies=np.array([d.movie_id for d in found], dtype=np.int64),
            hours=np.array([numbers[d.hour] for d in found], dtype=np.int32),
            synced=np.array([d.synced_at.timestamp() for d in found], dtype=np.float64),
            # None becomes NaN.
            values=np.array(stored, dtype=np.float64).reshape(shape),
            whole=np.array(whole, dtype=np.bool_).reshape(shape),
            digests=np.array([hash((d.is_assumed, *d.data.items())) for d in found], dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.movies)

    def at(self, chosen: Integers | Flags) -> Rows:
        """Returns some of the rows, chosen by number or by flag."""
        return Rows(self.data_type, *(column[chosen] for column in self.columns))

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        """The columns, in the order of the fields."""
        return self.movies, self.hours, self.synced, self.values, self.whole, self.digests

    def column(self, name: str) -> Floats:
        """Returns a field of all rows; NaN where a bucket lacks it."""
        column: Floats = self.values[:, FIELDS[self.data_type].index(name)]
        return column

    def value(self, row: int, name: str) -> int | float | None:
        """Returns a field of one row as it was stored; ``None`` where the bucket lacks it."""
        field = FIELDS[self.data_type].index(name)
        value = float(self.values[row, field])
        if np.isnan(value):
            return None
        return int(value) if self.whole[row, field] else value

    def locate(self, movies: Integers) -> tuple[Integers, Flags]:
        """Locates movies in rows that are sorted by movie: a row for each, and whether it is that movie's."""
        rows = np.searchsorted(self.movies, movies)
        if not len(self):
            return rows, np.zeros(len(movies), dtype=np.bool_)
        rows = np.minimum(rows, len(self) - 1)
        return rows, self.movies[rows] == movies

    def row_of(self, movie_id: int) -> int | None:
        """Returns the row of one movie in rows that are sorted by movie; ``None`` if it has none."""
        row = int(np.searchsorted(self.movies, movie_id))
        return row if row < len(self) and self.movies[row] == movie_id else None

    def synced_at(self, row: int) -> datetime:
        """Returns when a row was synced, aware UTC."""
        return datetime.fromtimestamp(float(self.synced[row]), UTC)

    def document(self, row: int) -> SpeedDocument:
        """Returns a row as a document with the kept fields."""
        values = {name: self.value(row, name) for name in FIELDS[self.data_type]}
        return SpeedDocument(
            data_type=self.data_type,
            movie_id=int(self.movies[row]),
            hour=EPOCH + int(self.hours[row]) * HOUR,
            data={name: value for name, value in values.items() if value is not None},
            synced_at=self.synced_at(row),
        )

    def mean(self, value: str, weight: str | None) -> Mean:
        """Returns the mean of a field over the rows that have it, weighted by another field, or with equal weights.

        The order of the rows affects the last digit, so the same order gives the same mean. Requirement M7.
        """
        values = self.column(value)
        known = ~np.isnan(values)
        if weight is None:
            return Mean(float(values[known].sum()), int(known.sum()))
        weights = self.column(weight)[known]
        return Mean(float((values[known] * weights).sum()), int(weights.astype(np.int64).sum()))

    @property
    def without_average(self) -> Flags:
        """Which rows count reviews whose average can't be read; only ``sentiment`` counts any."""
        if self.data_type != "sentiment":
            return np.zeros(len(self), dtype=np.bool_)
        lacking: Flags = np.isnan(self.column("avg_sentiment")) & (self.column("review_count") > 0)
        return lacking

    def differs(self, other: Rows) -> Flags:
        """Returns, row by row, whether the payload differs from that of ``other``; a newer sync alone is no news."""
        same = (self.values == other.values) | (np.isnan(self.values) & np.isnan(other.values))
        result: Flags = (self.digests != other.digests) | ~(same & (self.whole == other.whole)).all(axis=1)
        return result

    @property
    def size(self) -> int:
        """Size in bytes."""
        return sum(column.nbytes for column in self.columns)


def concatenate(data_type: str, parts: Iterable[Rows]) -> Rows:
    """Returns all rows, part after part."""
    columns = zip(*(part.columns for part in (Rows.of(data_type), *parts)), strict=True)
    return Rows(data_type, *map(np.concatenate, columns))


def first_of_each_movie(rows: Rows) -> Integers:
    """Returns the first row of each movie, ordered by movie id."""
    _, first = np.unique(rows.movies, return_index=True)
    return first


def hour_number(hour: datetime) -> int:
    """Returns the hours since 1970 of a time on the hour."""
    return (hour - EPOCH) // HOUR
