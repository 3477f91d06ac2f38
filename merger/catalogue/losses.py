"""Which of the documents that can't be read leave a hole in the catalogue: those that no readable one replaces. Pure.

Requirement D2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from merger.contract.values import Skipped

ComputedAt = Callable[[Skipped], datetime | None]
"""Returns when the readable document with the key of a skipped one was computed; ``None`` without one."""


def lost_documents(skipped: Iterable[Skipped], readable: ComputedAt) -> tuple[Skipped, ...]:
    """The newest document of each type, genre and date that no readable one of the same key is as new as."""
    result: dict[tuple[str | None, str | None, str | None], Skipped] = {}
    for skip in skipped:
        if skip.type == "sentiment" and skip.has_date:
            continue  # a day's point, which the catalogue does not hold
        rival = readable(skip)
        if rival is not None and skip.written_at is not None and skip.written_at <= rival:
            continue
        key = (skip.type, skip.genre and skip.genre.casefold(), skip.date)
        held = result.get(key)
        if held is None or _is_newer(skip.written_at, held.written_at):
            result[key] = skip
    return tuple(result.values())


def _is_newer(written: datetime | None, held: datetime | None) -> bool:
    """Whether a document may be newer than another; one of unknown age may be newer than any."""
    return held is not None and (written is None or written > held)
