"""Tables of every movie's speed buckets, one per hour, for rankings, search and layer-wide series. Pure.

The views of all movies need hundreds of thousands of buckets, so a table holds columns, and only the newest bucket of
each movie and hour. Views of a single movie read the documents themselves. Requirement D4.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

import numpy as np

from merger.contract.coverage import coverage_of
from merger.contract.documents import Documents, Skipped, SpeedDocument
from merger.core.algebra import Mean
from merger.core.boundary import Boundary, Layers, SpeedCoverage
from merger.core.columns import Integers
from merger.core.windows import Window
from merger.speed.rows import Rows, concatenate, first_of_each_movie

_OBJECT_SIZE = 1_000
"""Approximate bytes of a document that is kept as an object."""


@dataclass(frozen=True, slots=True)
class HourRange:
    """Every movie's buckets of some data types in the hours ``[window.start, window.end)``, as a view asks for them."""

    types: tuple[str, ...]
    window: Window


@dataclass(frozen=True, slots=True, eq=False)
class HourTable:
    """All movies' buckets of one type and hour.

    Args:
        data_type: the type of all buckets.
        hour: start of the event-time hour, aware UTC.
        rows: the newest bucket of each movie, sorted by movie.
        skipped: documents that could not be read, of the hour, or found where its documents are and of unknown hour.
        unsettled: buckets stamped in the future, which may not count yet; at most one per movie and stamp.
        is_of_parts: whether a producer wrote parts of the hour, so that buckets are sums of several documents.
        is_assumed: whether some bucket comes from parts that may be versions of each other.
    """

    data_type: str
    hour: datetime
    rows: Rows
    skipped: tuple[Skipped, ...] = ()
    unsettled: tuple[SpeedDocument, ...] = ()
    is_of_parts: bool = False
    is_assumed: bool = False
    _means: dict[tuple[str, str | None], Mean] = field(default_factory=dict, init=False, repr=False)
    _lacking: list[bool] = field(default_factory=list, init=False, repr=False)

    def synced_of(self, movie_id: int) -> datetime | None:
        """The sync of a movie's bucket; ``None`` without one."""
        row = self.rows.row_of(movie_id)
        return None if row is None else self.rows.synced_at(row)

    def mean(self, value: str, weight: str | None) -> Mean:
        """Returns ``Rows.mean`` of all rows, computed once."""
        found = self._means.get((value, weight))
        if found is None:
            found = self._means[value, weight] = self.rows.mean(value, weight)
        return found

    @property
    def lacks_averages(self) -> bool:
        """Whether some bucket counts reviews whose average can't be read; computed once."""
        if not self._lacking:
            self._lacking.append(bool(self.rows.without_average.any()))
        return self._lacking[0]

    @property
    def is_empty(self) -> bool:
        return not (len(self.rows) or self.skipped or self.unsettled)

    @property
    def size(self) -> int:
        """Approximate size in bytes."""
        return self.rows.size + _OBJECT_SIZE * (1 + len(self.skipped) + len(self.unsettled))

    def with_rows(self, incoming: Rows) -> tuple[HourTable, Integers]:
        """Returns a table with newer buckets in it, and the movies whose payload changed.

        Args:
            incoming: one row per movie. It replaces a row with the same or an older stamp, never a newer one.
        """
        rows, known = self.rows.locate(incoming.movies)
        fresh = ~known
        changed = fresh.copy()
        if known.any():
            held = self.rows.at(rows[known])
            rivals = incoming.at(known)
            differs = rivals.differs(held)
            fresh[known] = (rivals.synced > held.synced) | ((rivals.synced == held.synced) & differs)
            changed[known] = fresh[known] & differs
        if not fresh.any():
            return self, incoming.movies[fresh]
        taken = incoming.at(fresh)
        kept = self.rows.at(~np.isin(self.rows.movies, taken.movies))
        together = concatenate(self.data_type, (kept, taken))
        ordered = together.at(np.argsort(together.movies, kind="stable"))
        return replace(self, rows=ordered), incoming.movies[changed]

    def differing_movies(self, other: HourTable) -> set[int]:
        """Returns the movies whose payload differs in two tables of the same hour."""
        rows, both = other.rows.locate(self.rows.movies)
        alike = self.rows.at(both)
        differing = alike.movies[alike.differs(other.rows.at(rows[both]))]
        lone = np.setxor1d(self.rows.movies, other.rows.movies)
        skipped = self.newly_skipped(other.skipped) | other.newly_skipped(self.skipped)
        return {*differing.tolist(), *lone.tolist(), *skipped}

    def newly_skipped(self, skipped: Iterable[Skipped]) -> set[int]:
        """Returns the movies of documents that could not be read and were not known, 0 for an unreadable movie.

        A newer stamp alone makes none new.
        """
        known = {without_stamp(skip) for skip in self.skipped}
        return {skip.movie_id or 0 for skip in skipped if without_stamp(skip) not in known}

    def says(self, document: SpeedDocument) -> bool:
        """Whether a document of its hour says what the table has of its movie."""
        row = self.rows.row_of(document.movie_id)
        return row is not None and not self.rows.at(np.array([row])).differs(Rows.of(self.data_type, [document])).any()

    def covers_all(self, movies: Iterable[int], *, since: datetime) -> bool:
        """Whether it has a bucket of every given movie, stamped at or after ``since``."""
        rows, known = self.rows.locate(np.array(sorted(movies), dtype=np.int64))
        return bool(known.all() and (self.rows.synced[rows[known]] >= since.timestamp()).all())

    def has_same_content(self, other: HourTable) -> bool:
        """Whether two tables of the same hour are equal, stamps included."""
        return (
            not self.differing_movies(other)
            and bool((self.rows.synced == other.rows.synced).all())
            and self.is_of_parts == other.is_of_parts
            and set(self.skipped) == set(other.skipped)
            and self.unsettled == other.unsettled
        )

    def settle(self, boundary: Boundary) -> HourTable:
        """Returns the table with those unsettled buckets added that count by now."""
        due = self.unsettled and [each for each in self.unsettled if not boundary.is_ahead(each.synced_at)]
        if not due:
            return self
        newest = {d.movie_id: d for d in sorted(due, key=lambda d: d.synced_at)}
        return self.with_rows(Rows.of(self.data_type, newest.values()))[0]


def without_stamp(skip: Skipped) -> Skipped:
    """A skipped document as it would be described whenever it was written."""
    return replace(skip, written_at=None)


_hour = attrgetter("hour")


class SharedHours:
    """All movies' buckets of some types and hours, as read at one time.

    Args:
        tables: one per type and hour, in any order.
        undated: documents of these types whose hour could not be read.
    """

    def __init__(self, tables: Iterable[HourTable] = (), undated: Iterable[Skipped] = ()) -> None:
        self.tables = tuple(sorted(tables, key=lambda table: (table.data_type, table.hour)))
        self.skipped = tuple(dict.fromkeys([*(skip for table in self.tables for skip in table.skipped), *undated]))
        self._of_type: dict[str, list[HourTable]] = {}
        for table in self.tables:
            self._of_type.setdefault(table.data_type, []).append(table)
        # Almost always there are none, and an answer asks several times.
        self._unsettled = [(table.data_type, each) for table in self.tables for each in table.unsettled]
        self._unsettled_types = {data_type for data_type, _ in self._unsettled}
        self._own_hours: dict[tuple[str, datetime, datetime], frozenset[datetime]] = {}
        self._newest_rows: dict[tuple[str, datetime, datetime], tuple[Rows, Rows]] = {}

    def usable(self, data_type: str, boundary: Boundary) -> list[HourTable]:
        """Returns the tables of a type that have not expired and are not in the future, oldest first."""
        tables = self._of_type.get(data_type, [])
        first = bisect_left(tables, boundary.speed_from, key=_hour)
        found = tables[first : bisect_right(tables, boundary.open_hour, key=_hour)]
        return [table.settle(boundary) for table in found] if data_type in self._unsettled_types else found

    def newest(self, data_type: str, boundary: Boundary, *, since: datetime) -> Rows:
        """Returns the newest usable bucket of each movie from an hour on, sorted by movie; computed once.

        Args:
            data_type: the buckets' type.
            boundary: the request's time boundary.
            since: first hour that counts.
        """
        return self._newest_two(data_type, boundary, since)[0]

    def second_newest(self, data_type: str, boundary: Boundary, *, since: datetime) -> Rows:
        """Returns the second newest bucket of the movies that have one, likewise."""
        return self._newest_two(data_type, boundary, since)[1]

    def _newest_two(self, data_type: str, boundary: Boundary, since: datetime) -> tuple[Rows, Rows]:
        tables = [table for table in self.usable(data_type, boundary) if table.hour >= since]
        if any(table.unsettled for table in tables):
            # These count from a certain moment on, so the result can't be kept.
            return newest_two(data_type, tables)
        key = (data_type, max(since, boundary.speed_from), boundary.open_hour)
        found = self._newest_rows.get(key)
        if found is None:
            found = self._newest_rows[key] = newest_two(data_type, tables)
        return found

    def coverage(self, data_type: str, boundary: Boundary, layers: Layers) -> SpeedCoverage:
        """Says which of these hours the speed layer holds for all movies.

        A document of another movie never replaces an unreadable one. Requirements D2 and M8.
        """
        # Asked for unreadable documents alone.
        usable = {table.hour: table for table in self.usable(data_type, boundary)} if self.skipped else {}
        return coverage_of(
            data_type,
            boundary,
            layers,
            own=self._hours_with_rows(data_type, boundary),
            synced_of=lambda movie_id, hour: usable[hour].synced_of(movie_id) if hour in usable else None,
            skipped=self.skipped,
            ahead=self.ahead(boundary, data_type),
            partial=self.assumed_hours(data_type),
        )

    def _hours_with_rows(self, data_type: str, boundary: Boundary) -> frozenset[datetime]:
        """The hours of usable tables that have rows; computed once unless some buckets don't count yet."""
        key = (data_type, boundary.speed_from, boundary.open_hour)
        found = self._own_hours.get(key)
        if found is None:
            found = frozenset(table.hour for table in self.usable(data_type, boundary) if len(table.rows))
            if data_type not in self._unsettled_types:
                self._own_hours[key] = found
        return found

    def assumed_hours(self, data_type: str) -> frozenset[datetime]:
        """Returns the hours of a type with buckets from parts that may be versions of each other."""
        return frozenset(table.hour for table in self._of_type.get(data_type, ()) if table.is_assumed)

    def ahead(self, boundary: Boundary, data_type: str | None = None) -> list[SpeedDocument]:
        """Returns the buckets, of one type or of all, whose stamps lie in the future."""
        return [
            document
            for of_type, document in self._unsettled
            if data_type in (None, of_type) and boundary.is_ahead(document.synced_at)
        ]

    def left_out(self, boundary: Boundary) -> Documents:
        """Returns what was left out of these hours, for the warnings of an answer that uses them."""
        return Documents(speed=tuple(self.ahead(boundary)), skipped=self.skipped)


def newest_two(data_type: str, tables: Sequence[HourTable]) -> tuple[Rows, Rows]:
    """Returns the newest row of each movie, and the second newest of those that have one, both sorted by movie.

    Args:
        data_type: the tables' type.
        tables: oldest first.
    """
    rows = concatenate(data_type, [table.rows for table in reversed(tables)])
    newest = first_of_each_movie(rows)
    others = np.ones(len(rows), dtype=np.bool_)
    others[newest] = False
    before = rows.at(others)
    return rows.at(newest), before.at(first_of_each_movie(before))
