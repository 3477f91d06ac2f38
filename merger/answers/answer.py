"""An answer as it is served: the cached entry, where it came from, and its age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from merger.cache.entry import Entry
from merger.errors import Interval
from merger.views.plans import View

COMPUTED, PROCESS, REDIS = SOURCES = ("made", "process", "redis")
"""Where an answer comes from: computed for this request, held by the process, or held by Redis or computed for another
request at the same time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a view.

    Args:
        entry: the answer as the cache keeps it.
        state: ``HIT``, ``STALE`` or ``MISS`` (A6).
        age: whole seconds since it was computed.
        view, params: what was requested.
        is_local: whether this process held it.
    """

    entry: Entry
    state: str
    age: int
    view: View[Any]
    params: object
    is_local: bool

    @property
    def body(self) -> bytes:
        """Encoded JSON object, served as it is."""
        return self.entry.body

    @property
    def etag(self) -> str:
        """Strong entity tag, quoted."""
        return self.entry.etag

    @property
    def max_age(self) -> int:
        """Whole seconds for which it stays fresh."""
        return max(0, self.entry.ttl - self.age)

    @property
    def missing(self) -> tuple[Interval, ...]:
        """Intervals that neither layer holds.

        Requirement M8.
        """
        return self.entry.missing

    @property
    def data(self) -> dict[str, Any]:
        """The body as plain data, for pages and tests."""
        result: dict[str, Any] = orjson.loads(self.body)
        return result
