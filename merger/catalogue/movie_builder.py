"""Builds the movies' columns from a stream of documents, without keeping the documents.

Requirement D4.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from datetime import datetime
from math import isnan, nan
from typing import Any, Protocol

import numpy as np

from merger.catalogue.catalogue import NO_TOTAL, Movies, day_number, day_text, from_microseconds, to_microseconds
from merger.catalogue.genre_column import Genres
from merger.catalogue.title_order import rank_titles
from merger.contract.dedupe import tie_break
from merger.contract.documents import BatchDocument
from merger.contract.values import Rank
from merger.core.columns import GrowingNumbers, Integers, Texts, put
from search.texts import MovieTexts


class _Columns(Protocol):
    def facts(self, row: int) -> Mapping[str, Any]:
        """Returns the fields of a row under their names in the payload."""
        ...


class NewestRows:
    """The row of each movie's newest document, and how new that document is."""

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}
        self._computed, self._version, self._covers = array("q"), array("q"), array("q")
        self._inserted = array("q")

    def row_for(self, document: BatchDocument, held: _Columns) -> int | None:
        """Returns the row to write a document to; ``None`` if a newer one is known."""
        if document.movie_id is None:
            return None
        covers = to_microseconds(document.covers_until)
        # The order of merger.contract.dedupe.precedence_of.
        rank = (to_microseconds(document.computed_at), document.version, document.inserted, covers)
        row = self.rows.get(document.movie_id)
        if row is None:
            row = self.rows[document.movie_id] = len(self.rows)
        else:
            rival = (self._computed[row], self._version[row], self._inserted[row], self._covers[row])
            if rank < rival or (rank == rival and tie_break(document.data) <= tie_break(held.facts(row))):
                return None
        for column, value in zip((self._computed, self._version, self._inserted, self._covers), rank, strict=True):
            put(column, row, value)
        return row

    def ids(self) -> Integers:
        return np.fromiter(self.rows, np.int64, len(self.rows))

    def computed_at(self) -> Integers:
        return np.asarray(self._computed)

    def covers_until(self) -> Integers:
        return np.asarray(self._covers)

    def rank_of(self, movie_id: int | None) -> Rank | None:
        """Returns how new a movie's newest document is; ``None`` without one."""
        row = None if movie_id is None else self.rows.get(movie_id)
        return (
            None if row is None else (from_microseconds(self._computed[row]), self._version[row], self._inserted[row])
        )

    def as_of(self) -> datetime | None:
        """Returns the event time up to which the newest of the documents cover."""
        return from_microseconds(max(self._covers)) if self._covers else None


class TotalsBuilder:
    """Collects the lifetime totals of sentiment."""

    def __init__(self) -> None:
        self.newest = NewestRows()
        # NaN: the document's average can't be read.
        self._average, self._reviews = array("d"), array("q")

    def add(self, document: BatchDocument) -> None:
        row = self.newest.row_for(document, self)
        if row is not None:
            put(self._average, row, document.data.get("avg_sentiment", nan))
            put(self._reviews, row, document.data["review_count"])

    def facts(self, row: int) -> dict[str, Any]:
        average = self._average[row]
        return {"avg_sentiment": None if isnan(average) else average, "review_count": self._reviews[row]}

    def columns(self, ids: Integers) -> dict[str, Any]:
        """Returns the columns of ``Movies`` about totals, of movies by ascending id."""
        known = self.newest.ids()
        places = np.searchsorted(ids, known)
        held = np.flatnonzero(places < len(ids))
        held = held[ids[places[held]] == known[held]]
        score_sum, scored, reviews = np.zeros(len(ids)), np.zeros(len(ids), np.int64), np.full(len(ids), -1)
        counts, averages = np.asarray(self._reviews)[held], np.asarray(self._average)[held]
        has_average = ~np.isnan(averages)
        score_sum[places[held]] = np.where(has_average, averages, 0.0) * counts
        scored[places[held]] = np.where(has_average, counts, 0)
        reviews[places[held]] = counts
        totals_until = np.full(len(ids), NO_TOTAL)
        totals_until[places[held]] = self.newest.covers_until()[held]
        return {"score_sum": score_sum, "scored": scored, "reviews": reviews, "totals_until": totals_until}


class DetailsBuilder:
    """Collects the details of movies."""

    def __init__(self) -> None:
        self.newest = NewestRows()
        self._titles: list[str] = []
        self._marks = array("q")
        self._lists: dict[tuple[str, ...], int] = {}
        self._by_number: list[tuple[str, ...]] = []
        self._list_of, self._released, self._votes = array("i"), array("i"), array("q")
        self._rating, self._popularity, self._revenue = GrowingNumbers(), GrowingNumbers(), GrowingNumbers()

    def add(self, document: BatchDocument) -> None:
        row = self.newest.row_for(document, self)
        if row is None:
            return
        data = document.data
        put(self._titles, row, data.get("title", ""))
        put(self._marks, row, MovieTexts.of(document.movie_id or 0, data).mark())
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
            "title": self._titles[row] or None,
            "genres": self._by_number[self._list_of[row]],
            "release_date": day_text(self._released[row]),
            "vote_average": self._rating.at(row),
            "vote_count": votes if votes >= 0 else None,
            "popularity": self._popularity.at(row),
            "revenue": self._revenue.at(row),
        }

    def finish(self, totals: TotalsBuilder) -> Movies:
        ids = self.newest.ids()
        order = np.argsort(ids)
        titles = [self._titles[row] for row in order]
        return Movies(
            ids=array("q", ids[order].tobytes()),
            titles=Texts(titles),
            place=rank_titles(titles),
            text_marks=np.asarray(self._marks)[order],
            released=np.asarray(self._released)[order],
            genres=Genres.of(self._by_number, np.asarray(self._list_of)[order].tolist()),
            vote_average=self._rating.take(order),
            popularity=self._popularity.take(order),
            revenue=self._revenue.take(order),
            vote_count=np.asarray(self._votes)[order],
            computed_at=self.newest.computed_at()[order],
            covers_until=self.newest.covers_until()[order],
            **totals.columns(ids[order]),
            as_of=self.newest.as_of(),
        )
