"""Which movies have which traits, as arrays that all processes map from disk.

A trait is a number: its place among all traits that two movies or more have. Lists of a movie's traits go one way,
lists of a trait's movies the other way. Names of traits stand in the index alone.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from search.language.names import fold_name
from search.texts import MovieTexts
from search.traits import Traits

Integers = NDArray[np.signedinteger[Any] | np.unsignedinteger[Any]]

YEARS: Final = 10_000
_FIELD_BITS, _CHUNK = 62, 1_000_000
_NO_KEY: Final = 0


class Field(IntEnum):
    """What a trait is."""

    GENRE = 0
    WHO = 1
    DIRECTOR = 2
    OVERVIEW = 3


@dataclass(frozen=True, slots=True, eq=False)
class TraitTable:
    """The traits of movies by row, in the order of their ids.

    Args:
        ids: of the movies, ascending; ``years`` (0: unknown) and ``levels`` of their votes likewise.
        starts: where each movie's traits begin in ``numbers``; ``own_ends`` where those end that it is like others by,
            ``ends`` where all end: there follow the people whom others are found by, too.
        numbers: the traits of each movie, in the order of ``names_of``; ``none`` for those that no other movie has.
        firsts: where each trait's movies begin in ``rows``, those of ``none`` last, and where these end: it has none.
        rows: the movies that have each trait.
        bounds: the first trait of each field.
    """

    ids: NDArray[np.int64]
    years: NDArray[np.uint16]
    levels: NDArray[np.float32]
    starts: NDArray[np.int64]
    own_ends: NDArray[np.int64]
    ends: NDArray[np.int64]
    numbers: NDArray[np.uint32]
    firsts: NDArray[np.int64]
    rows: NDArray[np.uint32]
    bounds: NDArray[np.int64]

    @classmethod
    def open(cls, folder: Path) -> TraitTable:
        """Maps the files in a folder.

        Raises:
            OSError: there are none, or none that can be read.
        """
        try:
            return cls(**{each.name: np.asarray(np.load(_path(folder, each.name), "r")) for each in fields(cls)})
        except (ValueError, EOFError) as error:
            raise OSError(f"the traits in {folder} can't be read: {error}") from error

    def save(self, folder: Path) -> None:
        """Writes the files into a folder. Raises ``OSError`` if it can't."""
        for each in fields(self):
            np.save(_path(folder, each.name), getattr(self, each.name))

    @property
    def none(self) -> int:
        """The number of what is no trait of two movies."""
        return len(self.firsts) - 2

    def rows_of(self, movie_ids: Sequence[int]) -> Integers:
        """The rows of those movies that are known, ascending."""
        wanted = np.array(sorted(set(movie_ids)), np.int64)
        rows = np.searchsorted(self.ids, wanted)
        rows = rows[rows < len(self.ids)]
        known: Integers = rows[self.ids[rows] == wanted[: len(rows)]]
        return known

    def movies_with(self, number: int) -> NDArray[np.uint32]:
        """The rows of the movies that have a trait."""
        return self.rows[self.firsts[number] : self.firsts[number + 1]]

    def frequencies(self, numbers: Integers) -> NDArray[np.int64]:
        """How many movies have each trait."""
        return self.firsts[numbers + 1] - self.firsts[numbers]

    def fields_of(self, numbers: Integers) -> Integers:
        """What each trait is, as numbers of ``Field``."""
        found: Integers = np.searchsorted(self.bounds, numbers, "right") - 1
        return found

    def numbers_of(self, row: int, *, own: bool) -> NDArray[np.uint32]:
        """The traits of the movie in a row: all, or those alone that it is like others by."""
        return self.numbers[self.starts[row] : (self.own_ends if own else self.ends)[row]]


class TraitTableMaker:
    """Makes the table of the movies that are added, each once."""

    def __init__(self) -> None:
        self._ids, self._years, self._levels = array("q"), array("H"), array("f")
        self._own_ends, self._ends, self._keys = array("q"), array("q"), array("Q")

    def add(self, texts: MovieTexts, traits: Traits) -> None:
        """Adds a movie."""
        self._ids.append(texts.movie_id)
        self._years.append(texts.year if 0 < texts.year < YEARS else 0)
        self._levels.append(texts.level)
        seen: set[int] = {_NO_KEY}
        for groups, ends in ((_own(traits), self._own_ends), (_more(traits), self._ends)):
            for field, names in groups:
                for name in names:
                    key = _key(field, name)
                    self._keys.append(_NO_KEY if key in seen else key)
                    seen.add(key)
            ends.append(len(self._keys))

    def finish(self) -> TraitTable:
        """Returns the table. It takes some 20 bytes of memory for each trait of each movie."""
        ids, ends = np.frombuffer(self._ids, np.int64), np.frombuffer(self._ends, np.int64)
        order = np.argsort(ids)
        numbers, traits = _numbered(np.frombuffer(self._keys, np.uint64))
        self._keys = array("Q")
        firsts, rows = _turned(numbers, ends, order, len(traits))
        return TraitTable(
            ids=ids[order],
            years=np.frombuffer(self._years, np.uint16)[order],
            levels=np.frombuffer(self._levels, np.float32)[order],
            starts=np.concatenate([[0], ends[:-1]])[order],
            own_ends=np.frombuffer(self._own_ends, np.int64)[order],
            ends=ends[order],
            numbers=numbers,
            firsts=firsts,
            rows=rows,
            bounds=np.searchsorted(traits, np.array([each << _FIELD_BITS for each in Field], np.uint64)),
        )


def names_of(traits: Traits) -> list[str]:
    """The names of a movie's traits as stored, in the order of their numbers."""
    return [name for _, names in (*_own(traits), *_more(traits)) for name in names]


def _own(traits: Traits) -> tuple[tuple[Field, Sequence[str]], ...]:
    return (
        (Field.GENRE, traits.genres),
        (Field.WHO, traits.leads),
        (Field.DIRECTOR, traits.directors),
        (Field.OVERVIEW, traits.words),
    )


def _more(traits: Traits) -> tuple[tuple[Field, Sequence[str]], ...]:
    return (Field.WHO, traits.directors), (Field.WHO, traits.others)


def _key(field: Field, name: str) -> int:
    """A number for a trait, of 62 bits below those of its field; names of people in one spelling."""
    term = fold_name(name) if field is Field.WHO else name.casefold() if field is Field.GENRE else name
    if not term:
        return _NO_KEY
    digest = hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest()
    return field << _FIELD_BITS | int.from_bytes(digest, "little") >> 2 or 1


def _numbered(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """The number of each key among those that come more than once, and these."""
    ordered = np.sort(keys)
    is_first = np.ones(len(keys), np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    is_last = np.append(is_first[1:], True)[: len(keys)]
    traits = ordered[is_first & ~is_last]
    del ordered
    traits = traits[traits != _NO_KEY]
    numbers = np.full(len(keys), len(traits), np.uint32)
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        found = np.searchsorted(traits, part)
        known = np.flatnonzero(found < len(traits))
        known = known[traits[found[known]] == part[known]]
        numbers[start + known] = found[known]
    return numbers, traits


def _turned(
    numbers: NDArray[np.uint32], ends: NDArray[np.int64], order: Integers, traits: int
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """The movies of each trait: where they begin, and their rows."""
    row_of = np.empty(len(order), np.uint32)
    row_of[order] = np.arange(len(order), dtype=np.uint32)
    known = numbers < traits
    pairs = numbers[known].astype(np.uint64)
    pairs <<= np.uint64(32)
    pairs |= np.repeat(row_of, np.diff(ends, prepend=0))[known]
    pairs.sort()
    firsts = np.searchsorted(pairs, np.arange(traits + 2, dtype=np.uint64) << np.uint64(32))
    return firsts, pairs.astype(np.uint32)


def _path(folder: Path, name: str) -> Path:
    return folder / f"traits.{name}.npy"
