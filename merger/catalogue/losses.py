"""Which of the documents that can't be read leave a hole in the catalogue: those that no readable one replaces. Pure.

Requirement D2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from merger.contract.values import Rank, Skipped

ACTORS: Final = "actor_collaboration"
SERIES: Final = "temporal_analytics"
"""The view type of series, whose documents are found by fields of their payload."""

MOST_UNFOUND: Final = 200
"""Unfound documents that are kept apart; the others are kept one of a kind, movie and genre."""

RankOf = Callable[[Skipped], Rank | None]
"""Returns how new the readable document with the key of a skipped one is; ``None`` without one."""


def lost_documents(skipped: Iterable[Skipped], readable: RankOf) -> tuple[Skipped, ...]:
    """The newest document of each type, genre and date that no readable one of the same key supersedes."""
    result: dict[tuple[str | None, str | None, str | None], Skipped] = {}
    for skip in skipped:
        if skip.type == "sentiment" and skip.has_date:
            continue  # a day's point, which the catalogue does not hold
        if skip.is_superseded_by(readable(skip)):
            continue
        key = (skip.type, skip.genre and skip.genre.casefold(), skip.date)
        held = result.get(key)
        if held is None or _is_newer(skip.written_at, held.written_at):
            result[key] = skip
    return tuple(result.values())


class UnfoundPoints:
    """Collects points of series that no query finds, since the metric in their payload can't be read.

    Nobody can tell which series such a point belongs to, unless it names a movie or a genre. Requirement D2.
    """

    def __init__(self) -> None:
        self._kept: dict[Skipped, Skipped] = {}

    def add(self, skipped: Iterable[Skipped]) -> None:
        """Adds unreadable points, but those of which only the date is: their metric can be read, so they are found."""
        for skip in skipped:
            if skip.kind != f"{SERIES}.date":
                self._add(skip)

    def _add(self, skip: Skipped) -> None:
        key = skip
        if len(self._kept) >= MOST_UNFOUND:
            key = skip = replace(skip, id=None, date=None)
            key = replace(skip, written_at=None)
        held = self._kept.get(key)
        if held is None or _is_newer(skip.written_at, held.written_at):
            self._kept[key] = skip

    def finish(self) -> tuple[Skipped, ...]:
        """Returns what was added."""
        return tuple(self._kept.values())


def _is_newer(written: datetime | None, held: datetime | None) -> bool:
    """Whether a document may be newer than another; one of unknown age may be newer than any."""
    return held is not None and (written is None or written > held)
