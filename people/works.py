"""The movies of a person, with their newest numbers. Pure.

The index names the movies and who is in them; everything else comes from the catalogue and the speed layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import Any, Final

import numpy as np

from merger.catalogue.catalogue import Movies
from merger.core.columns import Floats, Integers
from merger.views.reading import ViewInputs
from movies.numbers import MergedNumbers, merge_numbers
from movies.search import Direction
from search.language.names import fold_name
from search.people import MOST_MOVIES, MOST_READ, Works

CAST, DIRECTOR = "cast", "director"
ROLES: Final = (CAST, DIRECTOR)

SAME_NAME: Final = (
    "People are known by their names alone, so the movies of two people with the same name are listed together."
)
_SPELLINGS: Final = "Names that differ only in case, accents, dots, apostrophes and hyphens count as one."
_MANY: Final = f"This name has more movies; only the {MOST_MOVIES:,} with the most votes are counted and listed."
_PARTLY: Final = f"The people they work with are counted in the {MOST_READ} movies with the most votes."


class OrderBy(StrEnum):
    """Orders of a person's movies; equal ones are ordered by popularity, then by id."""

    RELEASE_DATE = "release_date"
    POPULARITY = "popularity"
    RATING = "rating"
    TITLE = "title"


@dataclass(frozen=True, slots=True, eq=False)
class Filmography:
    """The movies of a person that the catalogue has.

    Args:
        works: the movies as the index names them.
        movies: those of the catalogue.
        rows: the rows of the person's movies in it.
        places: the places of the same movies in ``works``.
        merged: the numbers of all movies.
    """

    works: Works
    movies: Movies
    rows: Integers
    places: Integers
    merged: MergedNumbers

    @classmethod
    def of(cls, works: Works, inputs: ViewInputs) -> Filmography:
        movies = inputs.catalogue.movies
        rows, known = movies.rows(works.ids)
        return cls(works, movies, rows[known], np.flatnonzero(known), merge_numbers(inputs))

    @property
    def ids(self) -> Integers:
        """The ids of the movies."""
        return self.works.ids[self.places]

    @property
    def total(self) -> int:
        """Their number; of very many the index names some alone."""
        return max(len(self.rows), self.works.person.movies) if self._is_cut else len(self.rows)

    @property
    def notes(self) -> list[str]:
        """Sentences about what the answer can't tell."""
        applies = {
            SAME_NAME: True,
            _SPELLINGS: len(self.works.person.spellings) > 1,
            _MANY: self._is_cut,
            _PARTLY: len(self.works.ids) > MOST_READ,
        }
        return [note for note, is_true in applies.items() if is_true]

    @property
    def _is_cut(self) -> bool:
        return self.works.person.movies > len(self.works.ids)

    def numbers(self, name: str) -> Floats:
        """One merged number of each movie, NaN where unknown: ``vote_average``, ``vote_count`` or ``popularity``."""
        ascending = np.argsort(self.rows)
        result = np.empty(len(self.rows))
        result[ascending] = self.merged.at(name, self.rows[ascending])
        return result

    def ordered(self, order: OrderBy, direction: Direction | None = None) -> Integers:
        """Returns the movies' positions here in an order: usually newest, largest or A first; unknown values last."""
        if order is OrderBy.RELEASE_DATE:
            released = self.movies.released[self.rows].astype(np.float64)
            values = np.where(released == 0, np.nan, released)
        elif order is OrderBy.TITLE:
            values = self.movies.place[self.rows].astype(np.float64)
        else:
            values = self.numbers("vote_average" if order is OrderBy.RATING else "popularity")
        usual = Direction.ASCENDING if order is OrderBy.TITLE else Direction.DESCENDING
        turned = values if (direction or usual) is Direction.ASCENDING else -values
        # The last key counts most; NaN sorts last.
        return np.lexsort((self.ids, -self.numbers("popularity"), turned))

    def describe(self, chosen: Iterable[int]) -> list[dict[str, Any]]:
        """Describes the movies at some positions."""
        return [self._describe(int(self.rows[each]), int(self.places[each])) for each in chosen]

    def _describe(self, row: int, place: int) -> dict[str, Any]:
        facts = self.movies.facts(row)
        day: str | None = facts.get("release_date")
        return {
            "movie_id": self.movies.ids[row],
            "title": facts.get("title"),
            "year": int(day[:4]) if day else None,
            "release_date": day,
            "roles": self._roles(self.works.credits(place)),
            "genres": list(facts["genres"]),
            **self.merged.of(row, facts),
        }

    def _roles(self, credited: tuple[Sequence[str], Sequence[str]]) -> list[str]:
        own = fold_name(self.works.person.name)
        return [role for role, names in zip(ROLES, credited, strict=True) if own in map(fold_name, names)]

    def mean_rating(self) -> dict[str, Any]:
        """The mean of the ratings, each weighted by its votes; movies without votes don't count."""
        ratings, votes = self.numbers("vote_average"), self.numbers("vote_count")
        rated = ~np.isnan(ratings) & (votes > 0)
        total = int(votes[rated].sum())
        mean = fsum((ratings[rated] * votes[rated]).tolist()) / total if total else None
        return {"value": mean, "movies": int(rated.sum()), "votes": total, "weighted_by": "votes"}

    def mean_sentiment(self) -> dict[str, Any]:
        """The mean of all scored reviews in the movies' lifetime totals, so that each review counts once."""
        movies, rows = self.movies, self.rows
        scored = movies.scored[rows]
        total = int(scored.sum())
        # Rounding the sum may overshoot the bound by one ulp.
        mean = max(-1.0, min(1.0, fsum(movies.score_sum[rows].tolist()) / total)) if total else None
        return {"value": mean, "movies": int((scored > 0).sum()), "reviews": total, "weighted_by": "reviews"}
