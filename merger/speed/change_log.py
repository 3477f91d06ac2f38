"""What changed in the speed layer, for those who keep answers that were made from it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MAX_MOVIES = 2_000
"""Of more changed movies than these it is only told that there are many."""


ChangedMovies = Mapping[str, frozenset[int] | None]
"""By data type, the movies whose buckets changed; ``None``: too many to name. A type without a change is not in it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since somebody last asked.

    Args:
        movies: whose buckets changed.
        missed: those of them of which no look at new stamps could tell, so that other processes found them at other
            times, or have yet to find them.
    """

    movies: ChangedMovies = field(default_factory=dict)
    missed: ChangedMovies = field(default_factory=dict)

    @property
    def types(self) -> frozenset[str]:
        """Data types in which anything changed."""
        return frozenset(self.movies)


class ChangeLog:
    """Collects changes from any thread."""

    def __init__(self) -> None:
        self._movies: dict[str, set[int] | None] = {}
        self._missed: dict[str, set[int] | None] = {}
        self._lock = threading.Lock()

    def note(self, data_type: str, movies: Iterable[int], missed: Iterable[int] = ()) -> None:
        """Movies whose buckets of a type changed, possibly none; and those of them that looks missed."""
        with self._lock:
            _add(self._movies, data_type, set(movies))
            _add(self._missed, data_type, set(missed))

    def take(self) -> Changes:
        """Everything noted since the last call."""
        with self._lock:
            found, self._movies = self._movies, {}
            missed, self._missed = self._missed, {}
        return Changes(_frozen(found), _frozen(missed))


def _add(noted: dict[str, set[int] | None], data_type: str, movies: set[int]) -> None:
    if not movies:
        return
    known = noted.setdefault(data_type, set())
    if known is not None:
        known |= movies
        if len(known) > MAX_MOVIES:
            noted[data_type] = None


def _frozen(noted: Mapping[str, set[int] | None]) -> ChangedMovies:
    return {key: None if movies is None else frozenset(movies) for key, movies in noted.items()}
