"""Reads again the documents whose texts the search finds: the catalogue holds no people and no overviews."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from merger.catalogue.losses import ACTORS
from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.contract.fields import name as read_name
from merger.contract.fields import readable
from merger.stores.store import PAUSE_SECONDS, PIECE_SIZE, Store


class TextSource(Protocol):
    """Where the texts of movies and the names of actors come from. Both raise ``StoreError``."""

    def movies(self) -> Iterable[tuple[int, Mapping[str, Any]]]:
        """Yields id and payload of every readable ``movie_details`` document as stored now, of duplicates all."""
        ...

    def actors(self) -> Iterable[str]:
        """Yields the names under which networks of actors are stored; an actor may be in no movie's cast."""
        ...


@dataclass(frozen=True, slots=True)
class StoredTexts:
    """The source that reads the batch layer, with pauses, since a request of the process may wait for its turn.

    Args:
        store: holds the documents.
        contract: reads them.
        one_publication: all reads inside it see the same batch runs (M12).
    """

    store: Store
    contract: Contract
    one_publication: Callable[[], AbstractContextManager[Any]]

    def movies(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        with self.one_publication():
            for spelling in self.contract.aliases.names_of_view("movie_details"):
                for batch in self.store.batches(BATCH, {"view_type": spelling}):
                    for start in range(0, len(batch), PIECE_SIZE):
                        for document in self.contract.read(batch=batch[start : start + PIECE_SIZE]).batch:
                            if document.movie_id is not None:
                                yield document.movie_id, document.data
                        time.sleep(PAUSE_SECONDS)

    def actors(self) -> Iterator[str]:
        aliases = self.contract.aliases
        paths = tuple(path for (path,) in aliases.places_of(ACTORS, ("actor",)))
        with self.one_publication():
            for spelling in aliases.names_of_view(ACTORS):
                for batch in self.store.batches(BATCH, {"view_type": spelling}, paths):
                    for document in batch:
                        yield from filter(None, (readable(_value_at(document, path), read_name) for path in paths))
                    time.sleep(PAUSE_SECONDS)


def _value_at(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document.get(part) if isinstance(document, Mapping) else None
    return document
