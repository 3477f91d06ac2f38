"""When which generation is to be raised: at once, not too often, and again when copies that were older are gone. Pure.

An answer is made from copies of the layers' state and of the shared hours that are up to two seconds old. One that is
made just after a generation was raised may hence lack what it was raised for; so it is raised once more when no such
copy is left. A batch run is raised several times: it may still be writing long after its first document is seen.
"""

from __future__ import annotations

from collections.abc import Iterable

GAP = 2.0
"""Seconds between two raises of a name while changes pour in."""


SPEED_AGAIN = (2.5,)


BATCH_AGAIN = (5.0, 15.0, 60.0, 300.0)
"""Seconds after the last change, of a speed data type and of the batch layer, at which it is raised again."""


class InvalidationSchedule:
    """Names and when they are due; seconds of a monotonic clock.

    Args:
        gap: between two raises of the same name.
    """

    def __init__(self, gap: float = GAP) -> None:
        self._gap = gap
        self._due: dict[str, dict[float, float]] = {}
        self._touched: dict[str, float] = {}
        self._raised: dict[str, float] = {}

    def touch(self, name: str, at: float, again: Iterable[float] = ()) -> None:
        """Something changed: the name is due now, and again so many seconds after the last touch."""
        due = self._due.setdefault(name, {})
        due.setdefault(0.0, at)
        due.update({delay: at + delay for delay in again})
        self._touched[name] = at

    def was_touched(self, name: str, since: float) -> bool:
        """Whether it was touched at or after a time."""
        return self._touched.get(name, float("-inf")) >= since

    def names(self, at: float) -> list[str]:
        """What is to be raised now."""
        return [
            name
            for name, due in self._due.items()
            if at >= min(due.values()) and at - self._raised.get(name, float("-inf")) >= self._gap
        ]

    def is_behind(self, at: float) -> bool:
        """Whether something is due and waits for its turn."""
        return any(at >= min(due.values()) for due in self._due.values())

    def raised(self, names: Iterable[str], at: float) -> None:
        """Tells that these were raised now."""
        for name in names:
            later = {delay: time for delay, time in self._due.get(name, {}).items() if time > at}
            self._raised[name] = at
            if later:
                self._due[name] = later
            else:
                self._due.pop(name, None)

    def clear(self) -> None:
        """Nothing is due any more."""
        self._due.clear()
        self._touched.clear()
        self._raised.clear()
