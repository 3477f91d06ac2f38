"""Finds the newest readable document by a date field, without reading all documents each time.

Not every server finds the newest of many documents without reading all of them. So the first search goes back in time
step by step, and later ones read only what is newer than the last one found. A document that can't be read is not the
newest of anything. Requirements D2 and M8.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from merger.contract.fields import readable
from merger.contract.stamps import moment
from merger.core.stamps import (
    ANY_NUMBER,
    ANY_TEXT,
    ANY_TEXT_OR_NUMBER,
    DATE,
    ODD,
    ODD_OTHERS,
    ODD_TEXT_OR_NUMBER,
    Condition,
    StampForm,
    form_of,
    stamp_ranges,
)
from merger.stores.side_by_side import map_side_by_side
from merger.stores.store import Document, Find, Store

_STEPS_BACK = (timedelta(minutes=5), timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=18_000))


_TICK = timedelta(milliseconds=1)
"""The precision of stored dates."""


_PAGE, _MOST_PAGES = 20, 5
"""Documents per find while looking for a readable one, and the most finds in one range."""


Choices = Sequence[Mapping[str, Any]]
"""Filters of which each, together with the date field, uses an index."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest document known.

    Args:
        value: its date, aware UTC; ``None`` if there is no document.
        witness: its id, to check that it still exists.
    """

    value: datetime | None = None
    witness: Any = None


@dataclass(frozen=True, slots=True)
class NewestSearch:
    """Searches one collection by one date field.

    Args:
        store: the store to search.
        collection: its name.
        name: the date field.
        is_readable: tells whether a whole document can be read; others are passed over.
        threads: look for something newer under each choice side by side; ``None``: one after the other.
    """

    store: Store
    collection: str
    name: str
    is_readable: Callable[[Document], bool]
    threads: ThreadPoolExecutor | None = None

    def find_newest(self, choices: Choices, known: Newest, now: datetime, forms: Collection[StampForm]) -> Newest:
        """Finds the newest document, as far as one search can tell.

        The first choice with anything newer than ``known`` is returned; if a later choice has something newer still,
        the next search finds it. Dates after ``now`` come from a wrong clock and are ignored.

        Args:
            choices: the documents to search.
            known: the result of the last search.
            now: aware UTC.
            forms: the forms besides dates in which the field is stored.

        Raises:
            StoreError: from the store.
        """
        if known.value is not None:
            spans = [{"$gt": known.value, "$lte": now}, *stamp_ranges(known.value, now + _TICK, forms)[1:]]
            newest = partial(self._newest_in, spans=spans, after=known.value, now=now)
            found_in_each = map_side_by_side(self.threads, newest, choices) if self.threads else map(newest, choices)
            found = next((each for each in found_in_each if each is not None), None)
            if found is not None:
                return found
            if self._is_unchanged(known):
                return known
        for wanted in choices:
            for back in _STEPS_BACK:
                found = self._newest_in(wanted, stamp_ranges(now - back, now + _TICK, forms), None, now)
                if found is not None:
                    return found
        return Newest()

    def find_forms(self, choices: Choices) -> frozenset[StampForm]:
        """Finds the forms besides dates in which the date is stored, from a few of the largest texts and numbers.

        Args:
            choices: the documents to search.

        Raises:
            StoreError: from the store.
        """
        return self._forms_in(choices, self.name, (ANY_TEXT, ANY_NUMBER))

    def find_hour_forms(self, choices: Choices) -> frozenset[StampForm]:
        """Finds those of ``hour`` likewise, and whether any is no moment: an hour says what its document is about.

        Raises:
            StoreError: from the store.
        """
        found = self._forms_in(choices, "hour", (*ANY_TEXT_OR_NUMBER, *ODD_OTHERS))
        if found <= {ODD}:
            return found
        # Odd ones hide among many others of their type.
        return found | self._forms_in(choices, "hour", (ANY_TEXT, ANY_NUMBER, *ODD_TEXT_OR_NUMBER))

    def _forms_in(self, choices: Choices, name: str, spans: Iterable[Condition]) -> frozenset[StampForm]:
        finds = (
            Find(self.collection, {**wanted, name: span}, only=(name,), newest_by=name, limit=_PAGE)
            for wanted in choices
            for span in spans
        )
        return forms_in(document.get(name) for find in finds for document in self.store.find(find))

    def _newest_in(
        self, wanted: Mapping[str, Any], spans: Sequence[Mapping[str, Any]], after: datetime | None, now: datetime
    ) -> Newest | None:
        """The newest document in any of the ranges, which may hold dates of several forms."""
        result: Newest | None = None
        for span in spans:
            found = self._newest_in_range(wanted, span, after, now)
            if found is not None:
                result, after = found, found.value
        return result

    def _newest_in_range(
        self, wanted: Mapping[str, Any], span: Mapping[str, Any], after: datetime | None, now: datetime
    ) -> Newest | None:
        name = self.name
        for _ in range(_MOST_PAGES):
            find = Find(self.collection, {**wanted, name: span}, only=(name,), newest_by=name, limit=_PAGE)
            page = self.store.find(find)
            dated = [(read_date(document, name), document["_id"]) for document in page]
            newer = [
                Newest(value, witness)
                for value, witness in dated
                if value is not None and value <= now and (after is None or value > after)
            ]
            found = self._first_readable(newer[:1]) or self._first_readable(newer[1:])
            if found is not None or len(page) < _PAGE or not newer:
                return found
            # All of these are unreadable. What is written in one go often has one stamp, so it is passed over as one.
            span = {key: value for key, value in span.items() if key != "$lte"} | {"$lt": page[-1][name]}
        return None

    def _first_readable(self, candidates: Sequence[Newest]) -> Newest | None:
        if not candidates:
            return None
        ids = [each.witness for each in candidates]
        found = self.store.find(Find(self.collection, {"_id": {"$in": ids}}))
        good = [document["_id"] for document in found if self.is_readable(document)]
        return next((each for each in candidates if each.witness in good), None)

    def _is_unchanged(self, known: Newest) -> bool:
        found = self.store.find(Find(self.collection, {"_id": known.witness}, only=(self.name,), limit=1))
        return bool(found) and read_date(found[0], self.name) == known.value


_TEXT_IDS = {"$gte": "0", "$lt": ":"}
"""Contains the texts that begin with a digit."""


def forms_in(values: Any) -> frozenset[StampForm]:
    """The forms besides dates among stored values."""
    forms = (form_of(value) or ODD for value in values if value is not None)
    return frozenset(form for form in forms if form != DATE)


def read_date(document: Document, name: str) -> datetime | None:
    """Reads a date field as aware UTC; ``None`` if it is unreadable."""
    result: datetime | None = readable(document.get(name), moment)
    return result


def filters_of(spellings: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """The filter of each key and name under which documents state a type."""
    return [{key: name} for key, name in spellings]


def finds_any(store: Store, collection: str, wanted: Mapping[str, Any]) -> bool:
    """Whether any document matches.

    Raises:
        StoreError: from the store.
    """
    return bool(store.find(Find(collection, wanted, only=("_id",), limit=1)))


def finds_text_ids(store: Store, collection: str) -> bool:
    """Whether a collection has documents with the id of the movie as text; an index answers that.

    Raises:
        StoreError: from the store.
    """
    return finds_any(store, collection, {"movie_id": _TEXT_IDS})
