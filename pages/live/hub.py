"""Who looks at what, and what is pushed to whom: each topic is made once per change, however many look at it.

Whether something changed is found out by asking the service for the topic's answers every second: they are held in this
process and outdated by the same signals as everywhere else (C6), so that a look at an unchanged topic costs no store
anything, and a changed one is read once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

CHECK_INTERVAL_SECONDS: Final = 1.0
"""Seconds between two looks at the topics."""

MOST_STREAMS: Final = 5_000
MOST_TOPICS: Final = 500

_log = logging.getLogger(__name__)


class Version(Protocol):
    """What a topic shows at a moment; ``version`` is equal for equal ones."""

    @property
    def html(self) -> str: ...

    @property
    def version(self) -> str: ...


@dataclass(slots=True, eq=False)
class _Watched:
    """A topic, as it was last made, what was in the way since, and the streams of it."""

    last: Version | None = None
    trouble: str = ""
    streams: set[_Stream] = field(default_factory=set)


class _Stream:
    """One reader. It holds the newest version alone: who reads slowly misses what was replaced meanwhile."""

    def __init__(self) -> None:
        self._fresh: asyncio.Queue[Version] = asyncio.Queue()

    def tell(self, version: Version) -> None:
        while not self._fresh.empty():
            self._fresh.get_nowait()
        self._fresh.put_nowait(version)

    async def next(self) -> Version:
        return await self._fresh.get()


class Hub:
    """All topics that anybody looks at.

    Args:
        make: a topic's present version; called in a thread, never twice at once.
        interval: seconds.
        most_streams, most_topics: beyond which no further stream is to be opened.
    """

    def __init__(
        self,
        make: Callable[[str], Version],
        *,
        interval: float = CHECK_INTERVAL_SECONDS,
        most_streams: int = MOST_STREAMS,
        most_topics: int = MOST_TOPICS,
    ) -> None:
        self._make = make
        self._interval = interval
        self._most_streams, self._most_topics = most_streams, most_topics
        self._topics: dict[str, _Watched] = {}
        self.streams = 0
        self.pushed = 0

    @property
    def topics(self) -> int:
        """How many are looked at."""
        return len(self._topics)

    def is_full_for(self, topic: str) -> bool:
        """Whether no further stream of a topic is taken."""
        return self.streams >= self._most_streams or (topic not in self._topics and self.topics >= self._most_topics)

    @contextlib.contextmanager
    def subscribe(self, topic: str) -> Iterator[_Stream]:
        """A stream of a topic, for as long as the block lasts; what is known of it comes at once."""
        watched = self._topics.setdefault(topic, _Watched())
        stream = _Stream()
        watched.streams.add(stream)
        self.streams += 1
        if watched.last is not None:
            stream.tell(watched.last)
        try:
            yield stream
        finally:
            self.streams -= 1
            watched.streams.discard(stream)
            if not watched.streams:
                self._topics.pop(topic, None)

    async def run(self) -> None:
        """Looks at every topic again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            await self.check_topics()

    async def check_topics(self) -> None:
        """Looks at every topic once, and tells the streams of those that changed."""
        for topic, watched in list(self._topics.items()):
            try:
                version = await asyncio.to_thread(self._make, topic)
            except Exception as error:  # noqa: BLE001 - one topic's trouble is not the others'
                if repr(error) != watched.trouble:  # told once, not every second
                    _log.warning("a fragment could not be made: %s: %r", topic, error)
                watched.trouble = repr(error)
                continue
            watched.trouble = ""
            if watched.last is None or watched.last.version != version.version:
                watched.last = version
                for stream in watched.streams:
                    stream.tell(version)
                    self.pushed += 1
