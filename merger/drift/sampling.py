"""Takes a sample of the answers that this process computes. A hit in the cache computes none, so it costs nothing.

Requirement M16.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from merger.views.plans import View

ONE_IN = 4
"""One question in this many is sampled, chosen by the hash in its key: every process chooses the same ones."""


MOST_WAITING = 200
"""Sampled answers of a process that wait to be kept; further ones are not sampled until they are."""


@dataclass(frozen=True, slots=True)
class SampledAnswer:
    """An answer as it was computed: ``key`` names the question, ``body`` is its encoded JSON."""

    view: View[Any]
    params: object
    key: str
    made: datetime
    body: bytes


class AnswerSample:
    """The sampled answers of this process that wait to be kept.

    Args:
        one_in: one question in this many is sampled.
    """

    def __init__(self, one_in: int = ONE_IN) -> None:
        self._one_in = one_in
        self._waiting: deque[SampledAnswer] = deque()

    def note(self, view: View[Any], params: object, key: str, made: datetime, body: bytes) -> None:
        """Notes an answer if its view can be compared with the batch, and its question is of the sample."""
        if view.live_days is None or int(key[-6:], 16) % self._one_in or len(self._waiting) >= MOST_WAITING:
            return
        self._waiting.append(SampledAnswer(view, params, key, made, body))

    def take(self) -> list[SampledAnswer]:
        """Returns the answers noted since the last call. One thread calls it."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]
