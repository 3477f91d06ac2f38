"""Speed buckets as columns: of each one only what the views of all movies use. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from merger.contract.documents import SpeedDocument
from merger.core.algebra import Mean
from merger.core.columns import Flags, Floats, Integers
from merger.core.windows import EPOCH, HOUR

FIELDS: Mapping[str, tuple[str, ...]] = {
    "sentiment": ("avg_sentiment", "review_count"),
    "stats": ("vote_average", "vote_count", "popularity", "popularity_velocity"),
    "trending": ("trending_score", "velocity", "acceleration"),
}
"""What is kept of each type's payload."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Buckets of one type, by row.

    Args:
        data_type: of all of them.
        movies: movie ids.
        hours: hours since 1970.
        synced: seconds since 1970, exact to the microsecond.
        values: a row per bucket, a column per field of ``FIELDS``; NaN where a bucket does not say.
        whole: which values were stored as whole numbers, and are shown so.
    """

    data_type: str
    movies: Integers
    hours: Integers
    synced: Floats
    values: Floats
    whole: Flags

    @classmethod
    def of(cls, data_type: str, documents: Iterable[SpeedDocument] = ()) -> Rows:
        """A row per document, in their order."""
        found, names = list(documents), FIELDS[data_type]
        said = [[document.data.get(name) for name in names] for document in found]
        shape = (len(found), len(names))
        return cls(
            data_type=data_type,
            movies=np.array([d.movie_id for d in found], dtype=np.int64),
            hours=np.array([hour_number(d.hour) for d in found], dtype=np.int64),
            synced=np.array([d.synced_at.timestamp() for d in found], dtype=np.float64),
            # None becomes NaN.
            values=np.array(said, dtype=np.float64).reshape(shape),
            whole=np.array([[isinstance(value, int) for value in row] for row in said], dtype=np.bool_).reshape(shape),
        )

    def __len__(self) -> int:
        return len(self.movies)

    def at(self, chosen: Integers | Flags) -> Rows:
        """Some of the rows, by number or by flag."""
        return Rows(
            self.data_type,
            self.movies[chosen],
            self.hours[chosen],
            self.synced[chosen],
            self.values[chosen],
            self.whole[chosen],
        )

    def column(self, name: str) -> Floats:
        """A field of all rows; NaN where a bucket does not say."""
        column: Floats = self.values[:, FIELDS[self.data_type].index(name)]
        return column

    def value(self, row: int, name: str) -> int | float | None:
        """A field of one row, as it was stored."""
        field = FIELDS[self.data_type].index(name)
        value = float(self.values[row, field])
        if np.isnan(value):
            return None
        return int(value) if self.whole[row, field] else value

    def find(self, movies: Integers) -> tuple[Integers, Flags]:
        """Where movies are in rows that are sorted by movie: a row for each, and whether it is the movie's."""
        rows = np.searchsorted(self.movies, movies)
        if not len(self):
            return rows, np.zeros(len(movies), dtype=np.bool_)
        rows = np.minimum(rows, len(self) - 1)
        return rows, self.movies[rows] == movies

    def row_of(self, movie_id: int) -> int | None:
        """The row of one movie in rows that are sorted by movie."""
        rows, found = self.find(np.array([movie_id], dtype=np.int64))
        return int(rows[0]) if found[0] else None

    def synced_at(self, row: int) -> datetime:
        """When a row was synced, aware UTC."""
        return datetime.fromtimestamp(float(self.synced[row]), UTC)

    def document(self, row: int) -> SpeedDocument:
        """A row as a document, with the kept fields."""
        said = {name: self.value(row, name) for name in FIELDS[self.data_type]}
        return SpeedDocument(
            data_type=self.data_type,
            movie_id=int(self.movies[row]),
            hour=EPOCH + int(self.hours[row]) * HOUR,
            data={name: value for name, value in said.items() if value is not None},
            synced_at=self.synced_at(row),
        )

    def mean(self, value: str, weight: str | None) -> Mean:
        """Of a field that every row has, each row weighing as much as another field says, or the same.

        The order of the rows matters to the last digit, so the same order gives the same mean (M7).
        """
        if weight is None:
            return Mean(float(self.column(value).sum()), len(self))
        weights = self.column(weight)
        return Mean(float((self.column(value) * weights).sum()), int(weights.astype(np.int64).sum()))

    def differs(self, other: Rows) -> Flags:
        """Row by row, whether it says something else, or of another sync, than that of ``other``."""
        same = (self.values == other.values) | (np.isnan(self.values) & np.isnan(other.values))
        result: Flags = (self.synced != other.synced) | ~(same & (self.whole == other.whole)).all(axis=1)
        return result

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(part.nbytes for part in (self.movies, self.hours, self.synced, self.values, self.whole))


def concatenate(data_type: str, parts: Iterable[Rows]) -> Rows:
    """All rows, part after part."""
    found = [Rows.of(data_type), *parts]
    return Rows(
        data_type,
        np.concatenate([part.movies for part in found]),
        np.concatenate([part.hours for part in found]),
        np.concatenate([part.synced for part in found]),
        np.concatenate([part.values for part in found]),
        np.concatenate([part.whole for part in found]),
    )


def first_of_each_movie(rows: Rows) -> Integers:
    """The first row of each movie, by movie id."""
    _, first = np.unique(rows.movies, return_index=True)
    return first


def hour_number(hour: datetime) -> int:
    """Hours since 1970 of a moment on the hour."""
    return (hour - EPOCH) // HOUR
