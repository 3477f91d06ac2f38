"""The movies' numbers as ``movies/{id}`` says them, for answers about many movies, and orders by numbers. Pure.

A number is the speed layer's newest since the cutoff if it has one, else the batch layer's (requirement M6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from merger.catalogue.catalogue import Movies, from_microseconds
from merger.core.columns import Flags, Floats, Integers
from merger.core.windows import EPOCH, HOUR
from merger.speed.rows import Rows
from merger.views.reading import ViewInputs
from merger.views.snapshots import Unseen, unseen_since
from movies.details import SPEED_FIELDS

Column: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class MergedNumbers:
    """The numbers of all movies, merged for those that are asked for.

    Args:
        movies: of the catalogue.
        newer: the buckets whose numbers replace those of the batch document.
    """

    movies: Movies
    newer: Rows
    _rows: Integers
    """Rows of the catalogue that have newer numbers, ascending, and their places in ``newer``."""
    _places: Integers

    def at(self, name: str, rows: Integers) -> Floats:
        """Returns ``popularity``, ``vote_average`` or ``vote_count`` of some rows, ascending; NaN if unknown."""
        if name == "vote_count":
            votes = self.movies.vote_count[rows]
            result: Floats = np.where(votes < 0, np.nan, votes)
        else:
            result = getattr(self.movies, name).values[rows]
        own, there = match_ascending(rows, self._rows)
        values = self.newer.column(name)[self._places[there]]
        is_known = ~np.isnan(values)
        result[own[is_known]] = values[is_known]
        return result

    @property
    def most_votes(self) -> float:
        """The largest number of votes; 0 if none is known."""
        newer = self.newer.column("vote_count")[self._places]
        is_known = ~np.isnan(newer)
        counts = np.ones(len(self.movies), np.bool_)
        counts[self._rows[is_known]] = False
        of_batch = float(np.max(self.movies.vote_count, where=counts, initial=0))
        return float(np.max(newer[is_known], initial=of_batch))

    def of(self, row: int, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The numbers of the movie in a row as answers show them; ``facts`` are the catalogue's of it."""
        place = self.newer.row_of(self.movies.ids[row])
        newer = {} if place is None else {name: self.newer.value(place, name) for name in SPEED_FIELDS}
        return {name: facts.get(name) if newer.get(name) is None else newer[name] for name in SPEED_FIELDS}


def merge_numbers(inputs: ViewInputs) -> MergedNumbers:
    """Merges the catalogue's numbers with those of the ``stats`` since the cutoff."""
    movies, newer = inputs.catalogue.movies, _newer_numbers(inputs)
    rows, known = movies.rows(newer.movies)
    return MergedNumbers(movies, newer, rows[known], np.flatnonzero(known))


def match_ascending(some: Integers, others: Integers) -> tuple[Integers, Integers]:
    """Where two ascending lists of numbers have the same ones: places in the one and in the other.

    It takes time by the shorter list, and little by the longer one.
    """
    if len(some) > len(others):
        there, own = match_ascending(others, some)
        return own, there
    places = np.searchsorted(others, some)
    own = np.flatnonzero(places < len(others))
    own = own[others[places[own]] == some[own]]
    return own, places[own]


def find_unseen(matching: Flags, newer: Rows, inputs: ViewInputs) -> list[Unseen]:
    """What the newest numbers of some movies lack: those from buckets, and those from batch documents."""
    catalogue, movies = inputs.catalogue, inputs.catalogue.movies
    coverage = inputs.hours.coverage("stats", inputs.boundary, inputs.layers)
    is_stated = "movie_details" not in catalogue.unstated
    # Few movies have buckets, so these are looked up among all, not the other way round.
    rows, known = movies.rows(newer.movies)
    of_batch = matching.copy()
    of_batch[rows[known]] = False
    from_buckets, from_batch = newer.hours[known][matching[rows[known]]], movies.covers_until[of_batch]
    result = []
    if len(from_buckets):
        result.append(unseen_since(None, EPOCH + int(from_buckets.min()) * HOUR, coverage))
    if len(from_batch) or not result:
        covers_until = from_microseconds(int(from_batch.min())) if len(from_batch) else movies.as_of
        result.append(unseen_since(covers_until, None, coverage, is_stated=is_stated))
    return result


def _newer_numbers(inputs: ViewInputs) -> Rows:
    """The buckets whose numbers replace those of batch documents; for one movie, ``choose_newer_bucket`` decides."""
    boundary, movies = inputs.boundary, inputs.catalogue.movies
    newest = inputs.hours.newest("stats", boundary, since=boundary.cutoff)
    if not boundary.is_lagging(inputs.layers.speed_of("stats")):
        return newest
    rows, known = movies.rows(newest.movies)
    is_older = known.copy()
    # A stamp after the hour's end is no news: a sync may write old hours again (D6).
    known_since = np.minimum(newest.synced, (newest.hours + 1) * HOUR.total_seconds())
    is_older[known] = movies.computed_at[rows[known]] / 1e6 > known_since[known]
    return newest.at(~is_older)


def first_rows(rows: Integers, columns: Sequence[Column], count: int) -> Integers:
    """Returns the first ``count`` rows, in order.

    It takes time proportional to the number of rows, and sorts only those that it returns.

    Args:
        rows: row numbers, ascending; equal rows stay in this order.
        columns: values by row to sort by, ascending and without NaN, most important first.
        count: most rows to return.
    """
    chosen: list[Integers] = []
    ties, wanted = rows, count
    for column in columns:
        if len(ties) <= wanted:
            break
        values = column[ties]
        border = np.partition(values, wanted - 1)[wanted - 1]
        chosen.append(ties[values < border])
        ties = ties[values == border]
        wanted -= len(chosen[-1])
    together = np.sort(np.concatenate([*chosen, ties[:wanted]]))
    # ``lexsort`` is stable and sorts by the last key first.
    return together[np.lexsort([column[together] for column in reversed(columns)])]
