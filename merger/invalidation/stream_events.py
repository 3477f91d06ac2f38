"""What the change streams of both collections tell, as what it outdates (C6)."""

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
    """What one look told.

    Args:
        covers_speed: whether it told every change of the speed layer since the look before.
        batch: whether the batch layer changed.
        is_news: whether anything changed, or may have.
    """

    covers_speed: bool = False
    batch: bool = False
    is_news: bool = True


class StreamEvents:
    """Both streams. One caller at a time.

    Args:
        batch, speed: the streams; ``speed`` tells movie and type of its documents.
        type_keys: that may hold a speed document's type, best first.
        outdated: is told what a change outdates; of the batch layer's the caller tells it.
    """

    def __init__(
        self, batch: ChangeStream, speed: ChangeStream, type_keys: tuple[str, ...], outdated: PendingInvalidations
    ) -> None:
        self._batch, self._speed = batch, speed
        self._type_keys = type_keys
        self._outdated = outdated

    @property
    def tokens(self) -> list[Mapping[str, Any] | None]:
        """Where the next one in charge goes on."""
        return [self._batch.token, self._speed.token]

    def begin(self, tokens: object) -> None:
        """Goes on there, if they are such tokens, else from now on."""
        self.end()
        if isinstance(tokens, list) and len(tokens) == 2:
            self._batch.token, self._speed.token = (token if isinstance(token, dict) else None for token in tokens)

    def end(self) -> None:
        """Follows no more."""
        for stream in (self._batch, self._speed):
            stream.close()
            stream.token = None

    def look(self) -> StreamNews:
        """Takes what happened; raises nothing."""
        batch, speed = self._batch.look(), self._speed.look()
        if speed.more:
            self._outdated.by_any_movie()
        else:
            for event in speed.events:
                self._note(event)
        is_quiet = batch.covers and speed.covers and not batch.events and not speed.events
        return StreamNews(speed.covers, batch=bool(batch.events) or batch.more, is_news=not is_quiet)

    def _note(self, event: Event) -> None:
        """A change of the speed layer; of a deleted document nobody knows what it was."""
        document = event.get("fullDocument") or event.get("documentKey") or {}
        movie_id = readable_movie(document)
        data_type = next((document[key] for key in self._type_keys if document.get(key) is not None), None)
        if "fullDocument" not in event and movie_id is None:
            self._outdated.by_any_movie()
        elif movie_id is not None:
            self._outdated.by_movies([movie_id])
        for name in SPEED_TYPES:
            if data_type in (name, None):
                self._outdated.by_type(name)


def readable_movie(document: Document) -> int | None:
    """A document's movie, if it can be read; one that can't is in no movie's answer."""
    try:
        return count(document.get("movie_id"))
    except ValueError:
        return None
