"""What changed in the speed layer, for those who keep answers that were made from it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MOST_MOVIES = 2_000
"""Of more changed movies than these it is only told that there are many."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since somebody last asked.

    Args:
        movies: by data type, the movies whose buckets changed; ``None``: too many to name. A type without a change is
            not in it.
    """

    movies: Mapping[str, frozenset[int] | None] = field(default_factory=dict)

    @property
    def types(self) -> frozenset[str]:
        """Data types in which anything changed."""
        return frozenset(self.movies)


class ChangeLog:
    """Collects changes from any thread."""

    def __init__(self) -> None:
        self._movies: dict[str, set[int] | None] = {}
        self._lock = threading.Lock()

    def note(self, data_type: str, movies: Iterable[int]) -> None:
        """Movies whose buckets of a type changed, possibly none."""
        changed = set(movies)
        if not changed:
            return
        with self._lock:
            known = self._movies.setdefault(data_type, set())
            if known is not None:
                known |= changed
                if len(known) > MOST_MOVIES:
                    self._movies[data_type] = None

    def taken(self) -> Changes:
        """Everything noted since the last call."""
        with self._lock:
            found, self._movies = self._movies, {}
        return Changes({key: None if movies is None else frozenset(movies) for key, movies in found.items()})
