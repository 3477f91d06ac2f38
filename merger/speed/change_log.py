"""Log of changes in the speed layer, from which the watcher invalidates answers."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MAX_MOVIES = 2_000
"""Above this number, changed movies are no longer named."""


ChangedMovies = Mapping[str, frozenset[int] | None]
"""Movies with changed buckets by data type; ``None``: too many to name. Types without changes are missing."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes since the log was last emptied.

    Args:
        movies: those with changed buckets.
        missed: those of them whose changes had no new ``synced_at`` and were found by rereading. Other processes find
            them at other times.
        starts: types whose hours were dropped and are read from the beginning; what changed before is not known.
    """

    movies: ChangedMovies = field(default_factory=dict)
    missed: ChangedMovies = field(default_factory=dict)
    starts: frozenset[str] = frozenset()


class ChangeLog:
    """Collects changes from any thread."""

    def __init__(self) -> None:
        self._movies: dict[str, set[int] | None] = {}
        self._missed: dict[str, set[int] | None] = {}
        self._starts: set[str] = set()
        self._lock = threading.Lock()

    def note(self, data_type: str, movies: Iterable[int], missed: Iterable[int] = ()) -> None:
        """Adds movies whose buckets of a type changed, and those of them that only rereading found."""
        with self._lock:
            _add(self._movies, data_type, set(movies))
            _add(self._missed, data_type, set(missed))

    def note_any(self, data_type: str) -> None:
        """Notes that buckets of a type changed, of movies that can't be named."""
        with self._lock:
            self._movies[data_type] = None

    def note_start(self, data_type: str) -> None:
        """Notes that the hours of a type were dropped, and are read from the beginning."""
        with self._lock:
            self._starts.add(data_type)

    def take(self) -> Changes:
        """Empties the log and returns what was in it."""
        with self._lock:
            movies, self._movies = self._movies, {}
            missed, self._missed = self._missed, {}
            starts, self._starts = self._starts, set()
        return Changes(_freeze(movies), _freeze(missed), frozenset(starts))


def _add(noted: dict[str, set[int] | None], data_type: str, movies: set[int]) -> None:
    if not movies:
        return
    known = noted.setdefault(data_type, set())
    if known is not None:
        known |= movies
        if len(known) > MAX_MOVIES:
            noted[data_type] = None


def _freeze(noted: Mapping[str, set[int] | None]) -> ChangedMovies:
    return {key: None if movies is None else frozenset(movies) for key, movies in noted.items()}
