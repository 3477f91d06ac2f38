"""Finds the newest document by a date field, and keeps it current without looking through everything again.

Not every server finds the newest of many documents without looking at all of them. So the search goes back in time
step by step, and later ones ask only for what came after the last one found.
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
"""Sorts after every date stored as text. A range of text names its end: without one, the embedded server goes on
through all that sorts after text, dates among it."""


ANY_TEXT = {"$gte": "0", "$lt": END_OF_TEXT}
"""A range of every date stored as text (D1), none of which a range of dates matches."""


_TRIED = 20
"""How many of the newest documents are looked at for one whose date can be read."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest document known.

    Args:
        value: its date, aware UTC; ``None``: there is none.
        witness: its id, to ask whether it is still there.
        stored: its date as stored; producers may write ISO 8601 text (D1).
    """

    value: datetime | None = None
    witness: Any = None
    stored: Any = None


def newest(
    store: Store,
    collection: str,
    choices: Sequence[Mapping[str, Any]],
    name: str,
    known: Newest,
    now: datetime,
) -> Newest:
    """The newest document by the date field ``name``, as far as one look tells.

    The first choice that has anything newer than ``known`` answers; where a later one has something newer still, the
    next look finds it. Dates after ``now`` are a clock's fault and don't count.

    Args:
        store: where to look.
        collection: its name.
        choices: filters; each with ``name`` is answered by an index.
        name: a date field.
        known: what the last look found.
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
        if _still_says(store, collection, name, known):
            return known
    for wanted in choices:
        for back in _spans(now):
            found = _newest_of(store, collection, {**wanted, name: back}, name, None, now)
            if found is not None:
                return found
    return Newest()


def read_date(document: Document, name: str) -> datetime | None:
    """A date field as aware UTC, ``None`` where it can't be read."""
    result: datetime | None = readable(document.get(name), moment)
    return result


def _spans(now: datetime) -> Iterator[dict[str, Any]]:
    for length in _STEPS_BACK:
        yield {"$gte": now - length, "$lte": now}
    yield ANY_TEXT


def _newest_of(
    store: Store, collection: str, wanted: Mapping[str, Any], name: str, after: datetime | None, now: datetime
) -> Newest | None:
    for document in store.find(Find(collection, wanted, only=(name,), newest_by=name, limit=_TRIED)):
        value = read_date(document, name)
        if value is not None and value <= now and (after is None or value > after):
            return Newest(value, document["_id"], document[name])
    return None


def _still_says(store: Store, collection: str, name: str, known: Newest) -> bool:
    found = store.find(Find(collection, {"_id": known.witness}, only=(name,), limit=1))
    return bool(found) and read_date(found[0], name) == known.value
