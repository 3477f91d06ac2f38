"""Hub of the live streams: renders each topic once per change and pushes it to all its streams.

Every second it asks the service for the answers of each topic. They are cached in this process and invalidated by the
same signals as everywhere else, so checking an unchanged topic costs no store access, and a changed one is read once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from lambdaserve.server.capacity import STREAMS
from pages.live.readers import Reader

CHECK_INTERVAL_SECONDS: Final = 1.0
"""Seconds between two checks of the topics."""

RENDERING_SHARE: Final = 0.25
"""Largest share of the time that rendering takes; dear topics are checked less often instead."""

MOST_TOPICS: Final = 500
TOPICS_SHARE: Final = 10
"""A client may have streams of a tenth of the topics."""

_log = logging.getLogger(__name__)


class Version(Protocol):
    """A topic's HTML at one moment; ``version`` is equal for equal content."""

    @property
    def html(self) -> str: ...

    @property
    def version(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a stream is.

    Attributes:
        clients: the address that holds it, and the user, if one is known; each has limits.
        reader: who must still be allowed to read; ``None``: everybody may.
        expires_at: when it ends, in seconds since 1970.
    """

    clients: tuple[str, ...] = ()
    reader: Reader | None = None
    expires_at: float = float("inf")


@dataclass(slots=True, eq=False)
class _Topic:
    """A topic: its last version, the last error, and its open streams."""

    last: Version | None = None
    last_error: str = ""
    streams: set[Stream] = field(default_factory=set)


class Stream:
    """One reader's stream. It holds only the newest version: a slow reader skips those in between."""

    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        self._fresh: asyncio.Queue[Version | None] = asyncio.Queue()

    def push(self, version: Version | None) -> None:
        """Gives it a version; ``None`` ends it."""
        while not self._fresh.empty():
            if self._fresh.get_nowait() is None:
                version = None
        self._fresh.put_nowait(version)

    async def next(self) -> Version | None:
        """The next version, when there is one; ``None``: the stream has ended."""
        return await self._fresh.get()


class Hub:
    """All topics with open streams.

    Args:
        render: renders a topic's current version; called in a thread, one call at a time.
        interval: seconds between two checks.
        share: largest share of the time that rendering takes.
        most_streams, most_topics: limits beyond which no further stream is opened.
        most_of_client: streams that a client may hold; it may have a tenth of the topics.
    """

    def __init__(
        self,
        render: Callable[[str], Version],
        *,
        interval: float = CHECK_INTERVAL_SECONDS,
        share: float = RENDERING_SHARE,
        most_streams: int = STREAMS,
        most_topics: int = MOST_TOPICS,
        most_of_client: int = STREAMS,
    ) -> None:
        self._render = render
        self._interval, self._share = interval, share
        self._most_streams, self._most_topics, self._most_of_client = most_streams, most_topics, most_of_client
        self._topics: dict[str, _Topic] = {}
        self._of_client: dict[str, Counter[str]] = {}
        self.streams = 0
        self.pushed = 0

    @property
    def topics(self) -> int:
        """Number of topics with open streams."""
        return len(self._topics)

    def is_full_for(self, topic: str) -> bool:
        """Whether a limit of all clients together forbids another stream of this topic."""
        return self.streams >= self._most_streams or (topic not in self._topics and self.topics >= self._most_topics)

    def is_spent_by(self, clients: tuple[str, ...], topic: str) -> bool:
        """Whether a limit of one of the clients forbids it another stream of this topic."""
        most_topics = max(1, self._most_topics // TOPICS_SHARE)
        held = [self._of_client.get(each, Counter()) for each in clients]
        return any(
            each.total() >= self._most_of_client or (topic not in each and len(each) >= most_topics) for each in held
        )

    def open(self, topic: str, holder: Holder = Holder()) -> Stream:
        """Opens a stream of a topic, until ``close``; the last version, if any, is pushed at once."""
        state = self._topics.setdefault(topic, _Topic())
        stream = Stream(holder)
        state.streams.add(stream)
        self.streams += 1
        for client in holder.clients:
            self._of_client.setdefault(client, Counter())[topic] += 1
        if state.last is not None:
            stream.push(state.last)
        return stream

    def close(self, topic: str, stream: Stream) -> None:
        """Closes an open stream of a topic."""
        state = self._topics[topic]
        state.streams.remove(stream)
        self.streams -= 1
        for client in stream.holder.clients:
            held = self._of_client[client]
            held[topic] -= 1
            if not held[topic]:
                del held[topic]
            if not held:
                del self._of_client[client]
        if not state.streams:
            del self._topics[topic]

    def readers(self) -> set[Reader]:
        """All readers of open streams that must be allowed to read."""
        return {
            stream.holder.reader
            for topic in self._topics.values()
            for stream in topic.streams
            if stream.holder.reader is not None
        }

    def end_streams(self, ends: Callable[[Holder], bool]) -> None:
        """Ends the streams of some holders."""
        for topic in self._topics.values():
            for stream in topic.streams:
                if ends(stream.holder):
                    stream.push(None)

    async def run(self) -> None:
        """Checks all topics at intervals until cancelled."""
        while True:
            began = time.monotonic()
            await self.check_topics()
            await asyncio.sleep(max(0.0, began + self._interval - time.monotonic()))

    async def check_topics(self) -> None:
        """Renders every topic once, and pushes those that changed to their streams.

        After each it rests, so that all of them together take no more than their share of the time.
        """
        for topic, state in list(self._topics.items()):
            began = time.monotonic()
            try:
                version = await asyncio.to_thread(self._render, topic)
            except Exception as error:  # noqa: BLE001 - one topic's error must not stop the others
                if repr(error) != state.last_error:  # log it once, not every second
                    _log.warning("a fragment could not be rendered: %s: %r", topic, error)
                state.last_error = repr(error)
                continue
            finally:
                await asyncio.sleep((time.monotonic() - began) * (1 / self._share - 1))
            state.last_error = ""
            if state.last is None or state.last.version != version.version:
                state.last = version
                for stream in state.streams:
                    stream.push(version)
                    self.pushed += 1
