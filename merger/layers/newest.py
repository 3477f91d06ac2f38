"""Finds the newest document by a date field, without reading all documents each time.

Not every server finds the newest of many documents without reading all of them. So the first search goes back in time
step by step, and later ones read only what is newer than the last one found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from merger.contract.fields import moment, readable
from merger.stores.store import Document, Find, Store

_STEPS_BACK = (timedelta(minutes=5), timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=18_000))


END_OF_TEXT = "~"
"""Sorts after every date stored as text. Ranges of text need an end: without one, the embedded server reads on through
everything that sorts after text, dates included."""


ANY_TEXT = {"$gte": "0", "$lt": END_OF_TEXT}
"""The range of all dates stored as text, which ranges of dates never match."""


_MAX_CANDIDATES = 20
"""Most of the newest documents to check for one with a readable date."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest document known.

    Args:
        value: its date, aware UTC; ``None`` if there is no document.
        witness: its id, to check that it still exists.
        stored: its date as stored; producers may write ISO 8601 text.
    """

    value: datetime | None = None
    witness: Any = None
    stored: Any = None


def find_newest(
    store: Store,
    collection: str,
    choices: Sequence[Mapping[str, Any]],
    name: str,
    known: Newest,
    now: datetime,
) -> Newest:
    """Finds the newest document by the date field ``name``, as far as one search can tell.

    The first choice with anything newer than ``known`` is returned; if a later choice has something newer still, the
    next search finds it. Dates after ``now`` come from a wrong clock and are ignored.

    Args:
        store: the store to search.
        collection: its name.
        choices: filters; each of them with ``name`` uses an index.
        name: a date field.
        known: the result of the last search.
        now: aware UTC.

    Raises:
        StoreError: from the store.
    """
    if known.value is not None:
        span = {"$gt": known.stored} | ({"$lt": END_OF_TEXT} if isinstance(known.stored, str) else {"$lte": now})
        for wanted in choices:
            found = _newest_of(store, collection, {**wanted, name: span}, name, known.value, now)
            if found is not None:
                return found
        if _is_unchanged(store, collection, name, known):
            return known
    for wanted in choices:
        for back in _ranges(now):
            found = _newest_of(store, collection, {**wanted, name: back}, name, None, now)
            if found is not None:
                return found
    return Newest()


def read_date(document: Document, name: str) -> datetime | None:
    """Reads a date field as aware UTC; ``None`` if it is unreadable."""
    result: datetime | None = readable(document.get(name), moment)
    return result


def _ranges(now: datetime) -> Iterator[dict[str, Any]]:
    for length in _STEPS_BACK:
        yield {"$gte": now - length, "$lte": now}
    yield ANY_TEXT


def _newest_of(
    store: Store, collection: str, wanted: Mapping[str, Any], name: str, after: datetime | None, now: datetime
) -> Newest | None:
    for document in store.find(Find(collection, wanted, only=(name,), newest_by=name, limit=_MAX_CANDIDATES)):
        value = read_date(document, name)
        if value is not None and value <= now and (after is None or value > after):
            return Newest(value, document["_id"], document[name])
    return None


def _is_unchanged(store: Store, collection: str, name: str, known: Newest) -> bool:
    found = store.find(Find(collection, {"_id": known.witness}, only=(name,), limit=1))
    return bool(found) and read_date(found[0], name) == known.value
