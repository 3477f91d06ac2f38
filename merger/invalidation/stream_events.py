"""Turns the events of both collections' change streams into pending invalidations.

Requirement C6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from merger.contract.fields import count
from merger.contract.payloads import SPEED_TYPES
from merger.invalidation.change_stream import ChangeStream, Event
from merger.invalidation.pending import PendingInvalidations
from merger.stores.store import Document


@dataclass(frozen=True, slots=True)
class StreamNews:
    """The result of one read of both streams.

    Args:
        covers_speed: whether it had every change of the speed layer since the read before.
        batch_changed: whether the batch layer changed.
        may_have_changed: whether anything changed, or may have.
    """

    covers_speed: bool = False
    batch_changed: bool = False
    may_have_changed: bool = True


@dataclass(slots=True)
class StreamEvents:
    """Reads both streams. For one caller at a time.

    Args:
        batch, speed: the streams; events of ``speed`` hold movie and type of their documents.
        type_keys: keys that may hold a speed document's type, best first.
        pending: gets the invalidations of the speed layer's events; those of the batch layer are the caller's.
    """

    batch: ChangeStream
    speed: ChangeStream
    type_keys: tuple[str, ...]
    pending: PendingInvalidations

    @property
    def tokens(self) -> list[Mapping[str, Any] | None]:
        """Resume tokens, for the next leader."""
        return [self.batch.token, self.speed.token]

    def resume(self, tokens: object) -> None:
        """Continues from resume tokens; a stream without a usable one begins now."""
        self.close()
        if isinstance(tokens, list) and len(tokens) == 2:
            self.batch.token, self.speed.token = (token if isinstance(token, dict) else None for token in tokens)

    def close(self) -> None:
        """Closes both streams, and forgets where they were."""
        for stream in (self.batch, self.speed):
            stream.close()
            stream.token = None

    def read(self) -> StreamNews:
        """Reads the events since the last read; never raises."""
        batch, speed = self.batch.read(), self.speed.read()
        if speed.has_more:
            self.pending.add_any_movie()
        else:
            for event in speed.events:
                self._note(event)
        is_quiet = batch.is_complete and speed.is_complete and not batch.events and not speed.events
        return StreamNews(speed.is_complete, bool(batch.events) or batch.has_more, may_have_changed=not is_quiet)

    def _note(self, event: Event) -> None:
        """Notes a change of the speed layer; of a deleted document the movie is unknown."""
        document = event.get("fullDocument") or event.get("documentKey") or {}
        movie_id = readable_movie(document)
        data_type = next((document[key] for key in self.type_keys if document.get(key) is not None), None)
        if "fullDocument" not in event and movie_id is None:
            self.pending.add_any_movie()
        elif movie_id is not None:
            self.pending.add_movies([movie_id])
        for name in SPEED_TYPES:
            if data_type in (name, None):
                self.pending.add_type(name)


def readable_movie(document: Document) -> int | None:
    """A document's movie; ``None`` where it can't be read, since then it is in no movie's answer."""
    try:
        return count(document.get("movie_id"))
    except ValueError:
        return None
