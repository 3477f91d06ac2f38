"""Keeps the index over the movies of the catalogue, and asks it.

The index is made from the documents, not from the catalogue, which holds no people and no overviews. Its name says of
which texts it is; so the processes of a host agree whether there is a newer one to open or to make. While it is made,
the former one answers: movies that are new or renamed are found a little later.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from merger.catalogue.catalogue import Catalogue
from merger.catalogue.text_source import TextSource
from merger.deadline import seconds_left
from merger.errors import StoreError, StoreUnavailable
from merger.host.copies import HeldFolder, HostCopies
from search.building import build
from search.reading import SearchIndex
from search.texts import MovieTexts, have_one_form

_log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 10.0
"""Seconds for which a reader waits for the first index, within the request's deadline."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Opened:
    """An index that answers.

    Args:
        name: of the texts that it is made from.
        folder: where it lies; ``None``: in memory.
    """

    name: str
    index: SearchIndex
    folder: HeldFolder | None


class Finder:
    """Finds movies and people by words.

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
        self._wanted: tuple[Catalogue, TextSource] | None = None

    @property
    def name(self) -> str:
        """Of which texts the present index is; empty before the first one."""
        return "" if self._opened is None else self._opened.name

    def ask(self, lookup: Callable[[SearchIndex], T], wait: float = FIRST_WAIT_SECONDS) -> tuple[str, T]:
        """Asks the index; returns the name of its texts, too.

        Args:
            lookup: what is asked.
            wait: seconds to wait for the first index, within the request's deadline.

        Raises:
            StoreUnavailable: there is no index yet.
        """
        if self._former is None:
            self._is_open.wait(seconds_left(wait))
        opened = self._opened or self._former
        if opened is None:
            raise StoreUnavailable("the index of the search is still being built")
        return opened.name, lookup(opened.index)

    def keep(self, catalogue: Catalogue, source: TextSource) -> None:
        """Opens the index over the texts of a catalogue; makes it if there is none. Takes as long as that takes.

        Errors are logged, and the former index stays. While another thread is at it, this returns at once, and that
        thread goes on with the newest catalogue.

        Args:
            catalogue: the newest one.
            source: of its texts.
        """
        self._wanted = catalogue, source
        self.keep_again()

    def keep_again(self) -> None:
        """Makes the index again if its folder was lost or could not be written; a thread of its own calls it often."""
        kept = None
        while (wanted := self._wanted) and wanted is not kept and self._one_keeper.acquire(blocking=False):
            try:
                kept = wanted
                self._open_logged(*wanted)
            finally:
                self._one_keeper.release()

    def _open_logged(self, catalogue: Catalogue, source: TextSource) -> None:
        name = catalogue.text_name
        if self.name == name and not self._is_lost():
            return
        try:
            self._open(name, catalogue, source)
            self._is_failing = False
        except (OSError, StoreError) as error:
            if not self._is_failing:
                _log.warning("the index of the search can't be made, so the former one answers: %s", error)
            self._is_failing = True

    def _is_lost(self) -> bool:
        return self._opened is not None and self._opened.folder is not None and self._opened.folder.is_lost()

    def _open(self, name: str, catalogue: Catalogue, source: TextSource) -> None:
        if self._copies is None:
            self._switch(_Opened(name, SearchIndex(*build(None, *_contents(catalogue, source))), None))
            return
        if self._opened is None:
            self._former = _open_former(self._copies, name)
        folder = self._copies.find_or_make(name, lambda path: _write(path, catalogue, source))
        try:
            index = SearchIndex.open(folder.path)
        except OSError:
            folder.remove()  # it is damaged, and will be made again
            raise
        self._switch(_Opened(name, index, folder))
        self._copies.tidy()

    def _switch(self, opened: _Opened) -> None:
        former, self._opened = self._opened, opened
        self._former = None
        self._is_open.set()
        if former is not None and former.folder is not None:
            # Answers that still use the former one have its files mapped, which outlive their removal.
            former.folder.release()


def _open_former(copies: HostCopies, name: str) -> _Opened | None:
    """Opens the index that was made last, if this release can ask it; another one may run beside."""
    former = copies.find_current()
    if former is None or former.path.name == name or not have_one_form(former.path.name, name):
        return None
    with suppress(OSError):  # a damaged one is left alone
        return _Opened(former.path.name, SearchIndex.open(former.path), former)
    return None


def _write(path: Path, catalogue: Catalogue, source: TextSource) -> None:
    build(path, *_contents(catalogue, source))


def _contents(catalogue: Catalogue, source: TextSource) -> tuple[Iterator[MovieTexts], Iterable[str]]:
    return _texts(catalogue, source), source.actors()


def _texts(catalogue: Catalogue, source: TextSource) -> Iterator[MovieTexts]:
    """The texts of each movie of the catalogue, from the document that the catalogue took it from.

    Of a movie whose document was changed meanwhile, the last one read: the catalogue will be loaded again.
    """
    movies = catalogue.movies
    is_done = np.zeros(len(movies), np.bool_)
    others: dict[int, MovieTexts] = {}
    for movie_id, data in source.movies():
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
