"""Builds the catalogue from a stream of documents, keeping only the newest of duplicates.

Requirement D4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from math import fsum

import numpy as np

from merger.catalogue.catalogue import Catalogue, GenreFacts, Movies
from merger.catalogue.losses import SERIES, UnfoundPoints, lost_documents
from merger.catalogue.movie_builder import DetailsBuilder, TotalsBuilder
from merger.contract.coverage import without_future
from merger.contract.dedupe import newest_batch
from merger.contract.documents import BatchDocument, Documents, Dropped, Skipped
from merger.contract.values import Rank
from merger.core.boundary import Boundary
from merger.core.columns import Flags, Floats
from search.texts import digest_of, name_mark


class CatalogueBuilder:
    """Collects documents and builds the catalogue from them.

    Args:
        boundary: the time boundary at the start of the load; decides which documents count.
    """

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._details, self._totals = DetailsBuilder(), TotalsBuilder()
        self._months: dict[Hashable, BatchDocument] = {}
        self._actors = 0
        self._skipped: list[Skipped] = []
        self._unfound = UnfoundPoints()
        self._unstated: set[str] = set()
        self._dropped: dict[tuple[str, str], tuple[Dropped, int]] = {}

    def add(self, documents: Documents) -> None:
        """Adds ``movie_details``, ``genre_analytics`` and lifetime ``sentiment``, but no single day's sentiment.

        Of series, only the points that no query finds are noted.
        """
        documents = without_future(documents, self._boundary)
        self._skipped += (skip for skip in documents.skipped if skip.type != SERIES)
        self._unfound.add(skip for skip in documents.skipped if skip.type == SERIES)
        for drop in documents.dropped:
            first, number = self._dropped.get((drop.layer, drop.kind), (drop, 0))
            self._dropped[drop.layer, drop.kind] = first, number + 1
        months = []
        for document in documents.batch:
            if not self._boundary.uses_batch(document.computed_at):
                continue
            if not document.is_coverage_stated:
                self._unstated.add(document.view_type)
            if document.view_type == "movie_details":
                self._details.add(document)
            elif document.view_type == "genre_analytics":
                months.append(document)
            elif document.view_type == "sentiment" and "date" not in document.data:
                self._totals.add(document)
        for key, month in newest_batch(months, _month).items():
            candidates = [known for known in (self._months.get(key), month) if known is not None]
            self._months |= newest_batch(candidates, _month)

    def add_actor(self, name: str) -> None:
        """Adds the name of an actor of whom there is a network."""
        self._actors += name_mark(name)

    def finish(self) -> Catalogue:
        """Returns the catalogue of what was added."""
        movies = self._details.finish(self._totals)
        months = self._months.values()
        lost = lost_documents(self._skipped, self._rank_of)
        # A genre of which no document can be read is known all the same.
        unread = Counter(skip.genre for skip in lost if skip.genre is not None)
        named = Counter(month.data["genre"] for month in months)
        genres = usual_spellings(named + Counter(movies.genres.uses()) + unread)
        by_genre: dict[str, list[BatchDocument]] = {}
        for month in months:
            by_genre.setdefault(month.data["genre"].casefold(), []).append(month)
        rated = _is_rated(movies)
        unfound = self._unfound.finish()
        skipped = (*self._skipped, *unfound)
        return Catalogue(
            movies=movies,
            text_name=digest_of(movies.ids.tobytes(), movies.text_marks.tobytes(), self._actors),
            genre_documents={key: tuple(found) for key, found in by_genre.items()},
            genres_as_of=max((month.covers_until for month in months), default=None),
            totals_as_of=self._totals.newest.as_of(),
            has_total_ahead=any(s.is_ahead and s.type == "sentiment" and not s.has_date for s in self._skipped),
            skipped=skipped,
            dropped=dict(self._dropped.values()),
            skipped_kinds=tuple({(skip.type, skip.kind, skip.is_ahead): skip for skip in skipped}.values()),
            lost=(*lost, *unfound),
            unread=frozenset(
                skip.movie_id for skip in self._skipped if skip.movie_id is not None and skip.type == "movie_details"
            ),
            unstated=frozenset(self._unstated),
            genres=genres,
            by_genre=_facts_by_genre(movies, genres, rated),
            avg_rating=_mean(movies.vote_average.values[rated]),
            avg_popularity=_mean(movies.popularity.values[~np.isnan(movies.popularity.values)]),
        )

    def _rank_of(self, skip: Skipped) -> Rank | None:
        """How new the readable document with the key of a skipped one is."""
        if skip.type == "genre_analytics":
            year, _, month = (skip.date or "").partition("-")
            key = ((skip.genre or "").casefold(), int(year or 0), int(month) if month else None)
            found = self._months.get(key)
            return None if found is None else found.rank
        builder = self._totals if skip.type == "sentiment" else self._details
        return builder.newest.rank_of(skip.movie_id)


def usual_spellings(named: Mapping[str, int]) -> dict[str, str]:
    """Returns the most frequent spelling of each genre by its key; among equals, the first in order.

    Args:
        named: number of uses of each spelling.
    """
    seen: dict[str, list[str]] = {}
    for spelling in named:
        seen.setdefault(spelling.casefold(), []).append(spelling)
    return {key: min(found, key=lambda spelling: (-named[spelling], spelling)) for key, found in sorted(seen.items())}


def _is_rated(movies: Movies) -> Flags:
    """Says which movies have a rating: TMDB writes 0 for a movie without votes."""
    rated: Flags = ~np.isnan(movies.vote_average.values) & (movies.vote_count != 0)
    return rated


def _facts_by_genre(movies: Movies, genres: Mapping[str, str], rated: Flags) -> dict[str, GenreFacts]:
    rows_of, nothing = movies.genres.rows_by_key(), np.empty(0, np.int64)
    result = {}
    for key in genres:
        rows = rows_of.get(key, nothing)
        result[key] = GenreFacts(len(rows), _mean(movies.vote_average.values[rows[rated[rows]]]))
    return result


def _mean(values: Floats) -> float | None:
    # The sum is exact, hence the same in any order.
    return fsum(values.tolist()) / len(values) if len(values) else None


def _month(document: BatchDocument) -> Hashable:
    return document.data["genre"].casefold(), document.data["year"], document.data.get("month")
