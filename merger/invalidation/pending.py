"""Pending cache invalidations: generations that changes of the data make due, until they are bumped.

Requirement C6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from merger.cache.generations import ALL_GENERATION, BATCH_GENERATION, CHANGED_MOVIES, of_changed_movie, of_changed_type
from merger.invalidation.schedule import BATCH_REPEATS, SPEED_REPEATS, InvalidationSchedule
from merger.speed.change_log import MAX_MOVIES


@dataclass(slots=True)
class PendingInvalidations:
    """Generations to bump, now and at later repeats.

    Args:
        types: the speed layer's data types.
        monotonic: seconds of a monotonic clock.
    """

    types: tuple[str, ...]
    monotonic: Callable[[], float]
    _schedule: InvalidationSchedule = field(default_factory=InvalidationSchedule, init=False)
    _movies: set[int] = field(default_factory=set, init=False)

    def add_all(self) -> None:
        """Adds every answer: it is unknown what changed."""
        self._schedule.touch(ALL_GENERATION, self.monotonic())

    def add_batch(self) -> None:
        """Adds the answers from the batch layer: it was written to, and perhaps still is."""
        self._schedule.touch(BATCH_GENERATION, self.monotonic(), BATCH_REPEATS)

    def add_batch_age(self) -> None:
        """Adds the answers from the batch layer, which report its age: it became stale, or no longer is."""
        self._schedule.touch(BATCH_GENERATION, self.monotonic())

    def add_type(self, data_type: str) -> None:
        """Adds the answers about all movies: documents of a speed data type were written."""
        self._schedule.touch(of_changed_type(data_type), self.monotonic(), SPEED_REPEATS)

    def add_movies(self, movies: Iterable[int]) -> None:
        """Adds the answers about these movies: their documents in the speed layer were written."""
        self._movies.update(movies)

    def add_status(self, data_type: str) -> None:
        """Adds the answers about every movie, which report the hours and the lag of a data type: either changed."""
        self.add_type(data_type)
        self._schedule.touch(CHANGED_MOVIES, self.monotonic(), SPEED_REPEATS)

    def add_any_movie(self) -> None:
        """Adds the answers about every movie: too many changed to name them, or it is unknown which did."""
        self._schedule.touch(CHANGED_MOVIES, self.monotonic())
        for data_type in self.types:
            self.add_type(data_type)

    def has_recent(self, name: str, seconds: float) -> bool:
        """Whether this generation was added in the last seconds."""
        return self._schedule.was_touched(name, self.monotonic() - seconds)

    def due_names(self) -> frozenset[str]:
        """Generations to bump now."""
        if len(self._movies) > MAX_MOVIES:
            self._movies.clear()
            self.add_any_movie()
        return frozenset((*self._schedule.due_names(self.monotonic()), *map(of_changed_movie, self._movies)))

    def mark_bumped(self, names: frozenset[str]) -> None:
        """Notes that these were bumped; ``due_names`` returned them just now."""
        self._schedule.mark_bumped(names, self.monotonic())
        self._movies.clear()

    @property
    def is_behind(self) -> bool:
        """Whether anything that is due has not been bumped."""
        return bool(self._movies) or self._schedule.is_behind(self.monotonic())

    def clear(self) -> None:
        """Forgets everything."""
        self._schedule.clear()
        self._movies.clear()
