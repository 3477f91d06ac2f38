"""Hub of the live streams: renders each topic once per change and pushes it to all its streams.

Every second it asks the service for the answers of each topic. They are cached in this process and invalidated by the
same signals as everywhere else, so checking an unchanged topic costs no store access, and a changed one is read once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

CHECK_INTERVAL_SECONDS: Final = 1.0
"""Seconds between two checks of the topics."""

MOST_STREAMS: Final = 5_000
MOST_TOPICS: Final = 500

_log = logging.getLogger(__name__)


class Version(Protocol):
    """A topic's HTML at one moment; ``version`` is equal for equal content."""

    @property
    def html(self) -> str: ...

    @property
    def version(self) -> str: ...


@dataclass(slots=True, eq=False)
class _Topic:
    """A topic: its last version, the last error, and its open streams."""

    last: Version | None = None
    last_error: str = ""
    streams: set[_Stream] = field(default_factory=set)


class _Stream:
    """One reader's stream. It holds only the newest version: a slow reader skips those in between."""

    def __init__(self) -> None:
        self._fresh: asyncio.Queue[Version] = asyncio.Queue()

    def push(self, version: Version) -> None:
        while not self._fresh.empty():
            self._fresh.get_nowait()
        self._fresh.put_nowait(version)

    async def next(self) -> Version:
        return await self._fresh.get()


class Hub:
    """All topics with open streams.

    Args:
        render: renders a topic's current version; called in a thread, one call at a time.
        interval: seconds between two checks.
        most_streams, most_topics: limits beyond which no further stream is opened.
    """

    def __init__(
        self,
        render: Callable[[str], Version],
        *,
        interval: float = CHECK_INTERVAL_SECONDS,
        most_streams: int = MOST_STREAMS,
        most_topics: int = MOST_TOPICS,
    ) -> None:
        self._render = render
        self._interval = interval
        self._most_streams, self._most_topics = most_streams, most_topics
        self._topics: dict[str, _Topic] = {}
        self.streams = 0
        self.pushed = 0

    @property
    def topics(self) -> int:
        """Number of topics with open streams."""
        return len(self._topics)

    def is_full_for(self, topic: str) -> bool:
        """Whether a limit forbids another stream of this topic."""
        return self.streams >= self._most_streams or (topic not in self._topics and self.topics >= self._most_topics)

    @contextlib.contextmanager
    def subscribe(self, topic: str) -> Iterator[_Stream]:
        """Opens a stream of a topic for the duration of the block; the last version, if any, is pushed at once."""
        state = self._topics.setdefault(topic, _Topic())
        stream = _Stream()
        state.streams.add(stream)
        self.streams += 1
        if state.last is not None:
            stream.push(state.last)
        try:
            yield stream
        finally:
            self.streams -= 1
            state.streams.discard(stream)
            if not state.streams:
                self._topics.pop(topic, None)

    async def run(self) -> None:
        """Checks all topics at intervals until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            await self.check_topics()

    async def check_topics(self) -> None:
        """Renders every topic once, and pushes those that changed to their streams."""
        for topic, state in list(self._topics.items()):
            try:
                version = await asyncio.to_thread(self._render, topic)
            except Exception as error:  # noqa: BLE001 - one topic's error must not stop the others
                if repr(error) != state.last_error:  # log it once, not every second
                    _log.warning("a fragment could not be rendered: %s: %r", topic, error)
                state.last_error = repr(error)
                continue
            state.last_error = ""
            if state.last is None or state.last.version != version.version:
                state.last = version
                for stream in state.streams:
                    stream.push(version)
                    self.pushed += 1
