"""Requests to the cache, and the rules by which it serves them. Pure, except that XFetch draws a number."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from merger.cache.entry import Entry
from merger.errors import StoreError

Compute = Callable[[tuple[str, ...]], Entry]
"""Computes an entry under the given generations, read beforehand; raises ``NotFound`` or a ``StoreError``."""


class PartialAnswer(StoreError):
    """One layer failed; it carries the other one's answer, served where there is nothing better, never stored.

    Requirement F5.

    Args:
        entry: the answer, which says so itself.
        cause: what failed.
    """

    def __init__(self, entry: Entry, cause: StoreError) -> None:
        super().__init__(str(cause))
        self.entry = entry


@dataclass(frozen=True, slots=True)
class CacheRules:
    """Times of the cache, in seconds.

    Args:
        hold: an entry in the process, without asking Redis. An invalidation takes as long to reach every reader.
        hold_alone: the same while Redis is away.
        absent: the fact that an answer does not exist (C7).
        stale_if_error: an old answer, since it was computed, for when the store is away (C4).
        claim: lapse of a claim, after which another process may compute the entry.
        wait: longest wait for another process's computation; twice that for another thread's, which may itself be
            waiting. Never longer than the request has left.
        poll: between two checks whether another process has finished.
        beta: factor of XFetch; above 1 it refreshes earlier.
        late: after the TTL of an answer that is being recomputed, until it warns that it is old (C4). Recomputing takes
            a moment, which alone is nothing to warn of.
    """

    hold: float = 1.0
    hold_alone: float = 4.0
    absent: int = 30
    stale_if_error: int = 86_400
    claim: float = 10.0
    wait: float = 3.0
    poll: float = 0.01
    beta: float = 1.0
    late: float = 30.0

    def is_due_early(self, entry: Entry, now: float) -> bool:
        """XFetch: likelier the nearer an entry is to its end and the more its computation costs.

        Processes ask only once per ``hold``, so the hold counts as cost.

        Args:
            entry: one that is fresh.
            now: seconds since the epoch.
        """
        ahead = (entry.cost + self.hold) * self.beta * -math.log(1.0 - random.random())  # noqa: S311 - not for security
        return entry.absent is None and entry.age(now) + ahead >= entry.ttl


@dataclass(frozen=True, slots=True)
class CacheRequest:
    """A request for one entry.

    Args:
        ident: key in the process's own tier; equal for equal requests.
        view: name that it is counted under.
        key: key in Redis; equal for equal requests.
        generations: names of the generations that invalidate it.
    """

    ident: Hashable
    view: str
    key: str
    generations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request under way.

    Args:
        request: what is asked for.
        compute: computes the entry.
        generations: their values when Redis was read; ``None``: it could not be read.
        at: when the request came; monotonic seconds. Its entry is held in the process for ``hold`` from then on, not
            from the end of its computation: an invalidation in between would otherwise take as long again to be seen.
    """

    request: CacheRequest
    compute: Compute
    generations: tuple[str, ...] | None
    at: float
