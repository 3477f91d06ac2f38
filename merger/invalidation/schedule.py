"""Schedule of invalidations: at once, not too often, and again when older copies are gone. Pure.

An answer is computed from copies of the layers' state and of the shared hours that are up to two seconds old. One that
is computed just after a generation was bumped may hence lack the change. It keeps for a moment only, as far as the
clocks of the hosts agree; the generation is bumped once more for those that don't. A batch run bumps several times: it
may still be writing long after its first document is seen.
"""

from __future__ import annotations

from collections.abc import Iterable

GAP_SECONDS = 2.0
"""Least seconds between two bumps of a generation while changes pour in."""


SPEED_REPEATS = (2.5,)


BATCH_REPEATS = (5.0, 15.0, 60.0, 300.0)
"""Seconds after the last change of a speed data type, and of the batch layer, at which it is bumped again."""


class InvalidationSchedule:
    """Names of generations and when each is due; seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._due: dict[str, dict[float, float]] = {}
        self._touched: dict[str, float] = {}
        self._bumped: dict[str, float] = {}

    def touch(self, name: str, at: float, repeats: Iterable[float] = ()) -> None:
        """Notes a change: the generation is due now, and again at each of the repeats, in seconds after the last
        touch."""
        due = self._due.setdefault(name, {})
        due.setdefault(0.0, at)
        due.update({delay: at + delay for delay in repeats})
        self._touched[name] = at

    def was_touched(self, name: str, since: float) -> bool:
        """Whether a generation was touched at or after a time."""
        return self._touched.get(name, float("-inf")) >= since

    def due_names(self, at: float) -> list[str]:
        """Generations to bump now."""
        return [
            name
            for name, due in self._due.items()
            if at >= min(due.values()) and at - self._bumped.get(name, float("-inf")) >= GAP_SECONDS
        ]

    def is_behind(self, at: float) -> bool:
        """Whether anything is due, and waits for the gap to pass."""
        return any(at >= min(due.values()) for due in self._due.values())

    def mark_bumped(self, names: Iterable[str], at: float) -> None:
        """Notes that these were bumped; their later repeats stay due."""
        for name in names:
            later = {delay: time for delay, time in self._due.get(name, {}).items() if time > at}
            self._bumped[name] = at
            if later:
                self._due[name] = later
            else:
                self._due.pop(name, None)

    def clear(self) -> None:
        """Forgets everything."""
        self._due.clear()
        self._touched.clear()
        self._bumped.clear()
