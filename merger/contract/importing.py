"""Reads lines of a file into documents that may be stored. Pure: no Django, no driver.

A document is stored as its producer wrote it, including other names of fields. Only its dates become BSON dates, and
its ``_id`` is derived from its identity, so that loading it again replaces it. The contract decides whether it may be
stored.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from math import isfinite
from typing import Any, Final

import orjson

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract
from merger.contract.fields import moment
from merger.contract.identity import identity_of
from merger.errors import Unreadable

BATCH_KIND, SPEED_KIND = KINDS = "batch", "speed"
"""The kinds of files: each holds documents of one of the two collections."""


COLLECTION_OF: Final = {BATCH_KIND: BATCH, SPEED_KIND: SPEED}
"""The collection of each kind of file."""


EXPIRES_AFTER: Final = timedelta(hours=48)
"""From the start of a speed document's hour to its ``ttl_expires_at``."""


STAMPS: Final = {BATCH_KIND: "computed_at", SPEED_KIND: "synced_at"}
"""The date at which a document was written; of two with the same identity the newer one counts."""


_DATES: Final = {BATCH_KIND: ("computed_at", "covers_until"), SPEED_KIND: ("hour", "synced_at", "ttl_expires_at")}


_EXTENDED = b'"$'


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that may be stored.

    Attributes:
        document: what will be stored, with its ``_id``.
        stamp: when it was written, aware UTC.
    """

    document: dict[str, Any]
    stamp: datetime


class Rejected(ValueError):
    """A line can't be stored; the text says why."""


class LineReader:
    """Reads lines of one kind of file.

    Args:
        kind: one of ``KINDS``.
        contract: decides whether a document can be read.
        extended: parses MongoDB's extended JSON; raises ``ValueError`` or ``TypeError`` for anything else.
    """

    def __init__(self, kind: str, contract: Contract, extended: Callable[[bytes], Any]) -> None:
        self._kind = kind
        self._contract = contract
        self._extended = extended

    def read(self, line: bytes) -> Ready:
        """Reads one line of JSON, which is one document.

        Raises:
            Rejected: says what is wrong.
        """
        try:
            found = self._extended(line) if _EXTENDED in line else orjson.loads(line)
        except (ValueError, TypeError, RecursionError) as error:
            raise Rejected(f"it is not JSON: {error}") from None
        return self.read_value(found) if _EXTENDED in line else self._check(found)  # plain JSON has no NaN

    def read_value(self, found: Any) -> Ready:
        """Checks a document that was read from a line or from a row of a table.

        Raises:
            Rejected: says what is wrong.
        """
        if _has_non_finite_number(found):
            raise Rejected("a number in it is not finite")
        return self._check(found)

    def _check(self, found: Any) -> Ready:
        if not isinstance(found, dict):
            raise Rejected(f"a document is an object, not {type(found).__name__}")
        if not isinstance(found.get("_id"), Hashable):
            raise Rejected(f"an _id is a single value, not {type(found['_id']).__name__}")
        for name in _DATES[self._kind]:
            if isinstance(found.get(name), str):
                found[name] = _parse_date(name, found[name])
        try:
            about = self._identify_batch(found) if self._kind == BATCH_KIND else self._identify_speed(found)
        except Unreadable as error:
            raise Rejected(f"{error.kind}: {error.reason}") from None
        if found.get("_id") is None:
            # The id comes first, as in every stored document.
            found = {"_id": f"loaded:{blake2b(repr(about).encode(), digest_size=16).hexdigest()}", **found}
        return Ready(found, moment(found[STAMPS[self._kind]]))

    def _identify_batch(self, found: Mapping[str, Any]) -> tuple[Hashable, ...]:
        document = self._contract.read_batch(found)
        return (*identity_of(document), document.run_id)

    def _identify_speed(self, found: dict[str, Any]) -> tuple[Hashable, ...]:
        document = self._contract.read_speed(found)
        if found.get("ttl_expires_at") is None:
            found["ttl_expires_at"] = document.hour + EXPIRES_AFTER
        return document.data_type, document.movie_id, document.hour


def _has_non_finite_number(value: Any) -> bool:
    """Whether NaN or an infinity is anywhere in a value."""
    if isinstance(value, float):
        return not isfinite(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_non_finite_number, parts))


def _parse_date(name: str, text: str) -> datetime:
    try:
        return moment(text)
    except (ValueError, OverflowError) as error:
        raise Rejected(f"{name}: {error}") from None
