"""Follows a collection by MongoDB's change stream, where the server has them (C6).

A look takes what has happened since the last one and never waits for more. Whatever goes wrong, the look says that it
does not cover the time since the last one, and the next one begins anew.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pymongo
from pymongo.change_stream import CollectionChangeStream
from pymongo.collection import Collection
from pymongo.errors import OperationFailure, PyMongoError

MOST_EVENTS = 1_000
"""Events that one look takes; of more it is only told that there were many. Each costs some 60 µs."""


TIME_LIMIT = 1.0
"""Seconds that one look may take."""


ASK_AGAIN = 60.0
"""Seconds after which a server that refused is asked again."""


_log = logging.getLogger(__name__)


Event = Mapping[str, Any]


Documents = Collection[dict[str, Any]]


Stream = CollectionChangeStream[dict[str, Any]]


_ENDED: Event = {"operationType": "invalidate"}


class _Refused(Exception):
    """The server has no change streams, or none for this user."""


@dataclass(frozen=True, slots=True)
class StreamBatch:
    """What one look found.

    Args:
        events: change events, oldest first; ``fullDocument`` is cut to the fields that were asked for.
        covers: whether they are all that happened since the look before.
        more: whether more happened than is told.
    """

    events: tuple[Event, ...] = ()
    covers: bool = False
    more: bool = False


class ChangeStream:
    """The changes of one collection, look by look. One caller at a time.

    Args:
        collection: gives it; called when a stream is opened.
        fields: of the changed documents, to be told.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(
        self,
        collection: Callable[[], Documents],
        fields: tuple[str, ...] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._collection = collection
        self._fields = fields
        self._monotonic = monotonic
        self._stream: Stream | None = None
        self._refused_at = float("-inf")
        self.token: Mapping[str, Any] | None = None
        """Where to go on; may be another process's, set before the first look."""

    def look(self) -> StreamBatch:
        """What happened since the last look; raises nothing. ``token`` is where the next one goes on."""
        goes_on, known = self._stream is not None or self.token is not None, self.token is not None
        try:
            with pymongo.timeout(TIME_LIMIT):
                lost = self._stream is None and not self._open() and known
                events = self._taken()
                more = lost or len(events) >= MOST_EVENTS
                if more and not lost:
                    self._begin_now()
        except _Refused:
            return StreamBatch(more=goes_on)
        except PyMongoError as error:
            _log.info("a change stream broke (%s)", type(error).__name__)
            self.close()
            return StreamBatch()
        return StreamBatch(tuple(events), covers=goes_on and not more, more=more)

    def close(self) -> None:
        """Gives it back to the server; ``token`` stays."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(PyMongoError):  # the server forgets it by itself
                stream.close()

    def _open(self) -> bool:
        """Opens it where it was; ``False`` where the server no longer knows that, so that it begins now."""
        if self.token is not None:
            try:
                self._stream = self._watch()
            except OperationFailure:
                self.token = None
            else:
                return True
        self._begin_now()
        return False

    def _begin_now(self) -> None:
        self.close()
        self.token = None
        if self._monotonic() - self._refused_at < ASK_AGAIN:
            raise _Refused
        try:
            self._stream = self._watch()
        except OperationFailure as error:
            self._refused_at = self._monotonic()
            _log.info("MongoDB has no change stream for us (error %s)", error.code)
            raise _Refused from error

    def _watch(self) -> Stream:
        told = {"operationType": 1, "documentKey.movie_id": 1, **{f"fullDocument.{name}": 1 for name in self._fields}}
        return self._collection().watch(
            [{"$project": told}],
            full_document="updateLookup" if self._fields else None,
            resume_after=self.token,
            max_await_time_ms=1,
        )

    def _taken(self) -> list[Event]:
        events: list[Event] = []
        while self._stream is not None and len(events) < MOST_EVENTS:
            event = self._stream.try_next() if self._stream.alive else _ENDED
            if event is None:
                break
            events.append(event)
            if event is _ENDED:  # the collection was dropped or renamed; the stream with it
                self._begin_now()
                break
        if self._stream is not None:
            self.token = self._stream.resume_token
        return events
