"""Keeps the index over the movies of the catalogue, and finds movies in it.

The index is made from the documents, not from the catalogue, which holds no people and no overviews. Its name says of
which texts it is; so the processes of a host agree whether there is a newer one to open or to make. While it is made,
the former one answers: movies that are new or renamed are found a little later.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from merger.catalogue.catalogue import Catalogue
from merger.catalogue.loader import MovieDocuments
from merger.deadline import seconds_left
from merger.errors import StoreError, StoreUnavailable
from merger.host.copies import HeldFolder, HostCopies
from search.building import build
from search.reading import Found, SearchIndex
from search.texts import MovieTexts

_log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 10.0
"""Seconds for which a reader waits for the first index, within the request's deadline."""

FORMER_AFTER_SECONDS = 1.0
"""The same where an index of former texts is at hand, which answers after that."""


class Index(Protocol):
    """What an index must be able to do; an external engine would do it too."""

    def find(self, text: str, /) -> Found:
        """Finds movies by the words of a question, best first."""
        ...


@dataclass(frozen=True, slots=True)
class _Opened:
    """An index that answers.

    Args:
        name: of the texts that it is made from.
        folder: where it lies; ``None``: in memory.
    """

    name: str
    index: Index
    folder: HeldFolder | None


class Finder:
    """Finds movies by words.

    Args:
        copies: where the indexes of this host lie; ``None``: this process has its own, in memory.
    """

    def __init__(self, copies: HostCopies | None) -> None:
        self._copies = copies
        self._opened: _Opened | None = None
        self._former: _Opened | None = None
        self._is_open = threading.Event()
        self._one_keeper = threading.Lock()
        self._is_failing = False
        self._wanted: tuple[Catalogue, MovieDocuments] | None = None

    @property
    def name(self) -> str:
        """Of which texts the present index is; empty before the first one."""
        return "" if self._opened is None else self._opened.name

    def find(self, text: str, wait: float = FIRST_WAIT_SECONDS) -> tuple[str, Found]:
        """Finds movies by words; returns the name of the texts in which, too.

        Args:
            text: a question as typed.
            wait: seconds to wait for the first index, within the request's deadline.

        Raises:
            StoreUnavailable: there is no index yet.
        """
        former = self._former
        self._is_open.wait(seconds_left(wait if former is None else min(wait, FORMER_AFTER_SECONDS)))
        opened = self._opened or former
        if opened is None:
            raise StoreUnavailable("the index of the search is still being built")
        return opened.name, opened.index.find(text)

    def keep(self, catalogue: Catalogue, documents: MovieDocuments) -> None:
        """Opens the index over the texts of a catalogue; makes it if there is none. Takes as long as that takes.

        Errors are logged, and the former index stays.

        Args:
            catalogue: the newest one.
            documents: what it is made from.
        """
        self._wanted = catalogue, documents
        name = catalogue.movies.text_name
        with self._one_keeper:
            if self.name == name and not self._is_lost():
                return
            try:
                self._open(name, catalogue, documents)
                self._is_failing = False
            except (OSError, StoreError) as error:
                if not self._is_failing:
                    _log.warning("the index of the search can't be made, so the former one answers: %s", error)
                self._is_failing = True

    def keep_again(self) -> None:
        """Makes the index again if its folder was lost or could not be written; a thread of its own calls it often."""
        if self._wanted is not None:
            self.keep(*self._wanted)

    def _is_lost(self) -> bool:
        return self._opened is not None and self._opened.folder is not None and self._opened.folder.is_lost()

    def _open(self, name: str, catalogue: Catalogue, documents: MovieDocuments) -> None:
        if self._copies is None:
            self._switch(_Opened(name, SearchIndex(build(None, _texts(catalogue, documents))), None))
            return
        if self._opened is None:
            former = self._copies.find_current()
            if former is not None and former.path.name != name:
                self._former = _Opened(former.path.name, SearchIndex.open(former.path), former)
        folder = self._copies.find_or_make(name, lambda path: _write(path, catalogue, documents))
        self._switch(_Opened(name, SearchIndex.open(folder.path), folder))
        self._copies.tidy()

    def _switch(self, opened: _Opened) -> None:
        former, self._opened = self._opened, opened
        self._former = None
        self._is_open.set()
        if former is not None and former.folder is not None:
            # Answers that still use the former one have its files mapped, which outlive their removal.
            former.folder.release()


def _write(path: Path, catalogue: Catalogue, documents: MovieDocuments) -> None:
    build(path, _texts(catalogue, documents))


def _texts(catalogue: Catalogue, documents: MovieDocuments) -> Iterator[MovieTexts]:
    """The texts of each movie of the catalogue, from the document that the catalogue took it from.

    Of a movie whose document was changed meanwhile, the last one read: the catalogue will be loaded again.
    """
    movies = catalogue.movies
    is_done = np.zeros(len(movies), np.bool_)
    others: dict[int, MovieTexts] = {}
    for movie_id, data in documents():
        row = movies.row(movie_id)
        if row is None or is_done[row]:
            continue
        texts = MovieTexts.of(movie_id, data)
        if texts.mark() == movies.text_marks[row]:
            is_done[row] = True
            others.pop(movie_id, None)
            yield texts
        else:
            others[movie_id] = texts
    yield from others.values()
