"""Derives from a view's plan which changes of the stored data outdate its answers. Pure.

A view names no generation itself: what its plan reads, its answers depend on. So a plan must name the same collections,
movies and data types whatever the layers hold; only hours and filters of dates may differ.

Requirement C6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from merger.cache.generations import (
    ALL_GENERATION,
    BATCH_GENERATION,
    CHANGED_MOVIES,
    of_changed_movie,
    of_changed_type,
    of_movie,
    of_view,
)
from merger.contract.collections import SPEED
from merger.contract.documents import Aliases
from merger.contract.payloads import SPEED_TYPES
from merger.core.boundary import Boundary, Layers
from merger.views.plans import Plan, PlanContext, View

_MOST_KEPT = 4_096
"""Most questions whose generations are kept, since a plan takes up to 50 µs."""


class Dependencies:
    """Names the generations that answers depend on.

    Args:
        aliases: spellings of the types.
        boundary: returns the boundary at the current time, on which the hours of a plan rest.
    """

    def __init__(self, aliases: Aliases, boundary: Callable[[], Boundary]) -> None:
        self._aliases = aliases
        self._boundary = boundary
        self._kept = lru_cache(maxsize=_MOST_KEPT)(self._derive)

    def of(self, view: View[Any], params: Any) -> tuple[str, ...]:
        """Returns the generations that outdate the answer of a view to some parameters."""
        return self._kept(view, params)

    def _derive(self, view: View[Any], params: Any) -> tuple[str, ...]:
        plan = view.plan(PlanContext(params, self._boundary(), Layers(), self._aliases))
        movie_id = view.identity(params)
        by_hand = [ALL_GENERATION, of_view(view.name), *([of_movie(movie_id)] if movie_id is not None else [])]
        # Every answer tells how old the batch layer is, whether it reads its documents or not.
        return tuple(dict.fromkeys((*by_hand, BATCH_GENERATION, *outdated_by(plan))))


def outdated_by(plan: Plan) -> Iterator[str]:
    """Yields the generations of the speed layer's changes that outdate what a plan reads."""
    for read in plan.reads:
        if read.collection != SPEED:
            continue
        movie_id = read.filter.get("movie_id")
        if isinstance(movie_id, int):
            yield from (of_changed_movie(movie_id), CHANGED_MOVIES)
        else:
            yield from map(of_changed_type, SPEED_TYPES)
    if plan.hours is not None:
        yield from map(of_changed_type, plan.hours.types)
