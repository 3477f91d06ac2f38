"""Makes the catalogue from documents as they come, none of which is kept: duplicates give way as they are met (D4)."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from math import fsum
from typing import Any, Protocol

import numpy as np

from merger.boundary import Boundary
from merger.catalogue import (
    GenreFacts,
    Movies,
    Reference,
    day_number,
    day_text,
    microseconds,
    moment_of,
    tie_break,
)
from merger.columns import Flags, Floats, GrowingNumbers, Integers, Texts, put
from merger.contract import BatchDocument, Documents, Skipped
from merger.merge import newest_batch
from merger.titleindex import TitleIndex


class _Columns(Protocol):
    def facts(self, row: int) -> Mapping[str, Any]:
        """The fields of a row under their names in the payload."""
        ...


class _Newest:
    """Which row holds a movie's newest document, and how new that is."""

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}
        self._computed, self._version, self._covers = array("q"), array("q"), array("q")

    def row_for(self, document: BatchDocument, held: _Columns) -> int | None:
        """The row that the document is to be written to; ``None`` where a newer one is known."""
        if document.movie_id is None:
            return None
        rank = (microseconds(document.computed_at), document.version, microseconds(document.covers_until))
        row = self.rows.get(document.movie_id)
        if row is None:
            row = self.rows[document.movie_id] = len(self.rows)
        else:
            rival = (self._computed[row], self._version[row], self._covers[row])
            if rank < rival or (rank == rival and tie_break(document.data) <= tie_break(held.facts(row))):
                return None
        for column, value in zip((self._computed, self._version, self._covers), rank, strict=True):
            put(column, row, value)
        return row

    def ids(self) -> Integers:
        return np.fromiter(self.rows, np.int64, len(self.rows))

    def computed_at(self) -> Integers:
        return np.asarray(self._computed)

    def as_of(self) -> datetime | None:
        """Event time that the newest of the documents covers."""
        return moment_of(max(self._covers)) if self._covers else None


class _Totals:
    """Lifetime totals of sentiment."""

    def __init__(self) -> None:
        self.newest = _Newest()
        self._average, self._reviews = array("d"), array("q")

    def add(self, document: BatchDocument) -> None:
        row = self.newest.row_for(document, self)
        if row is not None:
            put(self._average, row, document.data["avg_sentiment"])
            put(self._reviews, row, document.data["review_count"])

    def facts(self, row: int) -> dict[str, Any]:
        return {"avg_sentiment": self._average[row], "review_count": self._reviews[row]}

    def of(self, ids: Integers) -> tuple[Floats, Integers]:
        """Summed scores and numbers of reviews of the movies with these ids, which ascend; 0 without a total."""
        known = self.newest.ids()
        places = np.searchsorted(ids, known)
        held = np.flatnonzero(places < len(ids))
        held = held[ids[places[held]] == known[held]]
        score_sum, reviews = np.zeros(len(ids)), np.zeros(len(ids), np.int64)
        counts = np.asarray(self._reviews)[held]
        score_sum[places[held]] = np.asarray(self._average)[held] * counts
        reviews[places[held]] = counts
        return score_sum, reviews


class _Details:
    """Details of movies."""

    def __init__(self) -> None:
        self.newest = _Newest()
        self._titles: list[str] = []
        self._lists: dict[tuple[str, ...], int] = {}
        self._by_number: list[tuple[str, ...]] = []
        self._list_of, self._released, self._votes = array("i"), array("i"), array("q")
        self._rating, self._popularity, self._revenue = GrowingNumbers(), GrowingNumbers(), GrowingNumbers()

    def add(self, document: BatchDocument) -> None:
        row = self.newest.row_for(document, self)
        if row is None:
            return
        data = document.data
        if row == len(self._titles):
            self._titles.append(data["title"])
        else:
            self._titles[row] = data["title"]
        put(self._list_of, row, self._list_number(data.get("genres", ())))
        put(self._released, row, day_number(data.get("release_date")))
        put(self._votes, row, data.get("vote_count", -1))
        self._rating.put(row, data.get("vote_average"))
        self._popularity.put(row, data.get("popularity"))
        self._revenue.put(row, data.get("revenue"))

    def _list_number(self, names: tuple[str, ...]) -> int:
        number = self._lists.get(names)
        if number is None:
            number = self._lists[names] = len(self._by_number)
            self._by_number.append(names)
        return number

    def facts(self, row: int) -> dict[str, Any]:
        votes = self._votes[row]
        return {
            "title": self._titles[row],
            "genres": self._by_number[self._list_of[row]],
            "release_date": day_text(self._released[row]),
            "vote_average": self._rating.at(row),
            "vote_count": votes if votes >= 0 else None,
            "popularity": self._popularity.at(row),
            "revenue": self._revenue.at(row),
        }

    def finished(self, totals: _Totals) -> Movies:
        ids = self.newest.ids()
        order = np.argsort(ids)
        titles = [self._titles[row] for row in order]
        score_sum, reviews = totals.of(ids[order])
        return Movies(
            ids=array("q", ids[order].tobytes()),
            titles=Texts(titles),
            index=TitleIndex.of(titles),
            released=np.asarray(self._released)[order],
            genre_lists=tuple(self._by_number),
            genre_list_of=np.asarray(self._list_of)[order],
            vote_average=self._rating.ordered(order),
            popularity=self._popularity.ordered(order),
            revenue=self._revenue.ordered(order),
            vote_count=np.asarray(self._votes)[order],
            computed_at=self.newest.computed_at()[order],
            score_sum=score_sum,
            reviews=reviews,
            as_of=self.newest.as_of(),
        )


class CatalogueBuilder:
    """Collects documents.

    Args:
        boundary: of the moment of the load; decides which documents may answer.
    """

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._details, self._totals = _Details(), _Totals()
        self._months: dict[Hashable, BatchDocument] = {}
        self._ahead: BatchDocument | None = None
        self._skipped: list[Skipped] = []

    def add(self, documents: Documents) -> None:
        """Takes ``movie_details``, ``genre_analytics`` and lifetime ``sentiment``; a day's sentiment is passed over."""
        self._skipped += documents.skipped
        months = []
        for document in documents.batch:
            if not self._boundary.uses_batch(document.computed_at):
                self._leave_out(document)
            elif document.view_type == "movie_details":
                self._details.add(document)
            elif document.view_type == "genre_analytics":
                months.append(document)
            elif document.view_type == "sentiment" and "date" not in document.data:
                self._totals.add(document)
        for key, month in newest_batch(months, _month).items():
            rivals = [known for known in (self._months.get(key), month) if known is not None]
            self._months |= newest_batch(rivals, _month)

    def finish(self) -> Reference:
        """The catalogue of what was added."""
        movies = self._details.finished(self._totals)
        months = self._months.values()
        genres = spellings(_names(movies, months))
        by_genre: dict[str, list[BatchDocument]] = {}
        for month in months:
            by_genre.setdefault(month.data["genre"].casefold(), []).append(month)
        rated = _is_rated(movies)
        return Reference(
            movies=movies,
            genre_documents={key: tuple(found) for key, found in by_genre.items()},
            genres_as_of=max((month.covers_until for month in months), default=None),
            totals_as_of=self._totals.newest.as_of(),
            total_ahead=self._ahead,
            skipped=tuple(self._skipped),
            skipped_kinds=tuple({(skip.type, skip.kind): skip for skip in self._skipped}.values()),
            genres=genres,
            by_genre=_facts_by_genre(movies, genres, rated),
            avg_rating=_mean(movies.vote_average.values[rated]),
            avg_popularity=_mean(movies.popularity.values[~np.isnan(movies.popularity.values)]),
        )

    def _leave_out(self, document: BatchDocument) -> None:
        if document.view_type == "sentiment" and self._boundary.is_ahead(document.computed_at):
            self._ahead = max(document, self._ahead or document, key=lambda d: d.computed_at)


def spellings(named: Mapping[str, int]) -> dict[str, str]:
    """How often each spelling of a genre is used → casefolded, the most frequent spelling, of equals the first."""
    seen: dict[str, list[str]] = {}
    for spelling in named:
        seen.setdefault(spelling.casefold(), []).append(spelling)
    return {key: min(found, key=lambda spelling: (-named[spelling], spelling)) for key, found in sorted(seen.items())}


def _names(movies: Movies, months: Iterable[BatchDocument]) -> Mapping[str, int]:
    """How often movies and genre documents use each spelling."""
    result = Counter(month.data["genre"] for month in months)
    uses = np.bincount(movies.genre_list_of, minlength=len(movies.genre_lists)).tolist()
    for names, times in zip(movies.genre_lists, uses, strict=True):
        for name in names if times else ():
            result[name] += times
    return result


def _is_rated(movies: Movies) -> Flags:
    """Whether a movie's rating is one: TMDB writes 0 where nobody voted."""
    rated: Flags = ~np.isnan(movies.vote_average.values) & (movies.vote_count != 0)
    return rated


def _facts_by_genre(movies: Movies, genres: Mapping[str, str], rated: Flags) -> dict[str, GenreFacts]:
    lists = np.arange(len(movies.genre_lists) + 1)
    by_list = np.argsort(movies.genre_list_of, kind="stable")
    starts = np.searchsorted(movies.genre_list_of[by_list], lists)
    rated_by_list = by_list[rated[by_list]]
    rated_starts = np.searchsorted(movies.genre_list_of[rated_by_list], lists)
    ratings = movies.vote_average.values[rated_by_list]
    counts = dict.fromkeys(genres, 0)
    parts: dict[str, list[Floats]] = {key: [] for key in genres}
    for number, names in enumerate(movies.genre_lists):
        held = int(starts[number + 1] - starts[number])
        for key in {name.casefold() for name in names} if held else ():
            counts[key] += held
            parts[key].append(ratings[rated_starts[number] : rated_starts[number + 1]])
    return {key: GenreFacts(counts[key], _mean(np.concatenate(parts[key] or [ratings[:0]]))) for key in genres}


def _mean(values: Floats) -> float | None:
    # Exact, hence the same in any order (M7).
    return fsum(values.tolist()) / len(values) if len(values) else None


def _month(document: BatchDocument) -> Hashable:
    return document.data["genre"].casefold(), document.data["year"], document.data.get("month")
