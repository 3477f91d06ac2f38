"""The catalogue: what the batch layer holds about all movies and genres, for the views that need the whole.

``movie_details`` are held as columns (``Movies``) of the fields that those views need, with the lifetime totals of each
movie's sentiment. ``genre_analytics`` are few, and held as documents. ``builder`` builds it.
"""

from __future__ import annotations

import difflib
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from merger.catalogue.genre_column import Genres
from merger.contract.documents import BatchDocument, Dropped, Skipped
from merger.contract.identity import genre_key
from merger.core.columns import Flags, Floats, Integers, Numbers, Small, Texts
from merger.core.windows import EPOCH
from merger.errors import NotFound
from search.texts import digest_of

_MICROSECOND = timedelta(microseconds=1)

NO_TOTAL: Final = -(2**63)
"""Stands for the coverage of a lifetime total that a movie does not have."""


@dataclass(frozen=True, slots=True, eq=False)
class Movies:
    """The newest details of every movie: one row per movie, ordered by id.

    Args:
        ids: movie ids, as an array of 64-bit numbers: looking one up is twice as fast as in a numpy array.
        titles: the stored titles; empty: unknown.
        place: each title's place in the order from A to Z.
        text_marks: differ where the texts that the search finds do.
        released: day of the release as the number YYYYMMDD; 0: unknown.
        genres: the spellings of the documents.
        vote_average: the stored number; likewise ``popularity`` and ``revenue``.
        vote_count: −1: unknown.
        computed_at: when the details were computed, in microseconds since 1970.
        covers_until: event time up to which they cover, likewise.
        score_sum: sum of the review scores in the movie's lifetime total; 0 without one.
        scored: number of those reviews.
        reviews: number of the reviews in the total, with a score or without; −1 without a total.
        totals_until: event time up to which the total covers, likewise; ``NO_TOTAL`` without one.
        as_of: event time up to which the newest details cover; ``None`` without movies.
    """

    ids: array[int]
    titles: Texts
    place: Small
    text_marks: Integers
    released: Small
    genres: Genres
    vote_average: Numbers
    popularity: Numbers
    revenue: Numbers
    vote_count: Integers
    computed_at: Integers
    covers_until: Integers
    score_sum: Floats
    scored: Integers
    reviews: Integers
    totals_until: Integers
    as_of: datetime | None

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, movie_id: int) -> int | None:
        """Returns a movie's row; ``None`` for an unknown movie."""
        row = bisect_left(self.ids, movie_id)
        return row if row < len(self.ids) and self.ids[row] == movie_id else None

    def rows(self, movie_ids: Integers) -> tuple[Integers, Flags]:
        """Returns the rows of many movies, and which of these are known; the row of an unknown movie is arbitrary."""
        ids = np.asarray(self.ids)
        rows = np.minimum(np.searchsorted(ids, movie_ids), max(len(ids) - 1, 0))
        known = ids[rows] == movie_ids if len(ids) else np.zeros(len(movie_ids), np.bool_)
        return rows, known

    def release_date(self, row: int) -> str | None:
        """Returns a movie's release date as ``YYYY-MM-DD``; ``None``: unknown."""
        return day_text(int(self.released[row]))

    def facts(self, row: int) -> dict[str, Any]:
        """Returns the held fields of the payload, without unknown numbers and dates."""
        votes = int(self.vote_count[row])
        found = {
            "title": self.titles[row] or None,
            "genres": self.genres.at(row),
            "release_date": self.release_date(row),
            "vote_average": self.vote_average.at(row),
            "vote_count": votes if votes >= 0 else None,
            "popularity": self.popularity.at(row),
            "revenue": self.revenue.at(row),
        }
        return {name: value for name, value in found.items() if value is not None}

    def least_total(self, rows: Flags) -> datetime | None:
        """Returns how far the total that covers least reaches, of some movies; ``None`` if one of them has none."""
        least = int(self.totals_until[rows].min())
        return None if least == NO_TOTAL else from_microseconds(least)

    def released_within(self, first_year: int | None, last_year: int | None) -> Flags | None:
        """Says by row whether the year of release lies in a closed interval; ``None`` if the interval has no ends.

        A movie of unknown release lies in no interval with an end.
        """
        if first_year is None and last_year is None:
            return None
        result: Flags = self.released >= (first_year or 0) * 10_000 + 1
        if last_year is not None:
            result &= self.released < (last_year + 1) * 10_000
        return result


@dataclass(frozen=True, slots=True)
class GenreFacts:
    """Figures over the movies of a genre.

    ``avg_rating`` is the plain mean over movies with votes; ``None`` if there are none.
    """

    movies: int = 0
    avg_rating: float | None = None


def _no_movies() -> Movies:
    nothing = np.empty(0, np.int64)
    none, floats = Numbers(np.empty(0, np.float64), np.empty(0, np.bool_)), np.empty(0, np.float64)
    few = np.empty(0, np.int32)
    columns = few, Genres.of(()), none, none, none, nothing, nothing, nothing, floats, nothing, nothing, nothing
    return Movies(array("q"), Texts(()), few, nothing, *columns, None)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """A frozen copy of all movies and genres, without duplicates.

    Requirements A3, D4, M12.

    Args:
        movies: newest ``movie_details`` of each movie.
        text_name: names the texts that the search finds, as a whole.
        genre_documents: newest ``genre_analytics`` of each (genre, year, month), by genre key.
        genres_as_of: event time up to which the newest of those cover.
        totals_as_of: event time up to which the newest lifetime total covers, of any movie, known or not.
        has_total_ahead: whether a lifetime total was left out since it is stamped in the future.
        skipped: documents of these types that could not be read.
        dropped: values of the others that could not be read: one of each kind, and how many there are.
        skipped_kinds: one of each type and kind among them.
        lost: those of which no readable document is as new, the newest of each type, genre and date.
        unread: movies of which some details can't be read.
        unstated: view types of which some documents do not state their coverage.
        genres: spelling to show of every genre that a movie or document names, by genre key.
        by_genre: figures for each of these keys.
        avg_rating: plain mean over movies with votes.
        avg_popularity: plain mean over movies of known popularity.
        as_of_run: the newest ``computed_at`` of the batch layer that this copy includes.
        as_of_runs: mark of the batch runs that were published when it was read.
        read_at: when its reading began; seconds of the process's monotonic clock.
    """

    movies: Movies = field(default_factory=_no_movies)
    text_name: str = digest_of(b"", b"", 0)
    genre_documents: Mapping[str, tuple[BatchDocument, ...]] = field(default_factory=dict)
    genres_as_of: datetime | None = None
    totals_as_of: datetime | None = None
    has_total_ahead: bool = False
    skipped: tuple[Skipped, ...] = ()
    dropped: Mapping[Dropped, int] = field(default_factory=dict)
    skipped_kinds: tuple[Skipped, ...] = ()
    lost: tuple[Skipped, ...] = ()
    unread: frozenset[int] = frozenset()
    unstated: frozenset[str] = frozenset()
    genres: Mapping[str, str] = field(default_factory=dict)
    by_genre: Mapping[str, GenreFacts] = field(default_factory=dict)
    avg_rating: float | None = None
    avg_popularity: float | None = None
    as_of_run: datetime | None = None
    as_of_runs: str = ""
    read_at: float = float("-inf")

    def knows(self, movie_id: int) -> bool:
        """Whether any document of its details names the movie, readable or not."""
        return self.movies.row(movie_id) is not None or movie_id in self.unread

    def title_of(self, movie_id: int) -> str | None:
        row = self.movies.row(movie_id)
        return None if row is None else self.movies.titles[row] or None

    def facts_of(self, movie_id: int) -> Mapping[str, Any]:
        """Returns title, genres, release_date, vote_average, vote_count, popularity and revenue, as far as known.

        Empty for an unknown movie. A new dict for each call.
        """
        row = self.movies.row(movie_id)
        return {} if row is None else self.movies.facts(row)

    def computed_at(self, movie_id: int) -> datetime | None:
        """Returns when a movie's details were computed; ``None`` for an unknown movie."""
        row = self.movies.row(movie_id)
        return None if row is None else from_microseconds(int(self.movies.computed_at[row]))

    def is_of_genre(self, movie_id: int, genre: str) -> bool:
        """Whether a movie has a genre, ignoring case."""
        row = self.movies.row(movie_id)
        return row is not None and self.movies.genres.holds(row, genre_key(genre))

    def may_be_of_genre(self, movie_id: int, genre: str) -> bool:
        """Whether a movie has a genre, as far as anybody can tell."""
        return self.is_of_genre(movie_id, genre) or bool(self.with_unknown_genres(np.array([movie_id])).any())

    def of_genre(self, movie_ids: Integers, genre: str) -> Flags:
        """Says which of many movies have a genre, ignoring case."""
        rows, known = self.movies.rows(movie_ids)
        carrying = known.copy()
        carrying[known] = self.movies.genres.carrying(genre_key(genre), rows[known])
        return carrying

    def with_unknown_genres(self, movie_ids: Integers) -> Flags:
        """Says which of many movies may be of any genre, since details that tell their genres may be unreadable."""
        if not self.lost_of("movie_details"):
            return np.zeros(len(movie_ids), dtype=np.bool_)
        _, known = self.movies.rows(movie_ids)
        result: Flags = ~known | np.isin(movie_ids, list(self.unread))
        return result

    def genre(self, name: str) -> str | None:
        """Returns the catalogue's spelling of a genre; ``None`` for an unknown genre."""
        return self.genres.get(genre_key(name))

    def known_genre(self, name: str | None) -> str | None:
        """Returns the catalogue's spelling of a genre that a caller names; ``None`` for ``None``.

        Raises:
            NotFound: the genre is unknown.
        """
        spelling = None if name is None else self.genre(name)
        if name is not None and spelling is None:
            raise NotFound("genre", name, self.genres_like(name))
        return spelling

    def genres_like(self, name: str) -> list[str]:
        """Returns up to three genres with a similar name, best first.

        Requirement A1.
        """
        near = difflib.get_close_matches(genre_key(name)[:80], list(self.genres), n=3, cutoff=0.5)
        return [self.genres[key] for key in near]

    def lost_of(self, *types: str) -> tuple[Skipped, ...]:
        """Returns the lost documents of some types."""
        return tuple(skip for skip in self.lost if skip.type in types)

    def skipped_of(self, *types: str) -> tuple[Skipped, ...]:
        """Returns one skipped document of each kind of some types, enough for warnings."""
        return tuple(skip for skip in self.skipped_kinds if skip.type in types)


def to_microseconds(moment: datetime) -> int:
    """Converts an aware UTC time to whole microseconds since 1970."""
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(microseconds_since_1970: int) -> datetime:
    """Converts whole microseconds since 1970 to an aware UTC time."""
    return EPOCH + microseconds_since_1970 * _MICROSECOND


def day_number(text: str | None) -> int:
    """Converts a calendar day ``YYYY-MM-DD`` to the number YYYYMMDD; 0 for an unknown day."""
    return int(text.replace("-", "")) if text else 0


def day_text(number: int) -> str | None:
    """Converts a number YYYYMMDD to a calendar day ``YYYY-MM-DD``; 0 to ``None``."""
    return f"{number // 10_000:04}-{number // 100 % 100:02}-{number % 100:02}" if number else None
