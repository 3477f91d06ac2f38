"""Turns the events of both collections' change streams into pending invalidations.

A document that was written again with nothing new in it is no change. Requirement C6.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from merger.contract.documents import Contract, SpeedDocument
from merger.contract.fields import count
from merger.contract.payloads import SPEED_TYPES
from merger.invalidation.change_stream import MAX_EVENTS, ChangeStream, Event
from merger.invalidation.pending import PendingInvalidations
from merger.invalidation.rewritten import Rewritten
from merger.stores.store import Document

_STAMPS = frozenset({"synced_at", "ttl_expires_at"})
"""Fields whose update alone says nothing new."""


@dataclass(frozen=True, slots=True)
class StreamNews:
    """The result of one read of both streams.

    Args:
        batch_changed: whether the batch layer changed.
        may_have_changed: whether anything changed, or may have.
    """

    batch_changed: bool = False
    may_have_changed: bool = True


@dataclass(slots=True)
class StreamEvents:
    """Reads both streams. For one caller at a time.

    Args:
        batch, speed: the streams; events of ``speed`` hold their documents.
        contract: reads these.
        is_unchanged: whether a speed document says what is known of it, by copies that noted every change since a time.
        is_found: whether the finds of newer stamps surely find a document of a type that is written now with a stamp.
        pending: gets the invalidations of the speed layer's events; those of the batch layer are the caller's.
        monotonic: seconds of a monotonic clock.
    """

    batch: ChangeStream
    speed: ChangeStream
    contract: Contract
    is_unchanged: Callable[[SpeedDocument, float], bool]
    is_found: Callable[[str, datetime | None], bool]
    pending: PendingInvalidations
    monotonic: Callable[[], float] = time.monotonic
    _read_at: float = field(default=float("-inf"), init=False)
    _rewritten: set[Rewritten] = field(default_factory=set, init=False)

    @property
    def tokens(self) -> list[Mapping[str, Any] | None]:
        """Resume tokens, for the next leader."""
        return [self.batch.token, self.speed.token]

    def resume(self, tokens: object) -> None:
        """Continues from resume tokens; a stream without a usable one begins now."""
        self.close()
        if isinstance(tokens, list) and len(tokens) == 2:
            self.batch.token, self.speed.token = (token if isinstance(token, dict) else None for token in tokens)

    def take_rewritten(self) -> frozenset[Rewritten]:
        """What was written since the last call that no find of newer stamps finds."""
        result = frozenset(self._rewritten)
        self._rewritten.clear()
        return result

    def close(self) -> None:
        """Closes both streams, and forgets where they were."""
        for stream in (self.batch, self.speed):
            stream.close()
            stream.token = None

    def read(self) -> StreamNews:
        """Reads the events since the last read; never raises."""
        since, self._read_at = self._read_at, self.monotonic()
        batch, speed = self.batch.read(), self.speed.read()
        # Of a flood, stamps and the process's own copies say what changed, but not what was deleted.
        is_flood = len(speed.events) >= MAX_EVENTS and not any(map(_is_deletion, speed.events))
        if speed.has_more and not is_flood:
            self._note_deletion(None)
        elif not speed.has_more:
            for event in speed.events:
                self._note(event, since)
        is_quiet = batch.is_complete and speed.is_complete and not batch.events and not speed.events
        return StreamNews(bool(batch.events) or batch.has_more, may_have_changed=not is_quiet)

    def _note(self, event: Event, since: float) -> None:
        """Notes a change of the speed layer; of a deleted document often even the movie is unknown."""
        if _is_deletion(event):
            self._note_deletion(readable_movie(event.get("documentKey") or {}))
        elif not _is_restamp(event):
            read = self.contract.read(speed=[event["fullDocument"]])
            for document in read.speed:
                if not self.is_unchanged(document, since):
                    self._note_changed(document.movie_id, document.data_type)
                    self._note_stamp(document.data_type, document.hour, document.synced_at)
            for skip in read.skipped:
                self._note_changed(skip.movie_id, skip.type)
                self._note_stamp(skip.type, skip.hour, skip.written_at)

    def _note_stamp(self, data_type: str | None, hour: datetime | None, stamp: datetime | None) -> None:
        for name in SPEED_TYPES:
            if data_type in (name, None) and hour is not None and not self.is_found(name, stamp):
                self._rewritten.add((name, hour))

    def _note_deletion(self, movie_id: int | None) -> None:
        self._rewritten.update((name, None) for name in SPEED_TYPES)
        if movie_id is None:
            self.pending.add_any_movie()
        else:
            self._note_changed(movie_id, None)

    def _note_changed(self, movie_id: int | None, data_type: str | None) -> None:
        if movie_id is not None:
            self.pending.add_movies([movie_id])
        for name in SPEED_TYPES:
            if data_type in (name, None):
                self.pending.add_type(name)


def _is_deletion(event: Event) -> bool:
    """Whether the document, or the whole collection, is gone by now."""
    return event.get("fullDocument") is None


def _is_restamp(event: Event) -> bool:
    """Whether an update wrote nothing but stamps."""
    change = event.get("updateDescription") or {}
    updated = change.get("updatedFields") or {}
    return bool(updated) and _STAMPS.issuperset(updated) and not change.get("removedFields")


def readable_movie(document: Document) -> int | None:
    """A document's movie; ``None`` where it can't be read, since then it is in no movie's answer."""
    try:
        return count(document.get("movie_id"))
    except ValueError:
        return None
