"""Lines of a file → documents that may be stored (O3). Pure: no Django, no driver.

A document is stored as its producer wrote it, other names and all (D1): only its dates become dates, and its ``_id``
tells what it is about, so that loading it again replaces it. Whether it may be stored is the contract's word (D2).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from math import isfinite
from typing import Any, Final

import orjson

from merger.contract.documents import Contract
from merger.contract.fields import moment
from merger.contract.identity import subject_of
from merger.errors import Unreadable

BATCH, SPEED = KINDS = "batch", "speed"
"""What a file may hold: documents of one of the two collections."""


EXPIRES_AFTER: Final = timedelta(hours=48)
"""From the start of a speed document's hour to its ``ttl_expires_at``."""


STAMPS: Final = {BATCH: "computed_at", SPEED: "synced_at"}
"""When a document was written: of two about the same the newer one counts (D4)."""


_DATES: Final = {BATCH: ("computed_at", "covers_until"), SPEED: ("hour", "synced_at", "ttl_expires_at")}


_EXTENDED = b'"$'


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that may be stored.

    Attributes:
        document: with its ``_id``.
        stamp: when it was written, aware UTC.
    """

    document: dict[str, Any]
    stamp: datetime


class Rejected(ValueError):
    """A line that can't be stored; its text says why."""


class LineReader:
    """Reads lines of one kind.

    Args:
        kind: of ``KINDS``.
        contract: says what a document is and whether it can be read.
        extended: reads MongoDB's extended JSON; raises ``ValueError`` or ``TypeError`` where it is none.
    """

    def __init__(self, kind: str, contract: Contract, extended: Callable[[bytes], Any]) -> None:
        self._kind = kind
        self._contract = contract
        self._extended = extended

    def read(self, line: bytes) -> Ready:
        """One line of JSON: a document.

        Raises:
            Rejected: saying what is wrong.
        """
        try:
            found = self._extended(line) if _EXTENDED in line else orjson.loads(line)
        except (ValueError, TypeError, RecursionError) as error:
            raise Rejected(f"it is no JSON: {error}") from None
        return self.take(found) if _EXTENDED in line else self._judged(found)  # plain JSON knows no NaN

    def take(self, found: Any) -> Ready:
        """What a line, or a row of a table, holds.

        Raises:
            Rejected: saying what is wrong.
        """
        if _holds_no_number(found):
            raise Rejected("a number in it is not finite")
        return self._judged(found)

    def _judged(self, found: Any) -> Ready:
        if not isinstance(found, dict):
            raise Rejected(f"a document is an object, not {type(found).__name__}")
        if not isinstance(found.get("_id"), Hashable):
            raise Rejected(f"an _id is a single value, not {type(found['_id']).__name__}")
        for name in _DATES[self._kind]:
            if isinstance(found.get(name), str):
                found[name] = _dated(name, found[name])
        try:
            about = self._about_batch(found) if self._kind == BATCH else self._about_speed(found)
        except Unreadable as error:
            raise Rejected(f"{error.kind}: {error.reason}") from None
        if found.get("_id") is None:
            # First, as stores have it.
            found = {"_id": f"loaded:{blake2b(repr(about).encode(), digest_size=16).hexdigest()}", **found}
        return Ready(found, moment(found[STAMPS[self._kind]]))

    def _about_batch(self, found: Mapping[str, Any]) -> tuple[Hashable, ...]:
        document = self._contract.batch(found)
        return (*subject_of(document), document.run_id)

    def _about_speed(self, found: dict[str, Any]) -> tuple[Hashable, ...]:
        document = self._contract.speed(found)
        if found.get("ttl_expires_at") is None:
            found["ttl_expires_at"] = document.hour + EXPIRES_AFTER
        return document.data_type, document.movie_id, document.hour


def _holds_no_number(value: Any) -> bool:
    """Whether NaN or an infinity is anywhere in it."""
    if isinstance(value, float):
        return not isfinite(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_holds_no_number, parts))


def _dated(name: str, text: str) -> datetime:
    try:
        return moment(text)
    except (ValueError, OverflowError) as error:
        raise Rejected(f"{name}: {error}") from None
