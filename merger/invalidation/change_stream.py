"""Reads a collection's changes from MongoDB's change stream, where the server has one.

A read takes the events since the last read and never waits for more. If anything goes wrong, it says that it is not
complete, and the next read starts over. Requirement C6.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pymongo
from pymongo.change_stream import CollectionChangeStream
from pymongo.collection import Collection
from pymongo.errors import OperationFailure, PyMongoError

MAX_EVENTS = 1_000
"""Most events of one read, each of which costs some 60 µs; beyond them the read only says that there are more."""


TIMEOUT_SECONDS = 1.0
"""Time limit of one read."""


RETRY_SECONDS = 60.0
"""Seconds after which a server that refused a stream is asked again."""


_log = logging.getLogger(__name__)


Event = Mapping[str, Any]


MongoCollection = Collection[dict[str, Any]]


Stream = CollectionChangeStream[dict[str, Any]]


_ENDED: Event = {"operationType": "invalidate"}


class _Refused(Exception):
    """The server has no change streams, or this user may not open one."""


@dataclass(frozen=True, slots=True)
class StreamBatch:
    """The events of one read.

    Args:
        events: change events, oldest first.
        is_complete: whether they are all the events since the read before.
        has_more: whether there were more events than these.
    """

    events: tuple[Event, ...] = ()
    is_complete: bool = False
    has_more: bool = False


@dataclass(slots=True)
class ChangeStream:
    """Reads the changes of one collection. For one caller at a time.

    Args:
        collection: returns it; called when a stream is opened.
        has_documents: whether events hold the changed document, as it is when the event is read.
        monotonic: seconds of a monotonic clock.
        token: resume token; may be another process's, set before the first reading.
    """

    collection: Callable[[], MongoCollection]
    has_documents: bool = False
    monotonic: Callable[[], float] = time.monotonic
    token: Mapping[str, Any] | None = None
    _stream: Stream | None = field(default=None, init=False)
    _refused_at: float = field(default=float("-inf"), init=False)

    def read(self) -> StreamBatch:
        """Reads the events since the last read; never raises. The next read continues at ``token``."""
        goes_on, was_known = self._stream is not None or self.token is not None, self.token is not None
        try:
            with pymongo.timeout(TIMEOUT_SECONDS):
                lost = self._stream is None and not self._open() and was_known
                events = self._take()
                more = lost or len(events) >= MAX_EVENTS
                if more and not lost:
                    self._open_now()
        except _Refused:
            return StreamBatch(has_more=goes_on)
        except PyMongoError as error:
            _log.info("A change stream broke (%s); it is opened again", type(error).__name__)
            self.close()
            return StreamBatch()
        return StreamBatch(tuple(events), is_complete=goes_on and not more, has_more=more)

    def close(self) -> None:
        """Closes the stream at the server; ``token`` stays."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(PyMongoError):  # the server forgets it by itself
                stream.close()

    def _open(self) -> bool:
        """Opens the stream where the last read ended; ``False`` if the server has lost that place, so that the stream
        begins now."""
        if self.token is not None:
            try:
                self._stream = self._watch()
            except OperationFailure:
                self.token = None
            else:
                return True
        self._open_now()
        return False

    def _open_now(self) -> None:
        self.close()
        self.token = None
        if self.monotonic() - self._refused_at < RETRY_SECONDS:
            raise _Refused
        try:
            self._stream = self._watch()
        except OperationFailure as error:
            self._refused_at = self.monotonic()
            _log.info("MongoDB offers no change stream (error %s); changes are found by polling", error.code)
            raise _Refused from error

    def _watch(self) -> Stream:
        wanted = {"operationType": 1, "documentKey.movie_id": 1}
        if self.has_documents:
            wanted |= {"fullDocument": 1, "updateDescription": 1}
        return self.collection().watch(
            [{"$project": wanted}],
            full_document="updateLookup" if self.has_documents else None,
            resume_after=self.token,
            max_await_time_ms=1,
        )

    def _take(self) -> list[Event]:
        events: list[Event] = []
        while self._stream is not None and len(events) < MAX_EVENTS:
            event = self._stream.try_next() if self._stream.alive else _ENDED
            if event is None:
                break
            events.append(event)
            if event is _ENDED:  # the collection was dropped or renamed; the stream with it
                self._open_now()
                break
        if self._stream is not None:
            self.token = self._stream.resume_token
        return events
