"""What of the cache changes in the data outdate, collected until it is raised (C6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from merger.cache.generations import ALL_GENERATION, BATCH_GENERATION, CHANGED_MOVIES, of_changed_movie, of_changed_type
from merger.invalidation.schedule import BATCH_AGAIN, SPEED_AGAIN, InvalidationSchedule
from merger.speed.change_log import MAX_MOVIES


class PendingInvalidations:
    """Generations to be raised, now and again.

    Args:
        types: the speed layer's data types.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(self, types: tuple[str, ...], monotonic: Callable[[], float]) -> None:
        self._types = types
        self._monotonic = monotonic
        self._due = InvalidationSchedule()
        self._movies: set[int] = set()

    def everything(self) -> None:
        """Nobody knows what changed."""
        self._due.touch(ALL_GENERATION, self._monotonic())

    def by_batch(self) -> None:
        """The batch layer was written to, and may still be."""
        self._due.touch(BATCH_GENERATION, self._monotonic(), BATCH_AGAIN)

    def by_age_of_batch(self) -> None:
        """Answers say something else of the batch layer's age."""
        self._due.touch(BATCH_GENERATION, self._monotonic())

    def by_type(self, data_type: str) -> None:
        """Documents of a speed data type were written."""
        self._due.touch(of_changed_type(data_type), self._monotonic(), SPEED_AGAIN)

    def by_movies(self, movies: Iterable[int]) -> None:
        """Documents of these movies were written to the speed layer."""
        self._movies.update(movies)

    def by_standing(self, data_type: str) -> None:
        """Answers about every movie say something else of the hours or the lag of a data type."""
        self.by_type(data_type)
        self._due.touch(CHANGED_MOVIES, self._monotonic(), SPEED_AGAIN)

    def by_any_movie(self) -> None:
        """Too many movies changed to name them, or nobody knows which."""
        self._due.touch(CHANGED_MOVIES, self._monotonic())
        for data_type in self._types:
            self.by_type(data_type)

    def knows_of(self, name: str, seconds: float) -> bool:
        """Whether this generation's data changed in the last seconds, as far as was told."""
        return self._due.was_touched(name, self._monotonic() - seconds)

    def names(self) -> frozenset[str]:
        """Generations to be raised now."""
        if len(self._movies) > MAX_MOVIES:
            self._movies.clear()
            self.by_any_movie()
        return frozenset((*self._due.names(self._monotonic()), *map(of_changed_movie, self._movies)))

    def raised(self, names: frozenset[str]) -> None:
        """Tells that these were raised; ``names`` gave them just now."""
        self._due.raised(names, self._monotonic())
        self._movies.clear()

    @property
    def is_behind(self) -> bool:
        """Whether something waits for its turn."""
        return bool(self._movies) or self._due.is_behind(self._monotonic())

    def clear(self) -> None:
        """Nothing is to be raised any more."""
        self._due.clear()
        self._movies.clear()
