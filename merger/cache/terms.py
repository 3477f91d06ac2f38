"""What the cache is asked and by which rules it answers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from merger.cache.entry import Entry
from merger.errors import StoreError

Make = Callable[[tuple[str, ...]], Entry]
"""Makes an entry under the generations that were read before; raises ``NotFound`` or a ``StoreError``."""


class PartialAnswer(StoreError):
    """One layer failed, and this is the other one's answer: given where there is nothing better, never kept (F5).

    Args:
        entry: the answer, which says so itself.
        cause: what failed.
    """

    def __init__(self, entry: Entry, cause: StoreError) -> None:
        super().__init__(str(cause))
        self.entry = entry


@dataclass(frozen=True, slots=True)
class CacheRules:
    """How long things are held; seconds.

    Args:
        hold: in the process, without asking Redis. It is what an invalidation takes to reach every reader.
        hold_alone: the same while Redis is away.
        absent: the knowledge that there is no answer (C7).
        stale_if_error: an old answer, from its making on, for when the store is away (C4).
        claim: who makes an entry has so long until somebody else may.
        wait: longest wait for another process's making; twice that for another thread's, which may itself be waiting.
            Never longer than the request has left.
        poll: between two looks whether it is done.
        beta: of XFetch; above 1 refreshes earlier.
    """

    hold: float = 1.0
    hold_alone: float = 4.0
    absent: int = 30
    stale_if_error: int = 86_400
    claim: float = 10.0
    wait: float = 3.0
    poll: float = 0.01
    beta: float = 1.0


@dataclass(frozen=True, slots=True)
class CacheRequest:
    """What an entry is kept for.

    Args:
        ident: equal for equal questions; the process's own key.
        view: it is counted under.
        key: in Redis; equal for equal questions.
        generations: names of what outdates it.
    """

    ident: Hashable
    view: str
    key: str
    generations: tuple[str, ...]

    def generation(self, name: str, values: tuple[str, ...]) -> str:
        """The value of one of its generations; ``""`` where there are no values, because Redis could not be asked."""
        return values[self.generations.index(name)] if values else ""


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A question under way.

    Args:
        question: what is asked.
        make: makes the entry.
        generations: in force at that moment; ``None``: Redis could not be asked.
        at: monotonic seconds. What is made for this question is held in the process for ``hold`` from then on, not from
            its completion: an invalidation in between would otherwise take as long again to be seen.
    """

    question: CacheRequest
    make: Make
    generations: tuple[str, ...] | None
    at: float
