"""Finds the newest document by a date field, without reading all documents each time.

Not every server finds the newest of many documents without reading all of them. So the first search goes back in time
step by step, and later ones read only what is newer than the last one found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from merger.contract.fields import moment, readable
from merger.core.stamps import ANY_NUMBER, ANY_TEXT, DATE, StampForm, form_of, stamp_ranges
from merger.stores.store import Document, Find, Store

_STEPS_BACK = (timedelta(minutes=5), timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=18_000))


_TICK = timedelta(milliseconds=1)
"""The precision of stored dates."""


_MAX_CANDIDATES = 20
"""Most of the newest documents to check for one with a readable date."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest document known.

    Args:
        value: its date, aware UTC; ``None`` if there is no document.
        witness: its id, to check that it still exists.
    """

    value: datetime | None = None
    witness: Any = None


def find_newest(
    store: Store,
    collection: str,
    choices: Sequence[Mapping[str, Any]],
    name: str,
    known: Newest,
    now: datetime,
    forms: Collection[StampForm],
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
        forms: the forms of dates in use besides dates themselves.

    Raises:
        StoreError: from the store.
    """
    if known.value is not None:
        spans = [{"$gt": known.value, "$lte": now}, *stamp_ranges(known.value, now + _TICK, forms)[1:]]
        for wanted in choices:
            found = _newest_of(store, collection, wanted, spans, name, known.value, now)
            if found is not None:
                return found
        if _is_unchanged(store, collection, name, known):
            return known
    for wanted in choices:
        for back in _STEPS_BACK:
            found = _newest_of(store, collection, wanted, stamp_ranges(now - back, now + _TICK, forms), name, None, now)
            if found is not None:
                return found
    return Newest()


def find_forms(store: Store, collection: str, choices: Sequence[Mapping[str, Any]], name: str) -> frozenset[StampForm]:
    """Finds the forms besides dates in which a field is stored, from a few of the largest texts and numbers.

    Args:
        store: the store to search.
        collection: its name.
        choices: filters; each of them with ``name`` uses an index.
        name: a date field.

    Raises:
        StoreError: from the store.
    """
    finds = (
        Find(collection, {**wanted, name: span}, only=(name,), newest_by=name, limit=_MAX_CANDIDATES)
        for wanted in choices
        for span in (ANY_TEXT, ANY_NUMBER)
    )
    forms = {form_of(document.get(name)) for find in finds for document in store.find(find)}
    return frozenset(form for form in forms if form is not None and form != DATE)


def read_date(document: Document, name: str) -> datetime | None:
    """Reads a date field as aware UTC; ``None`` if it is unreadable."""
    result: datetime | None = readable(document.get(name), moment)
    return result


def _newest_of(
    store: Store,
    collection: str,
    wanted: Mapping[str, Any],
    spans: Iterable[Mapping[str, Any]],
    name: str,
    after: datetime | None,
    now: datetime,
) -> Newest | None:
    """The newest document in any of the ranges; they may hold dates of several forms."""
    result: Newest | None = None
    for span in spans:
        find = Find(collection, {**wanted, name: span}, only=(name,), newest_by=name, limit=_MAX_CANDIDATES)
        for document in store.find(find):
            value = read_date(document, name)
            if value is not None and value <= now and (after is None or value > after):
                result, after = Newest(value, document["_id"]), value
                break
    return result


def _is_unchanged(store: Store, collection: str, name: str, known: Newest) -> bool:
    found = store.find(Find(collection, {"_id": known.witness}, only=(name,), limit=1))
    return bool(found) and read_date(found[0], name) == known.value
