"""The persons of all movies as columns: cast, directors, and actors of whom the batch layer holds a network. Pure.

A person is a name: two people of one name can't be told apart, and are one row here. Names are compared folded.
"""

from __future__ import annotations

import difflib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from merger.core.columns import Flags, Integers, Small, Texts, put
from merger.core.person_names import fold_name

MOST_HITS = 2_000
"""Most persons that one search looks at."""


_MOST_COMPARED, _LETTERS_ALIKE = 500, 3
"""Similar names are looked for among so many whose word begins with so many of the same letters."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """All persons, one row each, ordered by folded name, and who is in which movie.

    Args:
        keys: folded names, each between a blank and a line feed.
        names: the most frequent spelling of each.
        others: the other spellings, of those persons that have some.
        films: number of movies of each.
        members: persons of all movies, one movie after the other: the cast in order, then the directors.
        starts: where each movie's persons start in ``members``, and where the last ones end.
        directed: where each movie's directors start.
    """

    keys: Texts
    names: Texts
    others: Mapping[int, tuple[str, ...]]
    films: Small
    members: Small
    starts: Integers
    directed: Integers

    def person(self, name: str) -> int | None:
        """Returns the row of a name, however it is typed; ``None`` if it is unknown."""
        first, after = self.keys.equal_to(_as_key(fold_name(name)))
        return first if first < after else None

    def spellings(self, name: str) -> tuple[str, ...]:
        """Returns every spelling of a name, the usual one first; empty for an unknown name."""
        row = self.person(name)
        return () if row is None else (self.names[row], *self.others.get(row, ()))

    def movies_of(self, person: int) -> tuple[Integers, Flags, Flags]:
        """Returns the rows of a person's movies, and in which of them they act and direct."""
        places = np.flatnonzero(self.members == person)
        rows = np.searchsorted(self.starts, places, side="right") - 1
        directs = places >= self.directed[rows]
        movies: Integers = np.unique(rows)
        return movies, np.isin(movies, rows[~directs]), np.isin(movies, rows[directs])

    def members_of(self, movie: int) -> Small:
        """Returns the persons of a movie, by its row: each once."""
        return np.unique(self.members[self.starts[movie] : self.starts[movie + 1]])

    def matching(self, text: str) -> list[int]:
        """Returns the persons of whose names every word of a text begins a word: the whole name first, then by movies.

        Of the names that have the text's longest word, only the first ``MOST_HITS`` are looked at.
        """
        words = fold_name(text).split()
        if not words:
            return []
        found = []
        for row in self._containing(max(words, key=len), MOST_HITS):
            key = self.keys[row]
            if all(f" {word}" in key for word in words):
                found.append(row)
        whole = _as_key(" ".join(words))
        return sorted(found, key=lambda row: (self.keys[row] != whole, -int(self.films[row]), row))

    def near(self, name: str, most: int = 3) -> list[str]:
        """Returns the most similar names, best first."""
        folded = fold_name(name)[:80]
        alike = {row for word in folded.split() for row in self._containing(word[:_LETTERS_ALIKE], _MOST_COMPARED)}
        by_key = {self.keys[row].strip(): row for row in alike}
        return [self.names[by_key[key]] for key in difflib.get_close_matches(folded, by_key, n=most, cutoff=0.6)]

    def _containing(self, beginning: str, most: int) -> Iterator[int]:
        return self.keys.containing(f" {beginning}", most)


class PeopleBuilder:
    """Collects the persons of movies, by the movie's row, and the names of actors."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._cast: list[bytes] = []
        self._directors: list[bytes] = []

    def put(self, row: int, cast: Iterable[str], directors: Iterable[str]) -> None:
        """Writes the persons of a movie, in place of those known before."""
        put(self._cast, row, self._packed(cast))
        put(self._directors, row, self._packed(directors))

    def add_name(self, name: str) -> None:
        """Adds a person without a movie."""
        self._number(name)

    def finish(self, order: Iterable[int] = ()) -> People:
        """Returns the columns.

        Args:
            order: the movies' rows in the order of the finished ones.
        """
        uses: Counter[int] = Counter()
        members, starts, directed = array("i"), array("q", [0]), array("q")
        for row in order:
            members.frombytes(self._cast[row])
            directed.append(len(members))
            members.frombytes(self._directors[row])
            uses.update(members[starts[-1] :])
            starts.append(len(members))
        by_key: dict[str, list[str]] = {}
        for name in self._numbers:
            by_key.setdefault(fold_name(name), []).append(name)
        names, others = [], {}
        place_of = np.zeros(max(len(self._numbers), 1), np.int32)
        keys = sorted(by_key)
        for place, key in enumerate(keys):
            spellings = sorted(by_key[key], key=lambda name: (-uses[self._numbers[name]], name))
            names.append(spellings[0])
            if len(spellings) > 1:
                others[place] = tuple(spellings[1:])
            place_of[[self._numbers[name] for name in spellings]] = place
        persons = place_of[np.asarray(members, np.int32)]
        begins = np.asarray(starts, np.int64)
        return People(
            keys=Texts(map(_as_key, keys)),
            names=Texts(names),
            others=others,
            films=_count_films(persons, begins, len(keys)),
            members=persons,
            starts=begins,
            directed=np.asarray(directed, np.int64),
        )

    def _packed(self, names: Iterable[str]) -> bytes:
        return array("i", dict.fromkeys(map(self._number, names))).tobytes()

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))


def _count_films(persons: Small, starts: Integers, number: int) -> Small:
    """How many movies each person is in; a director who also acts has one."""
    movies = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    pairs = np.unique(np.stack([movies, persons.astype(np.int64)]), axis=1) if len(persons) else np.empty((2, 0), int)
    return np.bincount(pairs[1], minlength=number).astype(np.int32)


def _as_key(folded: str) -> str:
    return f" {folded}\n"


NO_PEOPLE = PeopleBuilder().finish()
