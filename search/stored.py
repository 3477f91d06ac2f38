"""Reads what the documents of the index hold to be shown."""

from __future__ import annotations

from typing import Any

import orjson
import tantivy

from search.reasons import Shown
from search.schema import STORED


def read_movie(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> Shown:
    """Returns the texts of a movie."""
    return Shown(*_stored(searcher, address))


def read_spellings(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> tuple[str, ...]:
    """Returns the spellings of a person, the usual one first."""
    return tuple(_stored(searcher, address))


def _stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> list[Any]:
    stored: Any = searcher.doc(address).get_first(STORED)
    found: list[Any] = orjson.loads(bytes(stored))
    return found
