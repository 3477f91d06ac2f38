"""What the batch layer knows about all movies and all genres, held ready for the views that need the whole.

Of ``movie_details`` only what those views need is held, column by column (``Movies``), with the lifetime totals of the
movies' sentiment; of ``genre_analytics``, which are few, the documents. ``catalogue_builder.py`` makes it from
documents.
"""

from __future__ import annotations

import difflib
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from merger.catalogue.genre_column import Genres
from merger.catalogue.title_index import UNMATCHED, TitleIndex
from merger.catalogue.title_text import normalise_words
from merger.contract.documents import BatchDocument, Skipped
from merger.contract.identity import genre_key
from merger.core.columns import Flags, Floats, Integers, Numbers, Small, Texts
from merger.core.windows import EPOCH

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Movies:
    """The newest details of every movie: a row per movie, in the order of their ids.

    Args:
        ids: movie ids, as 64-bit numbers: an array, since looking one up in it is twice as fast as in numpy's.
        titles: as stored.
        index: over the titles.
        released: the day of the release as the number YYYYMMDD; 0: unknown.
        genres: as documents spell them.
        vote_average: as stored, with ``popularity`` and ``revenue``.
        vote_count: −1: unknown.
        computed_at: when the details were, in microseconds since 1970.
        score_sum: summed score of the reviews in the movie's lifetime total; 0 without one.
        reviews: how many those are.
        as_of: event time that the newest of the details covers; ``None`` without movies.
    """

    ids: array[int]
    titles: Texts
    index: TitleIndex
    released: Small
    genres: Genres
    vote_average: Numbers
    popularity: Numbers
    revenue: Numbers
    vote_count: Integers
    computed_at: Integers
    score_sum: Floats
    reviews: Integers
    as_of: datetime | None

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, movie_id: int) -> bool:
        return self.row(movie_id) is not None

    def row(self, movie_id: int) -> int | None:
        """Where a movie is; ``None`` for an unknown one."""
        row = bisect_left(self.ids, movie_id)
        return row if row < len(self.ids) and self.ids[row] == movie_id else None

    def rows(self, movie_ids: Integers) -> tuple[Integers, Flags]:
        """Where many movies are, and which of them are known; the row of an unknown one means nothing."""
        ids = np.asarray(self.ids)
        rows = np.minimum(np.searchsorted(ids, movie_ids), max(len(ids) - 1, 0))
        known = ids[rows] == movie_ids if len(ids) else np.zeros(len(movie_ids), np.bool_)
        return rows, known

    def release_date(self, row: int) -> str | None:
        """``YYYY-MM-DD``."""
        return day_text(int(self.released[row]))

    def facts(self, row: int) -> dict[str, Any]:
        """What is held of the payload; unknown numbers and dates are left out."""
        votes = int(self.vote_count[row])
        found = {
            "title": self.titles[row],
            "genres": self.genres.at(row),
            "release_date": self.release_date(row),
            "vote_average": self.vote_average.at(row),
            "vote_count": votes if votes >= 0 else None,
            "popularity": self.popularity.at(row),
            "revenue": self.revenue.at(row),
        }
        return {name: value for name, value in found.items() if value is not None}

    def released_within(self, first_year: int | None, last_year: int | None) -> Flags | None:
        """By row, whether the year of release lies in a closed interval; ``None`` for the one without ends.

        An unknown release lies in none that has an end.
        """
        if first_year is None and last_year is None:
            return None
        result: Flags = self.released >= (first_year or 0) * 10_000 + 1
        if last_year is not None:
            result &= self.released < (last_year + 1) * 10_000
        return result


@dataclass(frozen=True, slots=True)
class GenreFacts:
    """What the movies of a genre have in common.

    ``avg_rating`` is the plain mean over those that anybody voted for; ``None`` where that is none.
    """

    movies: int = 0
    avg_rating: float | None = None


def _no_movies() -> Movies:
    nothing = np.empty(0, np.int64)
    none = Numbers(np.empty(0, np.float64), np.empty(0, np.bool_))
    few = np.empty(0, np.int32)
    texts = Texts(())
    index = TitleIndex.of(())
    return Movies(
        array("q"), texts, index, few, Genres.of(()), none, none, none, nothing, nothing, none.values, nothing, None
    )


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """A frozen copy of all of it, deduplicated (D4).

    Args:
        movies: newest ``movie_details`` of each movie.
        genre_documents: newest ``genre_analytics`` of each (genre, year, month), by casefolded genre.
        genres_as_of: event time that the newest of those covers.
        totals_as_of: event time that the newest lifetime total covers, of any movie, known or not.
        total_ahead: the newest lifetime total that says it was written in the future, hence left out.
        skipped: documents of these types that could not be read.
        skipped_kinds: one of each type and kind among them.
        genres: every genre that either names, casefolded → the spelling to show.
        by_genre: what its movies have in common, for each of those keys.
        avg_rating: plain mean over the movies that anybody voted for.
        avg_popularity: plain mean over the movies whose popularity is known.
        as_of_run: the newest ``computed_at`` of the batch layer that this copy knows of; a newer one is not in it.
        as_of_runs: mark of what was published of the batch layer when it was read (M12).
        as_of_change: generation of the batch layer's data that it was read under; empty: not known.
    """

    movies: Movies = field(default_factory=_no_movies)
    genre_documents: Mapping[str, tuple[BatchDocument, ...]] = field(default_factory=dict)
    genres_as_of: datetime | None = None
    totals_as_of: datetime | None = None
    total_ahead: BatchDocument | None = None
    skipped: tuple[Skipped, ...] = ()
    skipped_kinds: tuple[Skipped, ...] = ()
    genres: Mapping[str, str] = field(default_factory=dict)
    by_genre: Mapping[str, GenreFacts] = field(default_factory=dict)
    avg_rating: float | None = None
    avg_popularity: float | None = None
    as_of_run: datetime | None = None
    as_of_runs: str = ""
    as_of_change: str = ""

    @property
    def movies_as_of(self) -> datetime | None:
        """Event time that the newest of the movies' documents covers."""
        return self.movies.as_of

    def movies_titled(self, text: str, most: int) -> list[int]:
        """Ids of the movies whose title has words that begin with all of the text's, the best matches first.

        Args:
            text: as somebody typed it.
            most: ids to give; of equally good matches the most popular ones.
        """
        ranks = self.movies.index.match(normalise_words(text))
        rows = np.flatnonzero(ranks != UNMATCHED)
        order = np.lexsort((-np.nan_to_num(self.movies.popularity.values[rows]), ranks[rows]))
        return [self.movies.ids[row] for row in rows[order[:most]]]

    def knows(self, movie_id: int) -> bool:
        return self.movies.row(movie_id) is not None

    def title_of(self, movie_id: int) -> str | None:
        row = self.movies.row(movie_id)
        return None if row is None else self.movies.titles[row]

    def facts_of(self, movie_id: int) -> Mapping[str, Any]:
        """Title, genres, release_date, vote_average, vote_count, popularity and revenue, where they are known.

        Empty for an unknown movie. Made for each call.
        """
        row = self.movies.row(movie_id)
        return {} if row is None else self.movies.facts(row)

    def computed_at(self, movie_id: int) -> datetime | None:
        """When a movie's details were computed."""
        row = self.movies.row(movie_id)
        return None if row is None else moment_of(int(self.movies.computed_at[row]))

    def is_of_genre(self, movie_id: int, genre: str) -> bool:
        """Whether a movie carries a genre, without regard to case (A3)."""
        row = self.movies.row(movie_id)
        return row is not None and self.movies.genres.holds(row, genre_key(genre))

    def of_genre(self, movie_ids: Integers, genre: str) -> Flags:
        """Which of many movies carry a genre, without regard to case (A3)."""
        rows, known = self.movies.rows(movie_ids)
        carrying = known.copy()
        carrying[known] = self.movies.genres.carrying(genre_key(genre), rows[known])
        return carrying

    def genre(self, name: str) -> str | None:
        """The catalogue's spelling of a genre, or ``None`` for an unknown one (A3)."""
        return self.genres.get(genre_key(name))

    def genres_like(self, name: str) -> list[str]:
        """Up to three genres that somebody who wrote ``name`` may have meant, best first (A1)."""
        near = difflib.get_close_matches(genre_key(name)[:80], list(self.genres), n=3, cutoff=0.5)
        return [self.genres[key] for key in near]

    def skipped_of(self, *types: str) -> tuple[Skipped, ...]:
        """One skipped document of each kind, of some types: enough to tell of them."""
        return tuple(skip for skip in self.skipped_kinds if skip.type in types)


def microseconds(moment: datetime) -> int:
    """Aware UTC as whole microseconds since 1970."""
    return (moment - EPOCH) // _MICROSECOND


def moment_of(microseconds_since_1970: int) -> datetime:
    """The reverse."""
    return EPOCH + microseconds_since_1970 * _MICROSECOND


def day_number(text: str | None) -> int:
    """A calendar day ``YYYY-MM-DD`` as the number YYYYMMDD; 0 for an unknown one."""
    return int(text.replace("-", "")) if text else 0


def day_text(number: int) -> str | None:
    """The reverse."""
    return f"{number // 10_000:04}-{number // 100 % 100:02}-{number % 100:02}" if number else None
